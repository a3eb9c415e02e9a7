"""Where each push of `docker push` begins and ends."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.bind_error import HEADERS, ErrorLines, PushRange, bound_error
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import EventKind, Mark, is_any
from pushlog.formats.parsed_push import ParsedPush
from pushlog.intake.unwrap.prefix import is_noise
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.docker.lines import Reading
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge

# `docker pull` prints the rest of the states too.
_ONLY_PUSH = (
    EventKind.PREPARING,
    EventKind.PUSHING,
    EventKind.PUSHED,
    EventKind.MOUNTED,
    EventKind.RETRYING,
    EventKind.SKIPPED,
    EventKind.BUFFERING,
    EventKind.FAILED,
)
# A log that holds nothing but an error is a short one.
_SHORT = 65536


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Offsets between which a push may stand, and the marks that announce it."""

    start: int
    limit: int
    intro: tuple[Mark, ...]


def sections(
    text: LogText, reading: Reading, knowledge: Knowledge, others: Sequence[ParsedPush] = ()
) -> tuple[ParsedPush, ...]:
    """The pushes of `docker push` in a log, in order. `knowledge` tells how errors begin.

    `others` are the pushes of other clients: no push of docker reaches into one.
    """
    found: list[ParsedPush] = []
    floor = 0
    for bounds in _bounds(text, reading, others):
        section = _section(text, reading, knowledge, bounds, floor)
        if section:
            found.append(section)
            floor = text.stop_of(section.lines[1])
    return tuple(found)


def line_of_unbound_error(text: LogText, knowledge: Knowledge) -> int | None:
    """In a log without a push: the first line that reads like a push's error; it can be that of a pull or a build."""
    end = min(len(text.data), _SHORT)
    return next((p.line for p in text.pieces(0, end) if starts_error(p.text, knowledge)), None)


def _bounds(text: LogText, reading: Reading, others: Sequence[ParsedPush]) -> Iterator[_Bounds]:
    """A push reaches from its header, with the command above it, to the next one, to another command or to a pull."""
    starts: list[tuple[int, tuple[Mark, ...]]] = [(0, ())]
    intro: list[Mark] = []
    for mark in reading.marks:
        if mark.kind in {"command", "composed", "default_tag"}:
            if mark.kind != "default_tag":
                intro = []
            intro.append(mark)
            if len(intro) == 1:
                starts.append((mark.start, (mark,)))
            else:
                starts[-1] = (starts[-1][0], tuple(intro))
        elif mark.kind in {*HEADERS, "pull"}:
            near = intro and not _events_between(reading, intro[0].start, mark.start)
            opening = (*(intro if near else ()), mark)
            if near:
                starts.pop()
            starts.append((opening[0].start, opening))
            intro = []
    starts = sorted([*starts, *((offset, ()) for o in others for offset in (o.start, o.stop + 1))], key=itemgetter(0))
    limits = [start for start, _ in starts[1:]] + [len(text.data)]
    for (start, opening), limit in zip(starts, limits, strict=True):
        if not any(m.kind == "pull" for m in opening):
            yield _Bounds(start, limit, opening)


def _events_between(reading: Reading, start: int, stop: int) -> int:
    low, high = np.searchsorted(reading.events.start, [start, stop])
    return int(high - low)


def _marks_between(reading: Reading, start: int, stop: int) -> tuple[Mark, ...]:
    """Marks are in order: a log of nothing but headers is searched, not read again for each of them."""
    low, high = (bisect_left(reading.marks, at, key=lambda mark: mark.start) for at in (start, stop))
    return reading.marks[low:high]


def _section(text: LogText, reading: Reading, known: Knowledge, bounds: _Bounds, floor: int) -> ParsedPush | None:
    low, high = (int(i) for i in np.searchsorted(reading.events.start, [bounds.start, bounds.limit]))
    zone = PushRange(
        text=text,
        knowledge=known,
        events=reading.events.part(low, high),
        marks=_marks_between(reading, bounds.start, bounds.limit),
        start=bounds.start,
        limit=bounds.limit,
    )
    headed = any(m.kind in HEADERS for m in zone.marks)
    if not headed and not is_any(zone.events.kind, _ONLY_PUSH).any():
        return _unheaded(zone, bounds.intro)
    told = [m for m in zone.marks if m.kind != "command"]
    first = min([m.start for m in told] + zone.events.start[:1].tolist())
    last = max([m.stop for m in told] + zone.events.stop[-1:].tolist())
    return _finished(zone, bound_error(zone, first=first, last=last, floor=floor), told)


