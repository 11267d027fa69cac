-- standard.event: something a visitor did on the website or in the app
-- grain: event_id
-- columns:
--   event_id: source, stream and the source's message id, or a hash of the row where the source gives none
--   source: system
--   stream: stream of that system
--   event_type: page, track, identify, request, bind, unbind, signup
--   event_name: name the source gives
--   occurred_at: when it happened (UTC)
--   record_id: record of the logged-in user, if the event names one
--   anonymous_namespace: what anonymous_id is: anonymous_id, device_id, or user_id where a log names the user
--   anonymous_id: cookie, device or user the event came from
--   session_id: session as the source counts it
--   url: page address
--   referrer: address the visitor came from
--   campaign: campaign name
--   ip: address of the client
--   browser: browser family
--   os: operating system family
--   device: device family or model
--   properties: remaining properties
--   _batch_id: batch it came in first
--   _line: line in that batch
create table if not exists standard.event (
    event_id varchar not null,
    source varchar not null,
    stream varchar not null,
    event_type varchar,
    event_name varchar,
    occurred_at timestamp,
    record_id varchar,
    anonymous_namespace varchar,
    anonymous_id varchar,
    session_id varchar,
    url varchar,
    referrer varchar,
    campaign varchar,
    ip varchar,
    browser varchar,
    os varchar,
    device varchar,
    properties varchar,
    _batch_id varchar not null,
    _line bigint not null
);
