"""A source without code: from a file somebody hands us to the `[source.…]` table that reads it.

1. `file_shape`: how the file is laid out (format, delimiter, encoding, header rows, sheet, path of the array).
2. `sample`: its first rows, and per column the share filled and distinct values.
3. `header_words`: what the headers say, in English and Chinese.
4. `context`: country, time zone, currency and order of day and month that the values agree with.
5. `column_guess`: what each column is, by its header and by how many of its values the normalisers understand.
6. `source_proposal`: the stream that follows from it, as TOML.
7. `dry_run`: the file through that stream, in a temporary data directory.

Nothing here prints or keeps a value; a proposal names columns only.
"""
