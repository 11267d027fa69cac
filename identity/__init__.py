"""Who is who: records in, one cluster of records per person out, every merge explained.

`resolution.resolve` is the way in; `ledger`, `evaluation` and `explanation` work on its tables.
"""
