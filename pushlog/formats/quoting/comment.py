"""Comments in the source of a program or a script, which tell of an output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.unwrap.code_lines import is_code
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.intake.log_text import LogText, Piece

_COMMENT_LINES = 2
# A comment in the source of a program.
_COMMENT = lazy_pattern(r"\s*(?P<mark>#|//|\*|--)(?:\s|$)")
_EXAMPLE = lazy_pattern(rb"\s*(?P<mark>#|//|\*)\s*[\"'`]?\{\"")
# A comment of a script that says what the command above it prints.
_OUTPUT = lazy_pattern(rb"[ \t]*(?:#|//|--) ?(?:\w+ )?(?:[Oo]utput|[Pp]rints|[Rr]eturns|[Rr]esult|=>|->):? \Z")
_AROUND = 20


def tells_output(head: bytes) -> bool:
    """Return whether what stands before words on a line is a comment that says what a command prints."""
    return _OUTPUT.match(head) is not None


def in_comment(error: ErrorLines, pieces: Sequence[Piece]) -> bool:
    """Return whether an error is told in a comment over several lines, in the source of a program."""
    at = next((number for number, piece in enumerate(pieces) if piece.line == error.lines[0]), None)
    comment = _COMMENT.match(pieces[at].text) if at is not None else None
    if at is None or comment is None:
        return False
    beside = [match["mark"] for piece in pieces[max(0, at - 1) : at + 2] if (match := _COMMENT.match(piece.text))]
    if beside.count(comment["mark"]) < _COMMENT_LINES:
        return False
    return any(is_code(piece.text.encode()) and not _COMMENT.match(piece.text) for piece in pieces)


def is_example(text: LogText, lines: tuple[int, int]) -> bool:
    """Return whether messages of the Engine stand in a comment that other lines go around."""
    comment = _EXAMPLE.match(text.beginning(lines[0]))
    if comment is None:
        return False
    shown = (text.shown(line).strip() for line in range(max(1, lines[0] - _AROUND), lines[1] + _AROUND + 1))
    return any(line and not line.startswith(comment["mark"].decode()) for line in shown)
