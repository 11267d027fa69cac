"""Genders: what sources write for male and female, in Chinese, Western languages and codes.

In: a column of raw values. Out: `gender` (male, female, other or null) and `reason`.
Codes follow ISO/IEC 5218, as WeChat and most Chinese systems do: 1 male, 2 female, 0 and 9 not stated.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.vocabulary import fold_words, invert, translate

WORDS = invert(
    {
        "male": "male|m|man|boy|mr|mister|sir|herr|männlich|maennlich|homme|monsieur|hombre|masculin|masculino|1|♂"
        "|男|男性|男士|男生|男的|先生|man 男|男 male|nan",
        "female": "female|f|w|woman|girl|mrs|ms|miss|madam|frau|weiblich|femme|madame|mujer|feminin|femenino|2|♀"
        "|女|女性|女士|女生|女的|小姐|太太|夫人|女 female|nv|nü",
        "other": "other|x|d|diverse|divers|non binary|nonbinary|nb|third gender|其他|其它|跨性别",
        None: "0|9|u|n|not stated|not known|unknown gender|private|undisclosed|prefer not to say|prefer not to answer"
        "|rather not say|secret|未设置|未設置|保密|不愿透露|未说明|未说明的性别|未知的性别|未知性别|-1",
    }
)


def standardise_genders(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Table:
    """Give `gender` and `reason` for each value; "not stated" is a missing value, not an error."""
    words = fold_words(values)
    gender, known = translate(words, WORDS)
    strange = pc.and_not(pc.is_valid(words), known)
    reason = pc.if_else(strange, "not a known word for a gender", pa.scalar(None, pa.string()))
    return pa.table({"gender": gender, "reason": reason})
