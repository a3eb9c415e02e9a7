"""Text that is written in base64 or in hexadecimal digits: found by what it decodes to."""

from __future__ import annotations

import base64
import binascii
import codecs
import string
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.redaction.places import Letters, as_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

# A shorter code hides no secret that is long enough to matter.
# A line of a code that goes on in the next one has at least 60 characters.
_RUN = lazy_pattern(
    r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}(?:(?<=[A-Za-z0-9+/_-]{60})\r?\n[A-Za-z0-9+/_-]{1,})*={0,2}"
)
_SHORTEST_RUN, _SHORTEST_HEX = 16, 20
# In a shorter text, patterns find codes sooner than tables do.
_SHORT = 1 << 12
_BASE64 = Letters(f"{string.ascii_letters}{string.digits}+/_-")
_ALPHANUMERIC = Letters(f"{string.ascii_letters}{string.digits}")
# Text, with what a terminal obeys and characters beyond ASCII, or the same in UTF-16.
_HEX = lazy_pattern(
    r"(?<![0-9A-Za-z])(?:(?:[2-7][0-9A-Fa-f]|0[0789AaDd]|1[Bb]|[C-Ec-e][0-9A-Fa-f](?:[89AaBb][0-9A-Fa-f])+){10,}"
    r"|(?:(?:[2-7][0-9A-Fa-f]|0[9AaDd])00){10,})"
)
_LONG_WORD = lazy_pattern(r"[A-Za-z0-9+/_-]{16}")
# Base64 of a text has capitals, small letters and mostly digits; a digest, a path or a word has not.
_MIXED = lazy_pattern(r"(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])")
_URL_SAFE = str.maketrans("-_", "+/")
# Codes for a terminal, and characters that it does not show, are text, too.
_TEXT = bytes([0, 7, 8, 9, 10, 13, 27, *range(0x20, 0x7F)])
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_LEAST_TEXT = 0.95
_LOOKED_AT = 48
# In UTF-16 every other byte of a text in ASCII is 0.
_GAPS = 0.4
# So many characters of text are no accident, whatever follows.
_LEAST_BEGINNING = 16
# What is no part of a code: its padding and the ends of its lines.
_NO_LETTER = lazy_pattern(r"[=\r\n]+")


def may_hold_code(text: str) -> bool:
    """Whether a text may hold a code for text."""
    return next(code_places(text), None) is not None


def code_places(text: str) -> Iterator[int]:
    """Yield where a code for text may stand."""
    if len(text) < _SHORT:
        yield from (hit.start() for hit in _RUN.finditer(text) if _MIXED.match(hit[0]) and _may_be_text(hit[0]))
        yield from (hit.start() for hit in _HEX.finditer(text))
        return
    data = as_bytes(text)
    for start, stop in _BASE64.runs(data, _SHORTEST_RUN):
        if _MIXED.match(text, start, stop) and _may_be_text(text[start:stop]):
            yield start
    for start, stop in _ALPHANUMERIC.runs(data, _SHORTEST_HEX):
        if _HEX.match(text, start, stop):
            yield start


def codes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a code for text stands, and the text."""
    if _LONG_WORD.search(text) is None:
        return
    for hit in _HEX.finditer(text):
        yield hit.start(), hit.end(), _without_gaps(bytes.fromhex(hit[0])).decode("utf-8", "replace")
    for hit in _RUN.finditer(text):
        if _MIXED.match(hit[0]) and (text_and_size := _decoded(hit[0])):
            decoded, size = text_and_size
            yield hit.start(), hit.end() if size is None else hit.start() + size, decoded


def _decoded(code: str) -> tuple[str, int | None] | None:
    """The text that a code stands for, and after how many characters other text goes on; None where it is no text.

    The beginning of the code may be cut off, and a word may follow without a space.
    """
    letters = _NO_LETTER.sub("", code).translate(_URL_SAFE)
    for skipped in range(4):
        if _is_text(_bytes(letters[skipped : skipped + _LOOKED_AT])):
            data = _bytes(letters[skipped:])
            if _is_text(data):
                return data.decode("utf-8", "replace"), None
            beginning = data[: _first_other(data)]
            if len(beginning) < _LEAST_BEGINNING:
                return None
            if len(data) * 4 // 3 < len(letters) - skipped - 4:
                # Gaps were left out: how far the text goes is not known.
                return beginning.decode("ascii"), None
            size = skipped + -(-len(beginning) * 4 // 3)
            breaks = sum(len(gap[0]) for gap in _NO_LETTER.finditer(code) if gap.start() < size)
            return beginning.decode("ascii"), size + breaks
    return None


def _first_other(data: bytes) -> int:
    """Where the first byte stands that no text in ASCII has."""
    return next((place for place, byte in enumerate(data) if byte not in _TEXT), len(data))


def _may_be_text(code: str) -> bool:
    code = code.rstrip("=").translate(_URL_SAFE)
    return any(_is_text(_bytes(code[skipped : skipped + _LOOKED_AT])) for skipped in range(4))


def _bytes(code: str) -> bytes:
    whole = code[: len(code) - (len(code) % 4 == 1)]
    try:
        return _without_gaps(base64.b64decode(whole + "=" * (-len(whole) % 4)))
    except binascii.Error:
        return b""


def _without_gaps(data: bytes) -> bytes:
    """UTF-16 of a text as UTF-8, as PowerShell encodes commands; other bytes as they are."""
    if data.count(0) <= _GAPS * len(data):
        return data
    encoding = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    return data.decode(encoding, "replace").encode()


def _is_text(data: bytes) -> bool:
    if len(data) < 10:
        return False
    others = data.translate(None, _TEXT)
    if len(others) <= (1 - _LEAST_TEXT) * len(data):
        return True
    # Bytes that were drawn by chance are hardly ever UTF-8.
    return not others.translate(None, _BEYOND_ASCII) and _is_utf8(data)


def _is_utf8(data: bytes) -> bool:
    """Whether all characters are whole, but for one that is cut at either end."""
    start = next((place for place in range(min(3, len(data))) if data[place] & 0xC0 != 0x80), 0)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data[start:])
    except UnicodeDecodeError:
        return False
    return True
