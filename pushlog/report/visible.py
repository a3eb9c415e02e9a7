"""The one door between the log's text and a person: no control character passes it unseen.

A log is written by strangers: an escape code in it could clear a terminal, and a bidirectional override could make
a line read other than it is. Every output sends what came from a log through `visible`.
"""

from __future__ import annotations

KEPT = "\n\t"
BIDI = ("\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)))


def _number(code: int) -> str:
    return f"\u2039U+{code:04X}\u203a"


def _symbols() -> dict[int, str]:
    # C0 has pictures in Unicode, the others show their number.
    symbols = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in KEPT}
    symbols[0x7F] = "\u2421"
    symbols |= {code: _number(code) for code in range(0x80, 0xA0)}
    symbols |= {ord(mark): _number(ord(mark)) for mark in BIDI}
    # Line and paragraph separators would break a quoted line in two.
    symbols |= {code: _number(code) for code in (0x2028, 0x2029)}
    return symbols | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


SYMBOLS = _symbols()


def visible(text: str) -> str:
    """Return the text with every control, direction and broken character as a visible symbol."""
    # Nearly all text is plain: the common case costs one look.
    return text if text.isascii() and text.isprintable() else text.translate(SYMBOLS)
