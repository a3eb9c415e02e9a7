"""The stretch of a log in which one push may stand, and the error that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.errors.classify import continues, starts_error
from pushlog.formats.events import Events, Mark, gaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge

HEADERS = ("header", "old_header")
# Other lines may stand between a push and its error (a second stream, a CI's own words), but not many.
_NEAR = 8
# An error printed to another stream can be captured a few lines early.
_ABOVE = 3
# An error goes on over one empty line at the most.
_APART = 2
# How far below its last line the error of a push is looked for, in bytes.
_REACH = 65536
_PIECES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLines:
    """The error as printed, escapes removed, its offsets and the physical lines it stands on."""

    text: str
    start: int
    stop: int
    lines: tuple[int, int]

    def covers(self, piece: Piece) -> bool:
        """Whether the piece is part of the error."""
        return self.start <= piece.start < self.stop


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRange:
    """Where a push may stand: its events and marks, and the offsets between which they and its error lie.

    `knowledge` tells how errors begin.
    """

    text: LogText
    knowledge: Knowledge
    events: Events
    marks: tuple[Mark, ...]
    start: int
    limit: int

    def leftover(self, start: int, stop: int) -> Iterator[Piece]:
        """The pieces between two offsets that neither an event nor a mark covers."""
        events, marks = self.events, [m for m in self.marks if start <= m.start < stop]
        inside = (events.start >= start) & (events.start < stop)
        low = np.append(events.start[inside], [m.start for m in marks])
        high = np.append(events.until[inside], [m.stop for m in marks])
        return (piece for a, b in gaps(low, high, start, stop) for piece in self.text.pieces(a, b))

    def below(self, offset: int) -> Iterator[Piece]:
        """The nearest of those below an offset; what reads as a note there may be a line of an error."""
        own = replace(self, marks=tuple(m for m in self.marks if m.kind != "note"))
        return islice(own.leftover(offset, min(self.limit, offset + _REACH)), _PIECES)

    def first_error(self, pieces: Iterable[Piece], near: int | None = None) -> ErrorLines | None:
        """The first piece that begins an error, also behind which a layer's row shows through, and its other lines.

        `near`: how many pieces an error may begin at; its other lines may reach further.
        """
        rest = iter(pieces)
        for piece in islice(rest, near):
            for said in (piece.text, *docker_lines.overdrawn(piece.text)):
                if said and starts_error(said, self.knowledge):
                    return join_error_lines(self.text, replace(piece, text=said), rest)
        return None


def join_error_lines(text: LogText, first: Piece, rest: Iterable[Piece]) -> ErrorLines:
    """The error that the first piece begins, with the lines that continue it and the empty ones between them."""
    last, said = first, first.text
    for piece in rest:
        feeds = text.data[last.stop : piece.start].count(b"\n")
        if feeds > _APART or not continues(said, piece.text):
            break
        said, last = f"{said}{chr(10) * max(1, feeds)}{piece.text}", piece
    return ErrorLines(text=said, start=first.start, stop=last.stop, lines=(first.line, last.line))


def bound_error(zone: PushRange, *, first: int, last: int, floor: int) -> ErrorLines | None:
    """The error of a push whose lines reach from offset `first` to `last`; `floor` is where the push before it ends.

    It is the Engine's own message, else the first error after the last event, else among them, else just above.
    """
    message = next((m for m in zone.marks if m.kind == "error"), None)
    if message:
        text = message.fields["TEXT"].replace("\r\n", "\n").strip("\n")
        return ErrorLines(text=text, start=message.start, stop=message.stop, lines=(message.line, message.line))
    last_event = int(zone.events.stop[-1]) if len(zone.events) else first
    digests = [m.stop for m in zone.marks if m.kind == "digest"]
    if digests and max(digests) > last_event and not _goes_on_after_digest(zone):
        return None
    after = max([last_event, *digests, *(m.stop for m in zone.marks if m.kind in HEADERS)])
    line_above = max(1, zone.text.line_of(first) - _ABOVE)
    above = zone.text.pieces(max(floor, zone.text.start_of(line_above)), first)
    return (
        zone.first_error(zone.below(after), _NEAR)
        or zone.first_error(zone.leftover(first, last))
        or zone.first_error(list(above)[-_ABOVE:])
    )


def _goes_on_after_digest(zone: PushRange) -> bool:
    """Whether an error can follow a digest line: 1.8 and 1.9 print it before the manifest is sent, `-a` pushes on."""
    options = [o for m in zone.marks if m.kind == "command" for o in m.fields.get("OPTIONS", "").split()]
    several = sum(m.kind == "digest" for m in zone.marks) > 1
    return several or any(m.kind == "old_header" for m in zone.marks) or bool({"-a", "--all-tags"} & set(options))
