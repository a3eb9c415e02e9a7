"""Split a log into the pushes of `docker push`."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.docker.bind_error import HEADERS, ErrorLines, PushRange, bound_error
from pushlog.formats.docker.surroundings import in_here_document, is_of_another_command, mentions, stopped
from pushlog.formats.errors.classify import starts_error
from pushlog.formats.events import EventKind, is_any
from pushlog.formats.image_names import has_open_tag, may_be, split
from pushlog.formats.marks import Mark, MarkKind
from pushlog.formats.parsed_push import ParsedPush
from pushlog.intake.unwrap.prefix import is_noise
from pushlog.model import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.formats.docker.lines import Reading
    from pushlog.intake.log_text import LogText, Piece
    from pushlog.knowledge.base import Knowledge

# States that only a push prints; `docker pull` prints the others too.
_PUSH_STATES = (
    EventKind.PREPARING,
    EventKind.PUSHING,
    EventKind.PUSHED,
    EventKind.MOUNTED,
    EventKind.RETRYING,
    EventKind.SKIPPED,
    EventKind.BUFFERING,
    EventKind.FAILED,
)
# A log that holds an error and no push is looked through up to this many bytes.
_SHORT_LOG = 65536


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The offsets between which a push may stand, and the marks that announce it."""

    start: int
    stop: int
    opening: tuple[Mark, ...]


def docker_pushes(
    text: LogText, reading: Reading, knowledge: Knowledge, others: Sequence[ParsedPush] = ()
) -> tuple[ParsedPush, ...]:
    """Return the pushes of `docker push` in a log, in order. `knowledge` tells how errors begin.

    `others` are the pushes of other clients: no push of docker reaches into one.
    """
    pushes: list[ParsedPush] = []
    previous_stop = 0
    for bounds in _bounds(text, reading, others):
        push = _parse_push(text, reading, knowledge, bounds, previous_stop)
        if push:
            pushes.append(push)
            previous_stop = text.stop_of(push.lines[1])
    return tuple(pushes)


def line_of_unbound_error(text: LogText, knowledge: Knowledge) -> int | None:
    """Return the first line that reads like a push's error in a log without a push; it may be that of a pull."""
    stop = min(len(text.data), _SHORT_LOG)
    return next(
        (
            piece.line
            for piece in text.pieces(0, stop)
            if starts_error(piece.text, knowledge) and not is_of_another_command(piece.text)
        ),
        None,
    )


def _bounds(text: LogText, reading: Reading, others: Sequence[ParsedPush]) -> Iterator[_Bounds]:
    """Return where pushes may stand: from a header, with the command above it, to the next header, command or pull."""
    starts: list[tuple[int, tuple[Mark, ...]]] = [(0, ())]
    announced: list[Mark] = []
    for mark in reading.marks:
        if mark.kind == MarkKind.COMMAND and "PROMPT" not in mark.fields and in_here_document(text, mark):
            continue
        if mark.kind in {MarkKind.COMMAND, MarkKind.COMPOSED, MarkKind.DEFAULT_TAG}:
            if mark.kind != MarkKind.DEFAULT_TAG:
                announced = []
            announced.append(mark)
            if len(announced) == 1:
                starts.append((mark.start, (mark,)))
            else:
                starts[-1] = (starts[-1][0], tuple(announced))
        elif mark.kind in {*HEADERS, MarkKind.PULL}:
            is_near = announced and not _events_between(reading, announced[0].start, mark.start)
            opening = (*(announced if is_near else ()), mark)
            if is_near:
                starts.pop()
            starts.append((opening[0].start, opening))
            announced = []
    edges = ((offset, ()) for push in others for offset in (push.start, push.stop + 1))
    starts = sorted([*starts, *edges], key=itemgetter(0))
    stops = [start for start, _ in starts[1:]] + [len(text.data)]
    for (start, opening), stop in zip(starts, stops, strict=True):
        if not any(m.kind == MarkKind.PULL for m in opening):
            yield _Bounds(start, stop, opening)


def _events_between(reading: Reading, start: int, stop: int) -> int:
    first, last = np.searchsorted(reading.events.start, [start, stop])
    return int(last - first)


def _marks_between(reading: Reading, start: int, stop: int) -> tuple[Mark, ...]:
    """Return the marks that begin between two offsets, found by bisection: a log may hold nothing but headers."""
    first, last = (bisect_left(reading.marks, offset, key=lambda mark: mark.start) for offset in (start, stop))
    return reading.marks[first:last]


