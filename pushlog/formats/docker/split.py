"""Split a log into the pushes of `docker push`."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.docker.bind_error import PushRange, bound_error
from pushlog.formats.docker.build_push import build_push
from pushlog.formats.docker.command_reports import below_pushes, reported_pushes, without_reports
from pushlog.formats.docker.fragments import mentioned_pushes, push_without_rows
from pushlog.formats.docker.joined import with_joined_commands
from pushlog.formats.docker.mentions import with_command
from pushlog.formats.docker.mixtures import without_doubtful_ends
from pushlog.formats.docker.pastes import pastes
from pushlog.formats.docker.pulls import (
    PUSH_STATES,
    has_digest,
    marks_between,
    pull_below,
    push_below_pull,
    without_pulled,
)
from pushlog.formats.docker.surroundings import (
    has_prompt,
    is_of_another_command,
    is_of_next,
    is_only_shown,
    names_above,
    stopped,
)
from pushlog.formats.errors.told import is_told
from pushlog.formats.events import EventKind, is_any
from pushlog.formats.marks import HEADERS, Mark, MarkKind
from pushlog.formats.repeats.sentences import without_told_twice
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.formats.docker.lines import Reading
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.base import Knowledge

# So far below a header its rows are looked for.
_REACH = 1 << 16
# So many lines below layers that are retried can tell that another command retried them.
_NEAR_RETRIED = 8
# Notes that only a push prints: up to docker 1.9, and where one platform was asked for.
_NOTES = (b"Sending image list", b"[ NOTE ] Selecting a single platform")
# Such a note has so many lines that it is not known by.
_NEAR_NOTE = 3
_EXISTS = b"Layer already exists"
# What a pull prints of a layer, beside the states that a push has too.
_PULLED = lazy_pattern(
    rb": (?:Pull complete|Verifying Checksum|Extracting|Downloading|Pulling fs layer)"
    rb"|Status: (?:Downloaded|Image)|docker pull "
)
# What stands before a quoted line.
_QUOTING = " \t>|*`"
# What may stand at the end of a push.
_BELOW = (MarkKind.NOTE, MarkKind.INTERRUPT)
# Marks that name a push but are no output of it.
_COMMANDS = (MarkKind.COMMAND, MarkKind.MENTION)


@record(kw_only=False)
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
    for bounds in _ended_at_pulls(text, reading, _bounds(text, reading, others)):
        # A push without rows would be one of the words of that client.
        if _is_inside(bounds, others) and not _events_between(reading, bounds.start, bounds.stop):
            continue
        for push in _parse_pushes(text, reading, knowledge, bounds, previous_stop):
            if not push.events and any(other.start <= push.stop and push.start <= other.stop for other in others):
                continue
            pushes.append(push)
            previous_stop = text.stop_of(push.lines[1])
    pushes = without_told_twice(text, without_reports(with_joined_commands(text, pushes), others))
    return tuple(without_doubtful_ends(pushes, knowledge))


def _bounds(text: LogText, reading: Reading, others: Sequence[ParsedPush]) -> Iterator[_Bounds]:
    """Return where pushes may stand: from a header, with the command above it, to the next header, command or pull."""
    starts: list[tuple[int, tuple[Mark, ...]]] = [(0, ())]
    announced: list[Mark] = []
    for mark in reading.marks:
        if mark.kind == MarkKind.COMMAND and not has_prompt(mark) and is_only_shown(text, mark):
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
            is_below_its_rows = (
                not starts[-1][1] and mark.kind in HEADERS and _has_rows_above(reading, starts[-1][0], mark)
            )
            starts.append((starts.pop()[0] if is_below_its_rows else opening[0].start, opening))
            announced = []
    edges = ((offset, ()) for push in others for offset in (push.start, push.stop + 1))
    starts = sorted([*starts, *edges], key=itemgetter(0))
    stops = [start for start, _ in starts[1:]] + [len(text.data)]
    yield from _without_pulls(reading, zip(starts, stops, strict=True))


def _without_pulls(reading: Reading, every: Iterable[tuple[tuple[int, tuple[Mark, ...]], int]]) -> Iterator[_Bounds]:
    """Return bounds, and of those that a pull opens the end, where it is that of a push."""
    is_open = False
    for (start, opening), stop in every:
        if not any(m.kind == MarkKind.PULL for m in opening):
            yield _Bounds(start, stop, opening)
            is_open = any(m.kind in HEADERS for m in opening) and not has_digest(reading, start, stop)
        elif not is_open and (first := push_below_pull(reading, start, stop)) is not None:
            yield _Bounds(first, stop, ())


def _ended_at_pulls(text: LogText, reading: Reading, every: Iterable[_Bounds]) -> Iterator[_Bounds]:
    """Return bounds, each cut where an image is fetched by the next command."""
    for bounds in every:
        pull = pull_below(text, reading, bounds.opening[-1].stop, bounds.stop) if bounds.opening else bounds.stop
        yield replace(bounds, stop=pull)
        if pull < bounds.stop:
            yield _Bounds(pull, bounds.stop, ())


def _has_rows_above(reading: Reading, start: int, header: Mark) -> bool:
    """Return whether all that stands between an offset and a header is rows of layers that go on right below it.

    A terminal that was copied can show the first rows above the header.
    """
    first, last = (int(row) for row in np.searchsorted(reading.events.start, [start, header.start]))
    above = reading.events.part(first, last)
    if not len(above) or header.line - int(above.line[-1]) > 1 or len(marks_between(reading, start, header.start)):
        return False
    end = next((m.start for m in reading.marks if m.start > header.start and m.kind in HEADERS), header.start + _REACH)
    below = reading.events.part(last, int(np.searchsorted(reading.events.start, end)))
    ids = {above.ids[layer] for layer in set(above.layer.tolist())}
    return ids <= {below.ids[layer] for layer in set(below.layer.tolist())}


def _is_inside(bounds: _Bounds, others: Sequence[ParsedPush]) -> bool:
    """Return whether bounds lie in the push of another client; these are in order."""
    before = bisect_right(others, bounds.start, key=lambda push: push.start)
    return before > 0 and bounds.stop <= others[before - 1].stop + 1


def _events_between(reading: Reading, start: int, stop: int) -> int:
    first, last = np.searchsorted(reading.events.start, [start, stop])
    return int(last - first)


def _parse_pushes(
    text: LogText, reading: Reading, knowledge: Knowledge, bounds: _Bounds, previous_stop: int
) -> Iterator[ParsedPush]:
    first, last = (int(row) for row in np.searchsorted(reading.events.start, [bounds.start, bounds.stop]))
    candidate = PushRange(
        text=text,
        knowledge=knowledge,
        events=reading.events.part(first, last),
        marks=without_pulled(text, marks_between(reading, bounds.start, bounds.stop)),
        start=bounds.start,
        stop=bounds.stop,
    )
    shown = list(_shown_pushes(candidate, bounds, previous_stop))
    yield from shown
    rest = below_pushes(candidate, shown) if shown else candidate
    if rest:
        yield from list(mentioned_pushes(rest)) or reported_pushes(rest, shown)


def _shown_pushes(candidate: PushRange, bounds: _Bounds, previous_stop: int) -> Iterator[ParsedPush]:
    """Return the pushes of a range of which it shows the output, or the command and its error."""
    if not _is_push(candidate):
        yield from filter(None, [push_without_rows(candidate, bounds.opening)])
        return
    for paste in pastes(candidate):
        push = _push_with_output(paste, previous_stop)
        if push:
            yield push
            previous_stop = candidate.text.stop_of(push.lines[1])


def _push_with_output(candidate: PushRange, previous_stop: int) -> ParsedPush | None:
    """Return the push of a range that holds output of one; None where a sentence only quotes its header."""
    text = candidate.text
    marks = _own_marks(
        [m for m in candidate.marks if m.kind not in _COMMANDS], text, candidate.events.line[-1:].tolist()
    )
    # The ^C of a later command is none of this push.
    kept = tuple(m for m in candidate.marks if m.kind != MarkKind.INTERRUPT or m in marks)
    candidate = replace(candidate, marks=kept)
    start = min([m.start for m in marks] + candidate.events.start[:1].tolist())
    stop = max([m.stop for m in marks] + candidate.events.stop[-1:].tolist())
    error = bound_error(candidate, start=start, stop=stop, previous_stop=previous_stop)
    if not (error or len(candidate.events)) and _is_inside_line(candidate):
        return None
    end = () if error or _has_end(marks) else stopped(candidate.below(stop))
    header = next((m for m in marks if m.kind in HEADERS), None)
    has_tag = any("TAG" in m.fields for m in marks if m.kind == MarkKind.DIGEST)
    names = names_above(text, header.fields["NAME"], previous_stop, header.start) if header and not has_tag else ()
    candidate = replace(candidate, marks=(*names, *with_command(candidate.marks), *end))
    return build_push(candidate, error, [*marks, *end])


def _own_marks(marks: list[Mark], text: LogText, last_row: Sequence[int]) -> list[Mark]:
    """Return the marks without those at the end that are of another command, or stand far below this push."""
    notes = next((number for number, mark in reversed([*enumerate(marks, 1)]) if mark.kind not in _BELOW), 0)
    line = max([mark.line for mark in marks[:notes]] + list(last_row), default=None)
    for number, note in enumerate(marks[notes:], notes):
        if line is not None and is_of_next(text, line, note):
            return marks[:number]
        line = note.line
    return marks


def _has_end(marks: Sequence[Mark]) -> bool:
    return any(m.kind in {MarkKind.DIGEST, MarkKind.AUX, MarkKind.INTERRUPT} for m in marks)


def _is_push(candidate: PushRange) -> bool:
    """Return whether a range holds output of a push: a header, a state or a digest line that nothing else prints."""
    events, marks = candidate.events, candidate.marks
    is_told = any(m.kind in HEADERS or (m.kind == MarkKind.DIGEST and "TAG" in m.fields) for m in marks)
    if is_told or is_any(events.kind, PUSH_STATES).any() or _has_retried(candidate):
        return True
    data = candidate.text.data
    rows = np.flatnonzero(is_any(events.kind, (EventKind.EXISTS,))).tolist()
    if any(data.find(_EXISTS, int(events.start[row]), int(events.stop[row])) >= 0 for row in rows):
        return True
    is_noted = any(
        m.kind == MarkKind.V1_TAGS or (m.kind == MarkKind.NOTE and data[m.start : m.stop].lstrip().startswith(_NOTES))
        for m in marks
    )
    if is_noted:
        return candidate.first_error(candidate.below(marks[-1].stop), _NEAR_NOTE) is not None
    if (
        not len(events)
        or any(m.kind == MarkKind.COMMAND for m in marks)
        or _PULLED.search(data, candidate.start, candidate.stop)
    ):
        return False
    return candidate.first_error(candidate.below(int(events.stop[-1])), 1) is not None


def _has_retried(candidate: PushRange) -> bool:
    """Return whether layers were sent again: nothing tells that they were fetched, nor that another command failed."""
    events, text = candidate.events, candidate.text
    if not is_any(events.kind, (EventKind.RETRYING,)).any():
        return False
    if _PULLED.search(text.data, candidate.start, candidate.stop):
        return False
    below = islice(candidate.below(int(events.stop[-1])), _NEAR_RETRIED)
    return not any(is_of_another_command(piece.text) for piece in below)


def _is_inside_line(candidate: PushRange) -> bool:
    """Return whether all that tells of the push is a header with other words before it, as a sentence may quote one."""
    header = next((m for m in candidate.marks if m.kind in HEADERS), None)
    if header is None or any(m.kind in {MarkKind.DIGEST, MarkKind.V1_TAG} for m in candidate.marks):
        return False
    text = candidate.text
    head = text.data[text.start_of(header.line) : header.start].decode("utf-8", "replace").strip(_QUOTING)
    # A person may tell that nothing else came.
    return bool(head) and not is_told(head)
