"""Where a pull ends and a push begins among the lines of docker."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import EventKind, is_any
from pushlog.formats.marks import Mark, MarkKind
from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.docker.lines import Reading
    from pushlog.intake.log_text import LogText

# States that only a push prints; `docker pull` prints the others too, `Retrying` among them.
PUSH_STATES = (
    EventKind.PREPARING,
    EventKind.PUSHING,
    EventKind.PUSHED,
    EventKind.MOUNTED,
    EventKind.SKIPPED,
    EventKind.BUFFERING,
    EventKind.FAILED,
)
# So far below the beginning of a push the next pull is looked for.
_REACH = 1 << 16
# What a pull prints of a layer that is done.
_PULLED = lazy_pattern(r": (?:Pull complete|Already exists|Download complete)\s*$")
# A command that fetches an image, and what stands before it in its line.
_PULL = b"docker pull "
_PROMPT = lazy_pattern(rb"\s*(?:[^\n]{0,120}[$#>%+]\s+|\xe2\x9d\xaf\s*|\xe2\x9e\x9c[^\n]{0,120}\s)?(?:sudo\s+)?")


def push_below_pull(reading: Reading, start: int, stop: int) -> int | None:
    """Return where the lines of a push begin below a pull whose end, and the head of that push, a person cut out."""
    first, last = (int(row) for row in np.searchsorted(reading.events.start, [start, stop]))
    events = reading.events.part(first, last)
    rows = events.start[is_any(events.kind, PUSH_STATES)][:1].tolist()
    digests = [m.start for m in marks_between(reading, start, stop) if m.kind == MarkKind.DIGEST and "TAG" in m.fields]
    return min((*rows, *digests), default=None)


def has_digest(reading: Reading, start: int, stop: int) -> bool:
    """Return whether the line of a tag and its digest, with which a push ends, stands between two offsets."""
    return any(m.kind == MarkKind.DIGEST and "TAG" in m.fields for m in marks_between(reading, start, stop))


def pull_below(text: LogText, reading: Reading, start: int, stop: int) -> int:
    """Return where a `docker pull` was run below the beginning of a push, which does not go on there; else the end."""
    rows = int(np.searchsorted(reading.events.start, stop))
    last_row = int(reading.events.stop[rows - 1]) if rows else 0
    last = min(stop, max(start, last_row) + _REACH)
    for place in _pulls(text, reading, start, last):
        begin = text.start_of(text.line_of(place))
        if _PROMPT.fullmatch(text.data[begin:place]) and not _goes_on(reading, start, begin, stop):
            return begin
    return stop


def _pulls(text: LogText, reading: Reading, start: int, stop: int) -> Iterator[int]:
    """Yield where the command stands between two offsets, in order: never among rows of layers."""
    low, high = reading.others.T
    first, last = int(np.searchsorted(high, start)), int(np.searchsorted(low, stop))
    for begin, end in reading.others[first:last].tolist():
        place = find(text.data, _PULL, max(begin, start), min(end, stop))
        while place >= 0:
            yield place
            place = find(text.data, _PULL, place + 1, min(end, stop))


def _goes_on(reading: Reading, start: int, middle: int, stop: int) -> bool:
    """Return whether the lines behind an offset are those of the push before it: rows of its layers, a digest line.

    Beside a push another job may fetch an image.
    """
    events = reading.events
    first, between, last = (int(row) for row in np.searchsorted(events.start, [start, middle, stop]))
    if has_digest(reading, middle, stop):
        return True
    return not set(events.layer[first:between].tolist()).isdisjoint(events.layer[between:last].tolist())


def without_pulled(text: LogText, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Return the marks without digest lines that a pull ends with: they prove no push."""
    return tuple(m for m in marks if m.kind != MarkKind.DIGEST or "TAG" in m.fields or not _ends_pull(text, m))


def _ends_pull(text: LogText, digest: Mark) -> bool:
    above, below = (text.shown(line) if 1 <= line <= text.lines else "" for line in (digest.line - 1, digest.line + 1))
    return _PULLED.search(above) is not None or "Status: " in below


def marks_between(reading: Reading, start: int, stop: int) -> tuple[Mark, ...]:
    """Return the marks that begin between two offsets, found by bisection: a log may hold nothing but headers."""
    first, last = (bisect_left(reading.marks, offset, key=lambda mark: mark.start) for offset in (start, stop))
    return reading.marks[first:last]
