"""Taobao: ExportOrderList, one row per order, GBK.

Mobiles and order numbers start with an apostrophe. The recipient is whoever gets the parcel: the buyer, someone of the
household, or the receiver of a gift. Characters outside GBK arrive as question marks, as in the real export.
"""

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_table

_COLUMNS = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,买家实际支付积分,订单状态,"
    "买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝种类,物流单号,物流公司,订单备注,宝贝总数量,"
    "店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,定金排名,修改后的sku,修改后的收货地址,异常信息"
)

_ORDERS = """
with items as (
    select purchase, string_agg(name_zh, '，' order by line) as titles, count(*) as kinds, sum(quantity) as pieces
    from priced_line group by purchase
), receivers as (
    select purchase, first(p.mobile_now order by p.person) as other_mobile,
        first(nullif(p.family_han || p.given_han, '') order by p.person) as other_name
    from purchase join person as b using (person) join person as p on p.household = b.household and p.person <> b.person
    where shop = 'taobao' group by purchase
)
select changed as moment, concat_ws(',',
    '''' || (3600000000000000000 + purchase * 104729), cell(key),
    cell(coalesce(mail, if(s_phone < 0.8, phone_digits, ''), '')), printf('%.2f', subtotal),
    printf('%.2f', shipping), '0', printf('%.2f', total), '0',
    printf('%.2f', if(status in ('cancelled', 'pending'), 0, total)), '0',
    case status when 'paid'
        then if(ordered < $end - 10 * 86400, '交易成功', '卖家已发货，等待买家确认')
        when 'pending' then '等待买家付款' when 'cancelled' then '交易关闭' when 'refunded' then '交易关闭'
        else '交易成功' end,
    if(gift < p_order_gift(), '送朋友的，请不要放价格单', ''),
    cell(if(gift < p_order_gift() and other_name is not null, other_name, coalesce(name_full, ''))),
    cell(region || ' ' || if(city = region, '', city || ' ') || coalesce(district || ' ', '') || line_one
         || coalesce(' ' || line_two, '')
         || if(s_phone < 0.4, '(' || coalesce(nullif(postcode, ''), '000000') || ')', '')),
    if(express, '顺丰速运', '快递'), '',
    cell('''' || if(gift < p_order_gift() and other_mobile is not null, other_mobile, coalesce(phone, ''))),
    local_time(ordered, 8), if(status in ('pending', 'cancelled'), '', local_time(ordered + 35, 8)),
    cell(titles), kinds::varchar, if(status in ('pending', 'cancelled'), '', 'No:SF' || (100000000000 + purchase * 31)),
    if(status in ('pending', 'cancelled'), '', if(express, '顺丰速运', '中通快递')), '',
    if(s_case < p_number_text(), '若干', pieces::varchar), '0', '归一演示旗舰店',
    case status when 'cancelled' then '买家未付款' when 'refunded' then '退款' else '订单未关闭' end,
    '0.00', '0.00', '', if(s_code < 0.85, '手机订单', ''), '', '', '', '', '') as line
from priced join items using (purchase) join latest using (record) left join receivers using (purchase)
where shop = 'taobao'
order by changed, purchase
"""


def export_taobao(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the order list of every day."""
    query = Query(_ORDERS, {"end": run.period.end})
    write_table(con, run, "store/taobao/ExportOrderList-{}.csv", _COLUMNS, query, "gbk", _compact)


def _compact(name: str) -> str:
    return name[:10].replace("-", "") + name[10:]