def _parse_push(
    text: LogText, reading: Reading, knowledge: Knowledge, bounds: _Bounds, previous_stop: int
) -> ParsedPush | None:
    first, last = (int(row) for row in np.searchsorted(reading.events.start, [bounds.start, bounds.stop]))
    candidate = PushRange(
        text=text,
        knowledge=knowledge,
        events=reading.events.part(first, last),
        marks=_marks_between(reading, bounds.start, bounds.stop),
        start=bounds.start,
        stop=bounds.stop,
    )
    has_header = any(m.kind in HEADERS for m in candidate.marks)
    if not has_header and not is_any(candidate.events.kind, _PUSH_STATES).any():
        return _push_without_rows(candidate, bounds.opening)
    marks = [m for m in candidate.marks if m.kind != MarkKind.COMMAND]
    start = min([m.start for m in marks] + candidate.events.start[:1].tolist())
    stop = max([m.stop for m in marks] + candidate.events.stop[-1:].tolist())
    error = bound_error(candidate, start=start, stop=stop, previous_stop=previous_stop)
    end = None if error or _has_proof(marks) else stopped(candidate.below(stop))
    header = next((m for m in marks if m.kind in HEADERS), None)
    names = mentions(text, header.fields["NAME"], previous_stop, header.start) if header else ()
    candidate = replace(candidate, marks=(*names, *candidate.marks, *((end,) if end else ())))
    return _build_push(candidate, error, [*marks, *((end,) if end else ())])


def _has_proof(marks: Sequence[Mark]) -> bool:
    return any(m.kind in {MarkKind.DIGEST, MarkKind.AUX, MarkKind.INTERRUPT} for m in marks)


def _build_push(candidate: PushRange, error: ErrorLines | None, marks: list[Mark]) -> ParsedPush:
    """Return the push that these marks, the events of its range and its error make up."""
    starts = [m.start for m in marks] + candidate.events.start[:1].tolist() + ([error.start] if error else [])
    stops = [m.stop for m in marks] + candidate.events.stop[-1:].tolist() + ([error.stop] if error else [])
    lines = [m.line for m in marks] + candidate.events.line.tolist()[:: max(1, len(candidate.events) - 1)]
    lines += error.lines if error else ()
    unread = [
        piece
        for piece in candidate.leftover(min(starts), max(stops))
        if not (error and error.covers(piece)) and not is_noise(piece.text)
    ]
    composed = any(m.kind == MarkKind.COMPOSED for m in marks)
    return ParsedPush(
        client=Client.COMPOSE if composed else Client.DOCKER,
        why="version 1 names the service above docker's own lines" if composed else "",
        events=candidate.events,
        marks=candidate.marks,
        error=error,
        lines=(min(lines), max(lines)),
        start=min(starts),
        stop=max([*starts, error.stop - 1 if error else 0]),
        unread=tuple(unread),
        after=next(iter(candidate.text.pieces(max(stops), min(len(candidate.text.data), max(stops) + 4096))), None),
    )


def _push_without_rows(candidate: PushRange, opening: tuple[Mark, ...]) -> ParsedPush | None:
    """Return the push of a command that is followed by nothing but its error, or by the one line of `--quiet`."""
    command = next((m for m in opening if m.kind == MarkKind.COMMAND), None)
    if command is None:
        return None
    pieces = list(candidate.below(max(m.stop for m in opening)))
    error = candidate.first_error(pieces, 2)
    if error:
        return _build_push(candidate, error, list(opening))
    options = " ".join(command.fields.get(name, "") for name in ("OPTIONS", "AFTER")).split()
    if pieces and {"-q", "--quiet"} & set(options) and _names(pieces[0].text, command):
        return _quiet(candidate, pieces[0], list(opening))
    return None


def _names(line: str, command: Mark) -> bool:
    """Return whether the line is the output of this command with `--quiet`: the full name of the image it pushes."""
    if not docker_lines.is_quiet(line):
        return False
    image = command.fields.get("REFERENCE", "").replace("index.docker.io", "docker.io")
    name, tag = split(line)
    return not image or (
        may_be(image, name) and (has_open_tag(image) or not split(image)[0] or (split(image)[1] or "latest") == tag)
    )


def _quiet(candidate: PushRange, piece: Piece, marks: list[Mark]) -> ParsedPush:
    mark = Mark(
        kind=MarkKind.QUIET, start=piece.start, stop=piece.stop, line=piece.line, fields={"REFERENCE": piece.text}
    )
    return replace(_build_push(replace(candidate, marks=(*candidate.marks, mark)), None, [*marks, mark]), quiet=True)


def alone(text: LogText, reading: Reading, knowledge: Knowledge) -> tuple[ParsedPush, ...]:
    """Return the push of a log that holds nothing but an error, or nothing but the one line of a quiet push."""
    marks = tuple(m for m in reading.marks if m.kind in {MarkKind.DEFAULT_TAG, MarkKind.ERROR})
    candidate = PushRange(
        text=text, knowledge=knowledge, events=reading.events.part(0, 0), marks=marks, start=0, stop=len(text.data)
    )
    pieces = list(candidate.below(0))
    if len(pieces) == 1 and docker_lines.is_quiet(pieces[0].text):
        return (_quiet(candidate, pieces[0], []),)
    error = candidate.first_error(pieces, 1) or bound_error(candidate, start=0, stop=0, previous_stop=0)
    if (
        error
        and all(error.lines[0] <= piece.line <= error.lines[1] for piece in pieces)
        and len(text.data) <= _SHORT_LOG
    ):
        return (_build_push(candidate, error, list(marks)),)
    return ()