def _finished(zone: PushRange, error: ErrorLines | None, told: list[Mark]) -> ParsedPush:
    """The push that these marks, the zone's events and its error make up."""
    starts = [m.start for m in told] + zone.events.start[:1].tolist() + ([error.start] if error else [])
    stops = [m.stop for m in told] + zone.events.stop[-1:].tolist() + ([error.stop] if error else [])
    lines = [m.line for m in told] + zone.events.line.tolist()[:: max(1, len(zone.events) - 1)]
    lines += error.lines if error else ()
    unread = [
        piece
        for piece in zone.leftover(min(starts), max(stops))
        if not (error and error.covers(piece)) and not is_noise(piece.text)
    ]
    composed = any(m.kind == "composed" for m in told)
    return ParsedPush(
        client=Client.COMPOSE if composed else Client.DOCKER,
        why="version 1 names the service above docker's own lines" if composed else "",
        events=zone.events,
        marks=zone.marks,
        error=error,
        lines=(min(lines), max(lines)),
        start=min(starts),
        stop=max([*starts, error.stop - 1 if error else 0]),
        unread=tuple(unread),
        after=next(iter(zone.text.pieces(max(stops), min(len(zone.text.data), max(stops) + 4096))), None),
    )


def _unheaded(zone: PushRange, intro: tuple[Mark, ...]) -> ParsedPush | None:
    """A `docker push` command followed by nothing but its error, or by the one line of `--quiet`."""
    command = next((m for m in intro if m.kind == "command"), None)
    if command is None:
        return None
    pieces = list(zone.below(max(m.stop for m in intro)))
    error = zone.first_error(pieces, 2)
    if error:
        return _finished(zone, error, list(intro))
    options = command.fields.get("OPTIONS", "").split()
    if pieces and {"-q", "--quiet"} & set(options) and _names(pieces[0].text, command):
        return _quiet(zone, pieces[0], list(intro))
    return None


def _names(line: str, command: Mark) -> bool:
    """Whether the line is what this command prints with `--quiet`: what it was asked to push, named in full."""
    asked = command.fields.get("REFERENCE", "").strip('"').removeprefix("index.").removesuffix(":latest")
    is_variable = bool(set("$*{") & set(asked))
    said = f"/{line.removesuffix(':latest')}"
    return docker_lines.is_quiet(line) and (not asked or is_variable or said.endswith(f"/{asked}"))


def _quiet(zone: PushRange, piece: Piece, told: list[Mark]) -> ParsedPush:
    mark = Mark(kind="quiet", start=piece.start, stop=piece.stop, line=piece.line, fields={"REFERENCE": piece.text})
    return replace(_finished(replace(zone, marks=(*zone.marks, mark)), None, [*told, mark]), quiet=True)


def alone(text: LogText, reading: Reading, known: Knowledge) -> tuple[ParsedPush, ...]:
    """A log that holds nothing but the error of a push that never began, or the one line of a quiet push."""
    marks = tuple(m for m in reading.marks if m.kind in {"default_tag", "error"})
    zone = PushRange(
        text=text, knowledge=known, events=reading.events.part(0, 0), marks=marks, start=0, limit=len(text.data)
    )
    pieces = list(zone.below(0))
    if len(pieces) == 1 and docker_lines.is_quiet(pieces[0].text):
        return (_quiet(zone, pieces[0], []),)
    error = zone.first_error(pieces, 1) or bound_error(zone, first=0, last=0, floor=0)
    if error and all(error.covers(p) for p in pieces) and len(text.data) <= _SHORT:
        return (_finished(zone, error, list(marks)),)
    return ()
