"""Logs with their newest line first, as web views of log stores show them: turned round."""

from __future__ import annotations

import math
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.timestamps import PrefixTimestamps

# The first lines with a time tell whether times fall throughout.
_LINES = 500
# So many steps back in time for one forward, and at least two.
_MOSTLY = 9
_LEAST = 2
# After so many steps forward, and none back, times rise.
_RISING = 12
# Where no line has a time, docker's own lines tell: its header stands above the rows, and no layer is done or waits
# before it is prepared (moby distribution/push_v2.go, xfer/transfer.go).
_HEADER = b"The push refers to "
_BEGUN = lazy_pattern(rb"\b([0-9a-f]{12}): (Preparing|Waiting)\W*$")
_DONE = lazy_pattern(rb"\b([0-9a-f]{12}): (?:Pushed|Layer already exists|Mounted from )")
_ROW = lazy_pattern(rb"\b[0-9a-f]{12}: [A-Z]")
# So far above its header the rows of a push are looked for.
_REACH = 1 << 16


def oldest_first(text: LogText, timestamps: PrefixTimestamps | None, lanes: Sequence[LogText]) -> bytes | None:
    """Return the data of a log that has its newest line first with its oldest line first; None for any other log.

    Its times fall, or, where it has none, docker's lines stand upside down in it, and in each of its `lanes`.
    """
    if timestamps is not None:
        return _by_times(text, timestamps, lanes)
    if not _are_upside_down(text, lanes):
        return None
    return b"".join(line + b"\n" for line in reversed(bytes(text.data).rstrip(b"\n").split(b"\n")))


def _are_upside_down(text: LogText, lanes: Sequence[LogText]) -> bool:
    answers = set(map(_is_upside_down, lanes or (text,)))
    return True in answers and False not in answers


def _by_times(text: LogText, timestamps: PrefixTimestamps, lanes: Sequence[LogText]) -> bytes | None:
    """Return the lines turned round if their times fall; a line without a time belongs to the one above it."""
    back = forward = 0
    each = chain.from_iterable(timestamps.seconds_between(*part) for part in text.parts)
    seconds = (value for value in islice(each, _LINES) if not math.isnan(value))
    for earlier, later in pairwise(seconds):
        back += later < earlier
        forward += later > earlier
        if (_MOSTLY + 1) * forward >= _LINES or (forward >= _RISING and not back):
            return None  # too many steps forward, whatever the other lines say
    # In a short log with whole seconds one step back tells, where docker's lines stand upside down too.
    least = _LEAST if forward or back != 1 or not _are_upside_down(text, lanes) else 1
    if back < least or back <= _MOSTLY * forward:
        return None
    starts = timestamps.record_starts()
    stops = [*starts[1:], len(text.data)]
    records = (text.data[start:stop] for start, stop in zip(reversed(starts), reversed(stops), strict=True))
    lines = b"".join(record if record.endswith(b"\n") else record + b"\n" for record in records)
    return text.data[: starts[0]] + lines


def _is_upside_down(text: LogText) -> bool | None:
    """Return whether each header of docker stands right below the rows of its push, which end before they begin.

    None where no row tells how they run.
    """
    data, first = text.data, -1
    for place in _headers(text):
        start, stop = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
        above = data[data.rfind(b"\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)]
        below = data[stop : data.find(b"\n", stop + 1)] if stop >= 0 else b""
        if not _BEGUN.search(above) or _ROW.search(below):
            return False
        first = place if first < 0 else first
    begun: dict[bytes, bytes] = {}
    for line in reversed(data[max(0, first - _REACH) : max(0, first)].splitlines()):
        if row := _BEGUN.search(line):
            # A terminal draws the same state again.
            if begun.setdefault(row[1], row[2]) == b"Preparing" != row[2]:
                return True
        elif (row := _DONE.search(line)) and row[1] in begun:
            return True
        elif not row and begun:
            return None
    return None


def _headers(text: LogText) -> Iterator[int]:
    """Yield where the headers of docker stand, one for each line."""
    for start, stop in text.parts:
        place = find(text.data, _HEADER, start, stop)
        while place >= 0:
            yield place
            end = text.data.find(b"\n", place, stop)
            place = find(text.data, _HEADER, end, stop) if end >= 0 else -1
