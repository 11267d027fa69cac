"""API connectors: how records are read from a system's API. No I/O in here.

A pull writes what the API gave as files into the inbox, one record a line; from there on they are deliveries like any
other (archive, exactly once, quarantine). `pipeline/pull.py` does the calls, waits, writes files and keeps the state.

    exchange.py      what passes: Request, Response, Cut, Page, Pause; Reading, the generator a system is written as
    system.py        Api (credentials, sign, renew, judge, limits, options), Pull, Start, Session
    conversation.py  what happens to a request of a reading: token, pace, judgement, repetition
    pace.py          calls per window       answers.py    statuses, Retry-After, times
    documents.py     JSON texts as they stand, digits and all
    errors.py        the tree of errors, and which of them are repeated
    zoho.py, …       one file per system

To add a system:

1. `connectors/api/<system>.py`: a reading `read_x(…, start: Start) -> Reading`, functions `sign`, `judge`, perhaps
   `renew`, and an `API = Api(…)`. Yield a Request, get a good Response (errors are repeated, renewed or raised before
   it); yield `Page(state, records)` when records are complete; return the watermark of the next pull.
   `state` (JSON) must be enough to go on after that page in another process, and `Start.state` gives it back.
   The watermark is the server's time when the pull began (`response.date`), never the newest record seen: records
   change behind the place that is read. The next pull starts `start.overlap` seconds earlier; records are upserted.
   Read in an order in which changes move no record that is still to come (token, cursor, id); if there is only page
   numbering, find out afterwards whether anything moved and read again (zoho.py does).
   `raise LostPlace` when the place reached is gone: the pull starts again from its watermark.
2. `connectors/sources/<system>.py`: a Stream named `<stream>_api` with `files="api/{source}/<stream>_api/*.ndjson"`,
   `format=Ndjson()`, `pull=Pull(API, partial(read_x, …))`, and a Record whose `stream` is the file stream's, so that
   the same person from file and API is one record with versions; orders, tickets, answers and events name it as their
   `own_stream`.
3. A fake server in tests/connectors/api/ that refuses what the documentation forbids, and the acceptance cases.
"""
