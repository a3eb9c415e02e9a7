"""Lines of a difference between two texts, of files or of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText

# The part of a file that a difference shows.
_HUNK = lazy_pattern(rb"[ \t]*@@ (?:-\d|@@)")
_IN_HUNK = lazy_pattern(rb"[ \t]*[-+ \\]")
_SIGN = lazy_pattern(rb"(?<=\s)[-+] ?\Z")
_BESIDE = 4
_ABOVE = 60


def is_beside_other_sign(text: LogText, line: int, head: bytes) -> bool:
    """Return whether a plus or minus stands before words of a line, and the other sign in its place on one nearby."""
    sign = _SIGN.search(head)
    if sign is None:
        return False
    other = head[: sign.start()] + (b"+" if sign[0].startswith(b"-") else b"-")
    starts = (text.start_of(near) for near in text.near(line, _BESIDE))
    return any(text.data[start : start + len(other)] == other for start in starts)


def in_hunk(text: LogText, line: int) -> bool:
    """Return whether a line is one of a difference, below the line that says of which part."""
    if not _IN_HUNK.match(text.beginning(line)):
        return False
    for above in text.above(line, _ABOVE):
        data = text.beginning(above)
        if _HUNK.match(data):
            return True
        if data.strip() and not _IN_HUNK.match(data):
            return False
    return False
