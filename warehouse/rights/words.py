"""The words of a text by which a person could be known: addresses, numbers, ids. Nothing shorter than six characters.

In: SQL of a text, or one value. Out: SQL of a list of words, or the words of the value, in lower case; both cut alike.

1. Ids and addresses: ASCII letters, digits and the marks that stand inside of them; Chinese is written without blanks,
   so that any other letter ends a word.
2. The same cut at every mark, for an id that is glued to something else.
3. Numbers as people write them: digits with blanks, dots, dashes and brackets between, these taken out.
"""

import re

LEAST = 6
_WORD = r"[a-z0-9_\-][a-z0-9@._+\-]{4,}[a-z0-9_\-]"
_PART = r"[a-z0-9]{6,}"
_NUMBER = r"[0-9][0-9 ().\-]{4,}[0-9]"
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＠", "0123456789@")


def words_sql(text: str) -> str:
    """SQL for the distinct words of a text."""
    # Links carry addresses with an escaped sign; some keyboards write digits in full width.
    plain = f"lower(translate(replace({text}, '%40', '@'), '０１２３４５６７８９＠', '0123456789@'))"
    digits = "regexp_replace(each, '[^0-9]', '', 'g')"
    number = f"list_transform(regexp_extract_all({plain}, '{_NUMBER}'), each -> {digits})"
    return (
        f"list_distinct(list_concat(regexp_extract_all({plain}, '{_WORD}'), regexp_extract_all({plain}, '{_PART}'), "
        f"{number}))"
    )


def names_sql(text: str) -> str:
    """SQL that is true where a name of erased_text stands in the text: Latin ones as words of their own."""
    return f"""exists (
        select 1 from erased_text where case
            when strlen(name) = length(name) then
                regexp_matches(lower({text}), '\\b' || regexp_escape(lower(name)) || '\\b')
            else contains({text}, name)
        end
    )"""


def as_word(value: str) -> str | None:
    """The word that a value is, if it is long enough to be one."""
    word = value.translate(_FULL_WIDTH).strip().lower()
    return word if len(word) >= LEAST and not re.search(r"\s", word) else None
