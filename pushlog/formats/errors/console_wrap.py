"""Join the lines of an error that a console of fixed width broke."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText, Piece

# The width of a console, of Windows' too (one column less), and of the pages that CI systems draw.
_WIDTHS = frozenset((79, 80, 99, 100, 119, 120, 131, 132, 159, 160))
# No shorter line was broken by a console.
_SHORTEST = 60
# A line that begins so begins something of its own: a log line, a prompt, a CI's or a program's words.
_BEGINS = re.compile(
    r"(?:[$#>%+*=|] |##\[|::|\[|<|[0-9a-f]{12}: |\d{4}[-/]\d\d|\d\d:\d\d|time=|level="
    r"|make(?:\[\d+\])?: |npm |exit (?:code|status)|script returned|Process completed"
    r"|(?:ERROR|Error|error|WARNING|Warning|INFO|FATAL|Fatal)\b|The (?:push|process|command) )"
)
_ODD_QUOTE = re.compile(r'[^"]*"(?:[^"]*"[^"]*")*[^"]*')


def unwrapped(text: LogText, error: str, last: Piece, piece: Piece) -> str | None:
    """Return the error with the next line, where the last one was broken by the console's width; else None."""
    if text.data[last.stop : piece.start].count(b"\n") != 1 or _BEGINS.match(piece.text):
        return None
    line = text.data[last.start : last.stop].decode("utf-8", "replace").rstrip("\r")
    row = text.data[piece.start : piece.stop].decode("utf-8", "replace").rstrip("\r\n")
    is_open = _ODD_QUOTE.fullmatch(error) is not None and '"' in row and not error.rstrip().endswith(":")
    if len(line) < _SHORTEST or len(row) > len(line) or not (len(line) in _WIDTHS or is_open):
        return None
    return error + line[len(line.rstrip()) :] + row.rstrip()
