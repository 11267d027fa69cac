-- customer.customer_history: the golden record of each person as of any day, merges and splits included
-- grain: customer_id, valid_from
-- columns:
--   customer_id: the person, by the id of that time
--   valid_from: first day on which the golden record read so: the day of the newest delivery (or a steward's later word) known to the warehouse then
--   valid_to: first day on which it did not any more; empty while it does
--   merged_into: customer the id became on the day valid_to, when it was merged away; empty when it changed, or when nothing was left of the person
--   full_name: name as the winning source orders it
--   given_name: given name
--   family_name: family name
--   name_script: han, latin, mixed or other
--   name_pinyin: toneless pinyin, family name first
--   gender: female, male or other
--   birth_date: date of birth
--   email: lower-cased address
--   phone: E.164
--   country: ISO 3166 alpha-2
--   region: province or state
--   city: city
--   district: district or county
--   postcode: postal code
--   address: one-line address
--   company: employer or organisation
--   language: language tag
--   wechat_unionid: WeChat id across the company's accounts
--   wechat_openid: WeChat id at the account the person follows
--   record_count: source records joined in this person
--   sources: systems those records come from, sorted, comma-separated
--   has_conflict: true when the records disagreed on birth date or gender
create table if not exists customer.customer_history (
    customer_id varchar not null,
    valid_from date not null,
    valid_to date,
    merged_into varchar,
    full_name varchar,
    given_name varchar,
    family_name varchar,
    name_script varchar,
    name_pinyin varchar,
    gender varchar,
    birth_date date,
    email varchar,
    phone varchar,
    country varchar,
    region varchar,
    city varchar,
    district varchar,
    postcode varchar,
    address varchar,
    company varchar,
    language varchar,
    wechat_unionid varchar,
    wechat_openid varchar,
    record_count bigint,
    sources varchar,
    has_conflict boolean
);
