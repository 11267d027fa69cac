-- standard.record: a profile as one source knows it, newest version, in one shape for all sources
-- grain: record_id
-- columns:
--   record_id: first 16 hex digits of the SHA-256 of source, stream and source_record_id
--   source: system
--   stream: stream of that system
--   source_record_id: the source's own key
--   full_name: cleaned name, as the source orders it
--   given_name: given name
--   family_name: family name
--   name_script: han, latin, mixed or other
--   name_simplified: Chinese name in simplified characters without blanks, family name first
--   name_pinyin: toneless pinyin, family name first, one blank between family and given ("wang xiaoming")
--   name_pinyin_toned: the same with tone digits ("wang2 xiao3ming2")
--   name_suffix: generation mark such as jr, sr, ii
--   gender: female, male or other
--   birth_date: date of birth
--   birth_date_alt: the other reading of an ambiguous day/month
--   email: lower-cased address, the record's first
--   phone: E.164, the record's first
--   address: cleaned one-line address
--   street: part of the address below the district or the city
--   country: ISO 3166 alpha-2
--   region: province or state
--   city: city
--   district: district or county
--   postcode: postal code
--   company: employer or organisation
--   national_id: identity number, cleaned; its check digit holds where its kind has one
--   language: language tag
--   created_at: creation at the source (UTC)
--   updated_at: last change at the source (UTC); the delivery's day where the source tells none
--   deleted_at: deletion at the source (UTC)
--   _batch_id: batch of the version shown
--   _line: line in that batch
create table if not exists standard.record (
    record_id varchar not null,
    source varchar not null,
    stream varchar not null,
    source_record_id varchar not null,
    full_name varchar,
    given_name varchar,
    family_name varchar,
    name_script varchar,
    name_simplified varchar,
    name_pinyin varchar,
    name_pinyin_toned varchar,
    name_suffix varchar,
    gender varchar,
    birth_date date,
    birth_date_alt date,
    email varchar,
    phone varchar,
    address varchar,
    street varchar,
    country varchar,
    region varchar,
    city varchar,
    district varchar,
    postcode varchar,
    company varchar,
    national_id varchar,
    language varchar,
    created_at timestamp,
    updated_at timestamp,
    deleted_at timestamp,
    _batch_id varchar not null,
    _line bigint not null
);
