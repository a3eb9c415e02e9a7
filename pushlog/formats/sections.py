"""Where each push of a log begins and ends, and which error belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats import docker, error_lines
from pushlog.formats.events import Events, Kind, Mark, gaps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.docker import Reading
    from pushlog.intake.text import Piece, Text

# Other lines may stand between a push and its error (a second stream, a CI's own words), but not many.
_NEAR = 8
# An error printed to another stream can be captured a few lines early.
_ABOVE = 3
# `docker pull` prints the rest of the states too.
_ONLY_PUSH = (Kind.PREPARING, Kind.PUSHING, Kind.PUSHED, Kind.MOUNTED, Kind.RETRYING, Kind.SKIPPED, Kind.BUFFERING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLines:
    """The error as printed, escapes removed, and the physical lines it stands on."""

    text: str
    start: int
    stop: int
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One push in a log: its events and marks, its error, the physical lines it spans, and what was not understood.

    `after` is the first text that follows the push, quoted when it ends without a digest and without an error.
    """

    events: Events
    marks: tuple[Mark, ...]
    error: ErrorLines | None
    lines: tuple[int, int]
    unread: tuple[Piece, ...]
    after: Piece | None
    ends_log: bool
    quiet: bool = False

    def last(self, *kinds: str) -> Mark | None:
        """The last mark of these kinds."""
        return next((m for m in reversed(self.marks) if m.kind in kinds), None)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Offsets between which a push may stand, and the marks that announce it."""

    start: int
    limit: int
    intro: tuple[Mark, ...]


def sections(text: Text, reading: Reading) -> tuple[Section, ...]:
    """The pushes of a log, in order."""
    found: list[Section] = []
    floor = 0
    for bounds in _bounds(text, reading):
        section = _section(text, reading, bounds, floor)
        if section:
            found.append(section)
            floor = text.stop_of(section.lines[1])
    return tuple(found) or _alone(text, reading)


def _bounds(text: Text, reading: Reading) -> Iterator[_Bounds]:
    """A push reaches from its header, with the command above it, to the next one, to another command or to a pull."""
    starts: list[tuple[int, tuple[Mark, ...]]] = [(0, ())]
    intro: list[Mark] = []
    for mark in reading.marks:
        if mark.kind in ("command", "default_tag"):
            if mark.kind == "command":
                intro = []
            intro.append(mark)
            if len(intro) == 1:
                starts.append((mark.start, (mark,)))
            else:
                starts[-1] = (starts[-1][0], tuple(intro))
        elif mark.kind in ("header", "old_header", "pull"):
            near = intro and _events_between(reading, intro[0].start, mark.start) == 0
            opening = (*(intro if near else ()), mark)
            if near:
                starts.pop()
            starts.append((opening[0].start, opening))
            intro = []
    limits = [start for start, _ in starts[1:]] + [len(text.data)]
    for (start, opening), limit in zip(starts, limits, strict=True):
        if not any(m.kind == "pull" for m in opening):
            yield _Bounds(start, limit, opening)


def _events_between(reading: Reading, start: int, stop: int) -> int:
    low, high = np.searchsorted(reading.events.start, [start, stop])
    return int(high - low)


def _section(text: Text, reading: Reading, bounds: _Bounds, floor: int) -> Section | None:
    low, high = (int(i) for i in np.searchsorted(reading.events.start, [bounds.start, bounds.limit]))
    events = reading.events.part(low, high)
    marks = tuple(m for m in reading.marks if bounds.start <= m.start < bounds.limit)
    headed = any(m.kind in ("header", "old_header") for m in marks)
    if not headed and not np.isin(events.kind, _ONLY_PUSH).any():
        return _unheaded(text, events, marks, bounds)
    told = [m for m in marks if m.kind not in ("command",)]
    start = min([m.start for m in told] + [int(s) for s in events.start[:1]])
    stop = max([m.stop for m in told] + [int(s) for s in events.stop[-1:]])
    error = _error(text, events, marks, bounds, (start, stop), floor)
    if error:
        start, stop = min(start, error.start), max(stop, error.stop)
    first, last = text.line_of(start), max(text.line_of(max(stop - 1, start)), error.lines[1] if error else 0)
    return _finished(text, events, marks, error, (first, last), (start, stop))


def _finished(
    text: Text,
    events: Events,
    marks: tuple[Mark, ...],
    error: ErrorLines | None,
    lines: tuple[int, int],
    span: tuple[int, int],
) -> Section:
    unread = [p for p in _leftover(text, events, marks, *span) if not _within(p, error)]
    after = next(iter(text.pieces(text.stop_of(lines[1]), min(len(text.data), span[1] + 4096))), None)
    return Section(
        events=events,
        marks=marks,
        error=error,
        lines=_trimmed(text, lines),
        unread=tuple(unread),
        after=after,
        ends_log=after is None,
    )


def _trimmed(text: Text, lines: tuple[int, int]) -> tuple[int, int]:
    return lines[0], min(lines[1], max(text.lines, lines[0]))


def _within(piece: Piece, error: ErrorLines | None) -> bool:
    return error is not None and error.start <= piece.start < error.stop


def _leftover(text: Text, events: Events, marks: Sequence[Mark], start: int, stop: int) -> list[Piece]:
    """The pieces between two offsets that neither an event nor a mark covers."""
    inside = (events.start >= start) & (events.start < stop)
    low = np.append(events.start[inside], [m.start for m in marks if start <= m.start < stop])
    high = np.append(events.stop[inside], [m.stop for m in marks if start <= m.start < stop])
    return [piece for a, b in gaps(low, high, start, stop) for piece in text.pieces(a, b)]


def _error(
    text: Text,
    events: Events,
    marks: tuple[Mark, ...],
    bounds: _Bounds,
    span: tuple[int, int],
    floor: int,
) -> ErrorLines | None:
    """The error of a push: the Engine's own message, else after its last event, else among them, else just above."""
    message = next((m for m in marks if m.kind == "error"), None)
    if message:
        return ErrorLines(
            text=message.fields["TEXT"].replace("\r\n", "\n").strip("\n"),
            start=message.start,
            stop=message.stop,
            lines=(message.line, message.line),
        )
    last_event = int(events.stop[-1]) if len(events) else span[0]
    digests = [m.stop for m in marks if m.kind == "digest"]
    if digests and max(digests) > last_event and not _goes_on_after_digest(marks):
        return None
    after = max([last_event, *digests, *(m.stop for m in marks if m.kind in ("header", "old_header"))])
    return (
        _first_error(_leftover(text, events, marks, after, min(bounds.limit, after + 65536))[:64], _NEAR)
        or _first_error(_leftover(text, events, marks, *span), 1 << 30)
        or _first_error(list(text.pieces(_lines_above(text, span[0], floor), span[0])), _ABOVE)
    )


