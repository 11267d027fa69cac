"""Normalisers: pure functions that turn distinct source values into standard ones, a reason beside what they refuse.

Each takes an Arrow column (or a table of columns) of distinct raw values and gives back a table of the same length and
order. A missing value stays missing without a reason; `catalog.NORMALISERS` names them all.
"""
