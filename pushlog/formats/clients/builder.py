"""The builder that every dialect fills: one push with its span, its error and the lines that nobody understood."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker.error_lines import join_error_lines
from pushlog.formats.docker.surroundings import stopped
from pushlog.formats.events import gaps, of_rows
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.parsed_push import ParsedPush, first_unread
from pushlog.intake.log_text import Piece
from pushlog.intake.unwrap.prefix import is_noise
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from pushlog.formats.client_timestamps import ClientTimestamps
    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.events import EventRow
    from pushlog.intake.log_text import Int64, LogText
    from pushlog.model import Client

# Far enough for the longest error page.
_PAGE = 32768
_AFTER = 4096
# Lines of other programs that may stand between two lines of a push, and between its last line and its error.
_BETWEEN = 300
_NEAR = 12
_BELOW = 2
# Marks that tell how a push ended.
_ENDS = {MarkKind.DIGEST, MarkKind.DONE, MarkKind.LAST_WORD, MarkKind.INTERRUPT}


@record(kw_only=False)
class Interleaved:
    """Where the marks of several pushes begin and end, which take turns in a log. They are shared by all of them."""

    starts: Int64
    stops: Int64

    @classmethod
    def of(cls, text: LogText, marks: Sequence[Mark]) -> Interleaved:
        """Return the places of these marks, which are in order, each with the end of its line."""
        return cls(
            starts=np.array([mark.start for mark in marks], dtype=np.int64),
            stops=np.array([_line_end(text, mark.stop) for mark in marks], dtype=np.int64),
        )


def _line_end(text: LogText, stop: int) -> int:
    """Return the offset behind the line feed, if the line ends at an offset; else the offset itself."""
    end = text.data[stop : stop + 2]
    return stop + (2 if end == b"\r\n" else end[:1] in (b"\n", b"\r"))


@record(frozen=False)
class PushBuilder:
    """One push as its lines tell it: its client and why, its marks in the common words, its rows, its error.

    The common words: `reference` with REFERENCE; `digest` with DIGEST and perhaps TAG: the client's proof of success;
    `done`: the same without a digest; `last_word`: the last line of a push that went well, printed before its end is
    known; `retry`: the client begins again, with WAIT in seconds and TEXT, the error. `consumed` are all marks that
    were read. `interleaved` are the marks of all pushes of the same command, in order: what stands between those of
    this one is understood, but no part of it. `command`: which of the client's commands pushed, if not the usual one.
    """

    client: Client
    why: str
    marks: list[Mark] = field(default_factory=list)
    rows: list[EventRow] = field(default_factory=list)
    consumed: list[Mark] = field(default_factory=list)
    interleaved: Interleaved | None = None
    error: ErrorLines | None = None
    clock: ClientTimestamps | None = None
    shares_error: bool = False
    command: str = ""

    def add_mark(self, kind: MarkKind, like: Mark, **fields: str) -> None:
        """Add a mark in the common words, at the place of another mark."""
        self.marks.append(Mark(kind=kind, start=like.start, stop=like.stop, line=like.line, fields=fields))


def pushes_of(
    marks: Iterable[Mark], *, starts: Callable[[Sequence[Mark], Mark], bool], ends: Collection[str] = ()
) -> Iterator[list[Mark]]:
    """Cut the marks of a log into those of each push.

    A push ends behind a mark of a kind in `ends`, before a mark that is not nearby, and before one that `starts`
    another: it is asked with the marks of the push so far and the next mark.
    """
    push: list[Mark] = []
    for mark in marks:
        if push and (push[-1].kind in ends or not nearby(push[-1], mark) or starts(push, mark)):
            yield push
            push = []
        push.append(mark)
    if push:
        yield push


def nearby(last: Mark, mark: Mark) -> bool:
    """Return whether a line can belong to the same push as the line before it."""
    return mark.line - last.line <= (_NEAR if mark.kind == MarkKind.ERROR else _BETWEEN)


def answers(command: Mark | None, error: Mark | None) -> bool:
    """Return whether an error is all that a command printed: it stands right below the command."""
    return command is not None and error is not None and 0 < error.line - command.line <= _BELOW


def error_at(text: LogText, mark: Mark, message: str) -> ErrorLines:
    """Return the error that begins at a mark with the text `message`, and the lines that continue it."""
    first = Piece(mark.start, mark.stop, mark.line, message)
    return join_error_lines(text, first, text.pieces(mark.stop, min(len(text.data), mark.stop + _PAGE)))


def parsed_push(text: LogText, push: PushBuilder) -> ParsedPush:
    """Return the push that a builder has collected; a line below one whose end is open may tell that it was stopped."""
    if push.error is None and not any(mark.kind in _ENDS for mark in push.marks):
        stop = max(mark.stop for mark in [*push.marks, *push.consumed])
        push.marks += stopped(text.pieces(stop, min(len(text.data), stop + _AFTER)))
    marks = [*push.marks, *push.consumed]
    spans = [(m.start, m.stop) for m in marks] + [(r.start, r.stop) for r in push.rows]
    spans += [(push.error.start, push.error.stop)] if push.error else []
    starts, stops = np.array(spans, dtype=np.int64).T
    start, stop = int(starts.min()), int(stops.max())
    last = max(stop - 1, start)
    if push.interleaved:
        first, last_mark = np.searchsorted(push.interleaved.starts, [start, stop])
        starts = np.concatenate([starts, push.interleaved.starts[first:last_mark]])
        stops = np.concatenate([stops, push.interleaved.stops[first:last_mark]])
    unread, unread_lines = first_unread(
        piece for gap in gaps(starts, stops, start, stop) for piece in text.pieces(*gap) if not is_noise(piece.text)
    )
    return ParsedPush(
        client=push.client,
        why=push.why,
        events=of_rows(text, push.rows),
        marks=tuple(sorted(push.marks, key=lambda mark: mark.start)),
        error=push.error,
        lines=(text.line_of(start), text.line_of(last)),
        start=start,
        stop=last,
        unread=unread,
        unread_lines=unread_lines,
        after=next(iter(text.pieces(stop, min(len(text.data), stop + _AFTER))), None),
        clock=push.clock,
        shares_error=push.shares_error,
        command=push.command,
    )
