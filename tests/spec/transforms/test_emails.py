"""E-mail addresses: only the dress comes off, nothing is corrected."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.emails import standardise_emails

READ = """
value                            || email                 | email_local | email_domain   | is_disposable | is_role
Bob@Example.COM                  || bob@example.com       | bob         | example.com    | False         | False
" bob@qq.com "                   || bob@qq.com            | bob         | qq.com         | False         | False
ｂｏｂ＠ｑｑ．ｃｏｍ             || bob@qq.com            | bob         | qq.com         | False         | False
bob@qq。com                      || bob@qq.com            | bob         | qq.com         | False         | False
mailto:bob@qq.com                || bob@qq.com            | bob         | qq.com         | False         | False
邮箱：bob@qq.com                 || bob@qq.com            | bob         | qq.com         | False         | False
bob @ gmail.com                  || bob@gmail.com         | bob         | gmail.com      | False         | False
bob@gmail.com.                   || bob@gmail.com         | bob         | gmail.com      | False         | False
'bob@gmail.com                   || bob@gmail.com         | bob         | gmail.com      | False         | False
<bob@gmail.com>,                 || bob@gmail.com         | bob         | gmail.com      | False         | False
Bob Smith <bob@gmail.com>        || bob@gmail.com         | bob         | gmail.com      | False         | False
123456@qq.com                    || 123456@qq.com         | 123456      | qq.com         | False         | False
bob+news@gmail.com               || bob+news@gmail.com    | bob+news    | gmail.com      | False         | False
o'brien@post.ie                  || o'brien@post.ie       | o'brien     | post.ie        | False         | False
bob@gmial.com                    || bob@gmial.com         | bob         | gmial.com      | False         | False
bob@163.con                      || bob@163.con           | bob         | 163.con        | False         | False
test@test.com                    || test@test.com         | test        | test.com       | False         | False
用户@例子.公司                   || 用户@例子.公司        | 用户        | 例子.公司      | False         | False
bob@xn--fiq228c.com              || bob@中文.com          | bob         | 中文.com       | False         | False
info@acme.com                    || info@acme.com         | info        | acme.com       | False         | True
sales+cn@acme.com                || sales+cn@acme.com     | sales+cn    | acme.com       | False         | True
x9@mailinator.com                || x9@mailinator.com     | x9          | mailinator.com | True          | False
"""

REASONS = """
value                            || email        | reason
a@x.com; b@y.com                 || a@x.com      | holds several addresses; the first valid one is used
none, b@y.com / c@z.com          || b@y.com      | holds several addresses; the first valid one is used
w***@qq.com                      ||              | part of the address is masked
bob                              ||              | no @
bob@                             ||              | not a valid address
@gmail.com                       ||              | not a valid address
bob@gmail                        ||              | not a valid address
b..b@gmail.com                   ||              | not a valid address
.b@gmail.com                     ||              | not a valid address
a@b@gmail.com                    ||              | not a valid address
bob@gmail,com                    ||              | not a valid address
bob@-gmail.com                   ||              | not a valid address
bob@shop.invalid                 ||              | a domain no mail reaches
n/a                              ||              |
无                               ||              |
"  "                             ||              |
                                 ||              |
"""


@pytest.mark.parametrize("case", draw(READ) + draw(REASONS))
def test_email(case: Case) -> None:
    assert case.standardise(standardise_emails) == case.expected
