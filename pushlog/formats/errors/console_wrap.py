"""Join the lines of an error that a console of fixed width broke."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.errors.bystanders import is_ending
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText, Piece

# The width of a console, of Windows' too (one column less), and of the pages that CI systems draw.
_WIDTHS = frozenset((79, 80, 99, 100, 119, 120, 131, 132, 159, 160))
# No shorter line was broken by a console.
_SHORTEST = 60
# So many lines around are no longer, where a console broke one.
_AROUND = 20
# A line goes on inside a sentence, a word or a path.
_GOES_ON = lazy_pattern(r" ?[a-z0-9,.;:)\]}'\"/]")
# These begin so too: programs that tell how a command ended, log lines, rows of docker.
_BEGINS = lazy_pattern(
    r" ?(?:\d{4}[-/]\d\d|\d\d:\d\d|time=|level=|[0-9a-f]{7,12}: |(?:g?make|npm|yarn|docker|sh|bash)(?:\[\d+\])?: |npm "
    r"|error\b|warning\b|exit (?:code|status)|script returned|[\w.-]+: digest: )"
)
_WHOLE = lazy_pattern(rb"The push refers to |digest: sha256:")
# containerd tells each error of the registry in a line of its own.
_SAID = lazy_pattern(rb"blob unknown to registry - sha256:")
# A secret is found and hidden line by line: its parts are left where they are.
_TOKEN = lazy_pattern(r"[A-Za-z0-9_+/=-]{40,}")
_MIXED = (re.compile(r"[A-Z]"), re.compile(r"[a-z]"), re.compile(r"[0-9]"))
_ODD_QUOTE = lazy_pattern(r'[^"]*"(?:[^"]*"[^"]*")*[^"]*')


def unwrapped(text: LogText, error: str, last: Piece, piece: Piece) -> str | None:
    """Return the error with the next line, where the last one was broken by the console's width; else None."""
    if _SAID.match(text.data[piece.start : piece.stop]):
        return None
    if text.data[last.stop : piece.start].count(b"\n") != 1:
        return None
    line = text.data[last.start : last.stop].decode("utf-8", "replace").rstrip("\r")
    row = text.data[piece.start : piece.stop].decode("utf-8", "replace").rstrip("\r\n")
    if len(line) < _SHORTEST or len(row) > len(line) or not _GOES_ON.match(row) or _BEGINS.match(row) or is_ending(row):
        return None
    is_open = _ODD_QUOTE.fullmatch(error) is not None and '"' in row
    if not is_open and (len(line) not in _WIDTHS or _longest_around(text, last.line) > len(line)):
        return None
    joined = error + line[len(line.rstrip()) :] + row.rstrip()
    words = (word[0] for word in _TOKEN.finditer(joined, max(0, len(error) - _SHORTEST)))
    return None if any(all(sign.search(word) for sign in _MIXED) for word in words) else joined


def _longest_around(text: LogText, line: int) -> int:
    """Return the length of the longest line around a line, in characters; headers and digest lines are whole again."""
    numbers = range(max(1, line - _AROUND), min(text.lines, line + _AROUND) + 1)
    lines = (text.data[text.start_of(number) : text.stop_of(number)] for number in numbers)
    return max(len(row.decode("utf-8", "replace").rstrip("\r")) for row in lines if not _WHOLE.search(row))
