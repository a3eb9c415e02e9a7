"""Whether a secret stands in a text in any form that somebody could read it in."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

# So many letters in a row are a leak.
LEAST = 8
_DEEPEST = 5
_MARK = re.compile(r"REDACTED-[a-z-]+")
_CODES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
    r"|(?:\^\[|\\033|\\u001b)\[[\d;?]*[a-zA-Z]"
)
_ESCAPES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3][0-7]{2}))")
_PREFIXES = re.compile(
    r"(?m)^(?:\d{4}-\d\d-\d\d\S* (?:std(?:out|err) [FP] |\d\d[OE][ +])?|build-1  \| |[>+#|] |[0-9a-f]{8}  )|\|n|=\n"
)
_RECORD = re.compile(r'"\s*,?[^\n]*\n[^\n]{0,60}?"(?:log|o|msg)"\s*[:,]\s*"|\\n')
_NO_LETTERS = re.compile(r"[^0-9A-Za-z]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ ]{0,2}){8,}")


def letters(text: str) -> str:
    """Letters and digits alone."""
    return _NO_LETTERS.sub("", text)


def shows(text: str, secret: str, depth: int = _DEEPEST) -> str | None:
    """A part of a secret that a text shows in any form; None where it shows none."""
    wanted = letters(secret)
    size = min(LEAST, len(wanted))
    parts = [wanted[at : at + size] for at in range(len(wanted) - size + 1)]
    forms = _forms(text, depth)
    return next((part for part in parts if part in forms), None)


@lru_cache(maxsize=64)
def _forms(text: str, depth: int) -> str:
    """The letters of a text, as it is and in every form that it can be decoded to."""
    layer = [_MARK.sub("\0", text)]
    seen = set(layer)
    for _ in range(depth):
        layer = [other for one in layer for other in _otherwise(one) if other not in seen]
        seen.update(layer)
    return "\n".join(sorted({letters(form) for form in seen}))


def _otherwise(text: str) -> Iterator[str]:
    """A text decoded by one step, in each way there is."""
    for decoded in (
        _CODES.sub("", text),
        re.sub(r"[^\n]\x08", "", text),
        unquote(text),
        unescape(text),
        _ESCAPES.sub(lambda hit: chr(int(hit[1] or hit[2], 16) if hit[1] or hit[2] else int(hit[3], 8)), text),
        _PREFIXES.sub("", text),
        _RECORD.sub("", text),
        _quoted_printable(text),
    ):
        if decoded != text:
            yield decoded
    joined = re.sub(r"\s*\n\s*", "", text)
    for run in {*_BASE64.findall(text), *_BASE64.findall(joined)}:
        for skipped in range(4):
            code = run[skipped:].translate(str.maketrans("-_", "+/"))
            data = base64.b64decode(code[: len(code) // 4 * 4])
            if sum(32 <= byte < 127 for byte in data) > 0.45 * len(data):
                yield data.decode("latin-1")
    for run in {*_HEX.findall(text), *_HEX.findall(joined)}:
        digits = "".join(run.split())
        yield bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("latin-1")


def _quoted_printable(text: str) -> str:
    return binascii.a2b_qp(text.encode("utf-8", "replace")).decode("latin-1") if "=" in text else text
