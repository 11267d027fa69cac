"""In which encoding a file is written, and its bytes in one that can be cut into lines.

A byte order mark says it. Without one, the encoding that was declared holds; `auto` finds it from the first MiB:
UTF-8 if that decodes, else GB18030 if what comes of it is Chinese as people write it, else charset-normalizer's
guess among the encodings of spreadsheet programs. The answer depends on the bytes alone.
"""

import codecs
import io
from collections import Counter
from functools import cache
from typing import Any, BinaryIO, cast

AUTO = "auto"
SAMPLE_BYTES = 1 << 20
# Longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What the guess may be: what spreadsheets of Western, Central European, Cyrillic, Greek, Turkish and East Asian
# systems are saved in. Korean and Japanese text can pass for Chinese: declare it.
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "big5", "cp932", "cp949", "euc_jp"]
_FALLBACK = "utf-8"
_ALIKE = 0.1
# Of the characters beyond ASCII, the share that must be everyday ones for a GB18030 text to be one.
_PLAUSIBLE = 0.7


class UnknownEncoding(ValueError):
    """An encoding is named that does not exist, or that is none of text."""


def check_encoding(name: str) -> None:
    """UnknownEncoding unless `name` can be used: `auto`, or an encoding of text."""
    if name == AUTO:
        return
    try:
        is_text = codecs.lookup(name)._is_text_encoding
    except LookupError:
        is_text = False
    if not is_text:
        raise UnknownEncoding(f"no encoding of text is called {name!r}; usual ones are auto, utf-8, gb18030 and cp1252")


def settle_encoding(sample: bytes, declared: str) -> str:
    """The encoding of a file that begins with `sample` (SAMPLE_BYTES of it, or all)."""
    marked = next((name for mark, name in _MARKS if sample.startswith(mark)), None)
    if marked:
        return marked
    return _found(sample) if declared == AUTO else declared


def in_lines(file: BinaryIO, encoding: str, *, safe: bool = False) -> tuple[BinaryIO, str]:
    """The file and its encoding if its bytes can be cut at 0x0A before decoding; else its text as UTF-8.

    With `safe` the text is always UTF-8: in GBK a bracket or quote can be half of a character.
    """
    if _is_utf8(encoding) or (not safe and _cuts_at_newlines(encoding)):
        return file, encoding
    return cast(BinaryIO, _AsUtf8(file, encoding)), "utf-8"


def _found(sample: bytes) -> str:
    whole_lines = sample[: sample.rfind(b"\n") + 1] if len(sample) >= SAMPLE_BYTES else sample
    sample = whole_lines or sample
    if _decodes(sample, "utf-8") or _is_mostly_utf8(sample):
        return "utf-8"
    if _is_chinese(sample):
        return "gb18030"
    return _guessed(sample[: SAMPLE_BYTES // 4])


def _guessed(sample: bytes) -> str:
    """Of the encodings in which the text looks as tidy and nearly as much like a language, the commonest."""
    from charset_normalizer import from_bytes

    matches = list(from_bytes(sample, cp_isolation=_GUESSES))
    best = matches[0] if matches else None
    alike = [
        each.encoding
        for each in matches
        if best and each.chaos == best.chaos and each.coherence >= best.coherence - _ALIKE
    ]
    return min(alike, key=_GUESSES.index, default=_FALLBACK)


def _decodes(sample: bytes, encoding: str) -> bool:
    """True when nothing but a character cut at the sample's end fails to decode."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(sample: bytes) -> bool:
    """True when lines beyond ASCII are UTF-8 more often than not: a damaged line does not change a file's encoding."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    return 2 * sum(_decodes(line, "utf-8") for line in lines) > len(lines)


def _is_chinese(sample: bytes) -> bool:
    """True when the text as GB18030 is mostly made of the 3,755 everyday characters and Chinese punctuation.

    Anything else read as GB18030 (UTF-8, Western accents, Big5) gives rare characters, or none.
    """
    text = sample.decode("gb18030", errors="replace")
    beyond = {character: times for character, times in Counter(text).items() if not character.isascii()}
    everyday = sum(times for character, times in beyond.items() if character in _everyday())
    return everyday > _PLAUSIBLE * sum(beyond.values())


@cache
def _everyday() -> frozenset[str]:
    """GB 2312 rows 1 and 3 (punctuation, full width) and 16 to 55 (everyday characters, by pinyin)."""
    rows = (0xA1, 0xA3, *range(0xB0, 0xD8))
    cells = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return frozenset("".join(cell.decode("gb2312", errors="ignore") for cell in cells))


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "utf-8"


@cache
def _cuts_at_newlines(encoding: str) -> bool:
    """True when ASCII is itself and 0x0A is never part of another character."""
    ascii_bytes = bytes(range(128))
    try:
        if any(bytes((byte,)).decode(encoding) != chr(byte) for byte in ascii_bytes):
            return False
    except UnicodeDecodeError:
        return False
    return all(bytes((lead, 0x0A)).decode(encoding, errors="replace").endswith("\n") for lead in range(128, 256))


def _lone(error: UnicodeError) -> tuple[str, int]:
    """What does not decode becomes a lone surrogate, which makes its line invalid UTF-8: one line, one reject."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udcff", error.end


codecs.register_error("guiyi-lone", _lone)


class _AsUtf8(io.BufferedIOBase):
    """A stream of another encoding, as UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file, self._rest, self._ended = file, b"", False
        self._decoder = codecs.getincrementaldecoder(encoding)("guiyi-lone")

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        while len(self._rest) < size and not self._ended:
            data = self._file.read(size)
            self._ended = not data
            text = self._decoder.decode(data, final=self._ended)
            self._rest += text.encode("utf-8", errors="surrogatepass")
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size if size >= 0 else 1 << 20)

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)