def _goes_on_after_digest(marks: Sequence[Mark]) -> bool:
    """Whether an error can follow the digest line: 1.8 and 1.9 print it before the manifest is sent, `-a` pushes on."""
    commands = [m.fields.get("OPTIONS", "") for m in marks if m.kind == "command"]
    several = sum(m.kind == "digest" for m in marks) > 1
    return several or any(m.kind == "old_header" for m in marks) or any("-a" in options for options in commands)


def _lines_above(text: Text, offset: int, floor: int) -> int:
    return max(floor, text.start_of(max(1, text.line_of(offset) - _ABOVE)))


def _first_error(pieces: list[Piece], near: int) -> ErrorLines | None:
    """The first of the nearest pieces that begins an error, also where a layer's row shows through behind it."""
    for index, piece in enumerate(pieces[:near]):
        for said in (piece.text, docker.overdrawn(piece.text)):
            if said and error_lines.starts_error(said):
                return _joined([replace(piece, text=said), *pieces[index + 1 :]])
    return None


def _joined(pieces: list[Piece]) -> ErrorLines:
    """The error that the first piece begins, with the lines that continue it."""
    first, last, said = pieces[0], pieces[0], pieces[0].text
    for piece in pieces[1:]:
        if piece.line > last.line + 2 or not error_lines.continues(said, piece.text):
            break
        said, last = f"{said}\n{piece.text}", piece
    return ErrorLines(text=said, start=first.start, stop=last.stop, lines=(first.line, last.line))


def _unheaded(text: Text, events: Events, marks: tuple[Mark, ...], bounds: _Bounds) -> Section | None:
    """A `docker push` command followed by nothing but its error, or by the one line of `--quiet`."""
    command = next((m for m in bounds.intro if m.kind == "command"), None)
    if command is None:
        return None
    after = max(m.stop for m in bounds.intro)
    pieces = list(text.pieces(after, min(bounds.limit, after + 65536)))
    error = _first_error(pieces[:64], 2)
    first = text.line_of(bounds.start)
    if error:
        return _finished(text, events, marks, error, (first, error.lines[1]), (bounds.start, error.stop))
    options = command.fields.get("OPTIONS", "").split()
    if pieces and ("-q" in options or "--quiet" in options) and docker.is_quiet(pieces[0].text):
        return _quiet(text, events, marks, pieces[0], first)
    return None


def _quiet(text: Text, events: Events, marks: tuple[Mark, ...], piece: Piece, first: int) -> Section:
    mark = Mark(kind="quiet", start=piece.start, stop=piece.stop, line=piece.line, fields={"REFERENCE": piece.text})
    section = _finished(text, events, (*marks, mark), None, (first, piece.line), (piece.start, piece.stop))
    return replace(section, quiet=True)


def _alone(text: Text, reading: Reading) -> tuple[Section, ...]:
    """A log that holds nothing but the error of a push that never began, or the one line of a quiet push."""
    none = reading.events.part(0, 0)
    marks = tuple(m for m in reading.marks if m.kind in ("default_tag", "error"))
    pieces = _leftover(text, none, marks, 0, min(len(text.data), 65536))
    if len(pieces) == 1 and docker.is_quiet(pieces[0].text):
        return (_quiet(text, none, marks, pieces[0], pieces[0].line),)
    error = _first_error(pieces, 1)
    if error and all(_within(p, error) for p in pieces) and len(text.data) <= 65536:
        first = min([error.lines[0], *(m.line for m in marks)])
        return (_finished(text, none, marks, error, (first, error.lines[1]), (error.start, error.stop)),)
    return ()
