"""The error of a push, with the lines of the log on which it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.errors.bystanders import LEVEL
from pushlog.formats.errors.classify import continues, starts_error
from pushlog.formats.errors.console_wrap import may_be_broken, unwrapped
from pushlog.formats.errors.detect import PAGE, is_beside_page
from pushlog.formats.errors.ending import is_open_quote, without_marks_behind
from pushlog.formats.errors.wrapped import Wrapped, without_marks
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge

# An error continues over at most one empty line; a list that it announces over those that a mail left in it.
_APART, _APART_IN_LIST = 2, 6
# A line that a console broke goes on within so many bytes.
_REACH = 4096


@record
class ErrorLines:
    """The error as printed, escapes removed, its offsets and the physical lines it stands on."""

    text: str
    start: int
    stop: int
    lines: tuple[int, int]

    def covers(self, piece: Piece) -> bool:
        """Return whether the piece is part of the error."""
        return self.start <= piece.start < self.stop


def join_error_lines(text: LogText, first: Piece, rest: Iterable[Piece], wrapped: Wrapped | None = None) -> ErrorLines:
    """Return the error that the first piece begins, with the lines that continue it and the empty ones between them.

    `wrapped`: the error inside the first piece; what stands before it may stand before the other lines too.
    """
    head, error = (wrapped.head.strip(), wrapped.text) if wrapped else ("", without_marks(first.text))
    # The label of the first line: what a logger puts before each.
    begins = LEVEL.match(head)
    label = begins[0] if begins else ""
    last = first
    for piece in rest:
        # A CI repeats an error line in a channel of its own.
        if piece.text == first.text:
            break
        if joined := unwrapped(text, error, last, piece):
            error, last = joined, piece
            continue
        line = piece.text.removeprefix(head).removeprefix(label).lstrip() if head else piece.text
        feeds = text.data[last.stop : piece.start].count(b"\n")
        apart, between = (_APART_IN_LIST, 1) if error.endswith("errors:") else (_APART, max(1, feeds))
        if feeds > apart or not continues(error, line) or (feeds > 1 and is_beside_page(error, line)):
            break
        if not PAGE.search(error):
            line = without_marks_behind(line)
        # A page that a client quotes has no line breaks of its own.
        is_quoted = PAGE.search(error) and is_open_quote(error)
        error, last = f"{error}{' ' if is_quoted else chr(10) * between}{line}", piece
    return ErrorLines(text=error, start=first.start, stop=last.stop, lines=(first.line, last.line))


def broken_error(text: LogText, first: Piece, stop: int, knowledge: Knowledge) -> ErrorLines | None:
    """Return the error that a piece begins only with the one below it, where a console broke the line; else None."""
    if not may_be_broken(first):
        return None
    error = join_error_lines(text, first, text.pieces(first.stop, min(stop, first.stop + _REACH)))
    is_error = error.stop > first.stop and starts_error(error.text.partition("\n")[0], knowledge)
    return error if is_error else None
