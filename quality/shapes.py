"""What standardised values look like: patterns for whole values, the same in Python's re and in RE2.

Without the classes s, w and d: the engines take them differently, and pandas would leave Arrow for Python's slow loop.
"""

RECORD_ID = "[0-9a-f]{16}"
CUSTOMER_ID = "C[0-9a-f]{15}"
EMAIL = r"[^ \t\r\n@A-Z]+@[^ \t\r\n@A-Z]+\.[^ \t\r\n@A-Z.]+"
PHONE = r"\+[1-9][0-9]{6,14}"  # E.164: at most 15 digits, the first of the country code never 0
COUNTRY = "[A-Z]{2}"  # ISO 3166 alpha-2
CURRENCY = "[A-Z]{3}"  # ISO 4217
PINYIN = "[a-zü'-]+( [a-zü'-]+)*"
NOT_BLANK = "(.|\\n)*[^ \\t\\r\\n\u3000](.|\\n)*"  # U+3000: the full-width blank
