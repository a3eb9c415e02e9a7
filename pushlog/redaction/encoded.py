"""Text that is written in base64 or in hexadecimal digits: found by what it decodes to."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A shorter code hides no secret that is long enough to matter.
_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[2-7][0-9A-Fa-f]|0[9AaDd]){10,}(?![0-9A-Za-z])")
# Base64 of a text has capitals, small letters and mostly digits; a digest, a path or a word has not.
_MIXED = re.compile(r"(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])")
_URL_SAFE = str.maketrans("-_", "+/")
_TEXT = bytes([9, 10, 13, *range(0x20, 0x7F)])
_LEAST_TEXT = 0.95
_LOOKED_AT = 48


def may_hold_code(text: str) -> bool:
    """Whether a text may hold a code for text."""
    return next(code_places(text), None) is not None


def code_places(text: str) -> Iterator[int]:
    """Yield where a code for text may stand."""
    for hit in _RUN.finditer(text):
        if _MIXED.match(hit[0]) and _may_be_text(hit[0]):
            yield hit.start()
    yield from (hit.start() for hit in _HEX.finditer(text))


def codes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a code for text stands, and the text."""
    for hit in _HEX.finditer(text):
        yield hit.start(), hit.end(), bytes.fromhex(hit[0]).decode("ascii", "replace")
    for hit in _RUN.finditer(text):
        if _MIXED.match(hit[0]) and (decoded := _decoded(hit[0])):
            yield hit.start(), hit.end(), decoded


def _decoded(code: str) -> str | None:
    """The text that a code stands for; its beginning may be cut off. None where it is no text."""
    code = code.rstrip("=").translate(_URL_SAFE)
    for skipped in range(4):
        if _is_text(_bytes(code[skipped : skipped + _LOOKED_AT])):
            data = _bytes(code[skipped:])
            return data.decode("utf-8", "replace") if _is_text(data) else None
    return None


def _may_be_text(code: str) -> bool:
    code = code.rstrip("=").translate(_URL_SAFE)
    return any(_is_text(_bytes(code[skipped : skipped + _LOOKED_AT])) for skipped in range(4))


def _bytes(code: str) -> bytes:
    whole = code[: len(code) - (len(code) % 4 == 1)]
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4))
    except binascii.Error:
        return b""


def _is_text(data: bytes) -> bool:
    return len(data) >= 10 and len(data.translate(None, _TEXT)) <= (1 - _LEAST_TEXT) * len(data)
