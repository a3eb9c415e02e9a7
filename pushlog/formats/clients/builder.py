"""What a dialect has read of one push, made into a section: its span, its error and the lines nobody understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker.bind_error import join_error_lines
from pushlog.formats.events import Mark, gaps, of_rows
from pushlog.formats.parsed_push import ParsedPush
from pushlog.intake.log_text import Piece
from pushlog.intake.unwrap.prefix import is_noise

if TYPE_CHECKING:
    from pushlog.formats.client_timestamps import ClientTimestamps
    from pushlog.formats.docker.bind_error import ErrorLines
    from pushlog.formats.events import EventRow
    from pushlog.intake.log_text import LogText
    from pushlog.model import Client

# Far enough for the longest error page.
_PAGE = 32768
_AFTER = 4096
# Lines of other programs that may stand between two lines of a push, and between its last line and its error.
_BETWEEN = 300
_NEAR = 12
_BELOW = 2


@dataclass(slots=True, kw_only=True)
class PushBuilder:
    """One push as its lines tell it: whose it is and why, its marks in the common words, its rows, its error.

    The common words: `reference` with REFERENCE; `digest` with DIGEST and perhaps TAG: the client's proof of success;
    `done`: the same without a digest; `last_word`: what a push that went well ends with, said before its end is known;
    `retry`: the client begins again, with WAIT in seconds and TEXT, the error. Lines that are read and say none of
    these stand in `read`. `beside` are lines that other pushes of the same command put between those of this one.
    """

    client: Client
    why: str
    marks: list[Mark] = field(default_factory=list)
    rows: list[EventRow] = field(default_factory=list)
    read: list[Mark] = field(default_factory=list)
    beside: list[Mark] = field(default_factory=list)
    error: ErrorLines | None = None
    clock: ClientTimestamps | None = None

    def say(self, kind: str, like: Mark, **fields: str) -> None:
        """A word in common terms, at the place of a mark."""
        self.marks.append(Mark(kind=kind, start=like.start, stop=like.stop, line=like.line, fields=fields))


def nearby(last: Mark, mark: Mark) -> bool:
    """Whether a line can belong to the push that the line before it belongs to."""
    return mark.line - last.line <= (_NEAR if mark.kind == "error" else _BETWEEN)


def answers(command: Mark | None, error: Mark | None) -> bool:
    """Whether an error is all that a command said. It stands right below: farther down it is that of another one."""
    return command is not None and error is not None and 0 < error.line - command.line <= _BELOW


def error_at(text: LogText, mark: Mark, said: str) -> ErrorLines:
    """The error that begins at a mark and says `said`, with the lines that go on with it."""
    first = Piece(mark.start, mark.stop, mark.line, said)
    return join_error_lines(text, first, text.pieces(mark.stop, min(len(text.data), mark.stop + _PAGE)))


def parsed_push(text: LogText, told: PushBuilder) -> ParsedPush:
    """The section that all this makes up."""
    known = [*told.marks, *told.read]
    spans = [(m.start, m.stop) for m in known] + [(r.start, r.stop) for r in told.rows]
    spans += [(told.error.start, told.error.stop)] if told.error else []
    low, high = np.array(spans, dtype=np.int64).T
    start, stop = int(low.min()), int(high.max())
    last = max(stop - 1, start)
    inside = [(m.start, m.stop) for m in told.beside if start <= m.start < stop]
    low, high = np.array(spans + inside, dtype=np.int64).T
    unread = [p for a, b in gaps(low, high, start, stop) for p in text.pieces(a, b) if not is_noise(p.text)]
    return ParsedPush(
        client=told.client,
        why=told.why,
        events=of_rows(text, told.rows),
        marks=tuple(sorted(told.marks, key=lambda mark: mark.start)),
        error=told.error,
        lines=(text.line_of(start), text.line_of(last)),
        start=start,
        stop=last,
        unread=tuple(unread),
        after=next(iter(text.pieces(stop, min(len(text.data), stop + _AFTER))), None),
        clock=told.clock,
    )
