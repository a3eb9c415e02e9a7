"""Records put together as a log: their texts in the order of time, with the times beside them."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.log_text import LogText
from pushlog.intake.mapped import release_all
from pushlog.intake.spool import DERIVED, Spool
from pushlog.intake.unwrap.exports.clocks import RecordTimestamps, iso_seconds, reader, resolution_of, zone_of
from pushlog.intake.unwrap.exports.lane_lines import PODS, joined, lane_prefixes, with_lanes
from pushlog.intake.unwrap.exports.lane_names import NO_NAMES
from pushlog.intake.unwrap.exports.template import END, ends_of
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from pushlog.intake.log_text import Int64
    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.clocks import Float64
    from pushlog.intake.unwrap.exports.forms import Form
    from pushlog.intake.unwrap.exports.lane_names import Names

# So many steps back in time for one forward, and the export has its newest line first.
_MOSTLY = 9
# In an export of so few records a single step back tells.
_FEW = 3
# A clock is set back so often at most; what goes back more often, and not only now and then, was never in order.
_SET_BACK = 4
_LAST = (1 << 63) - 1
# So many records, each somewhere else, are looked at before their memory is given back.
_RELEASE_EVERY = 1 << 14
NEWEST_FIRST = "the newest line came first: the log was turned round, and lines are counted from its end"
SEVERAL = "the records name several pods, containers or streams: the lines of each are read by themselves"
_SORTED = "the records were not in the order of time: they were sorted, and lines are counted in that order"


@record
class Export:
    """The log inside an export: its text, the times of its records if they carry any, and notes.

    `is_behind_prefix`: records stand behind text of a CI system, whose own times count first; `lanes`: the system
    of the prefix that was put before every line, which says what wrote it.
    """

    text: LogText
    timestamps: RecordTimestamps | None
    system: str
    notes: tuple[str, ...] = ()
    is_behind_prefix: bool = False
    lanes: str | None = None


class Assembly:
    """Records that are added one by one, as columns: texts, times, and numbers."""

    def __init__(self, form: Form, zone: dt.tzinfo | None) -> None:
        self._form = form
        self._zone = zone
        self._data = Spool(DERIVED)
        self._starts = array("q")
        self._seconds = array("d")
        # Few records have a number: those above the first one that has are filled in then.
        self._numbers = array("q")
        self._lanes = array("i")
        self._names: dict[Names, int] = {}
        self._read: Callable[[object], float] | None = None
        self._sample: object = None
        # Whether each record ends its line: pieces of lines are joined before they get a prefix.
        self._are_lines = True
        self.records = 0

    def add(
        self,
        text: bytes | None,
        time: object = None,
        number: int | None = None,
        names: Names = NO_NAMES,
    ) -> None:
        """Add what stands on the next line of the export: the text of a record, or None.

        `names`: what wrote it.
        """
        self._starts.append(self._data.size)
        if self._form.is_piecewise and text is not None:
            self._are_lines = self._are_lines and text.endswith(b"\n")
        if text:
            self._data.write(text)
            if not text.endswith(b"\n") and not self._form.is_piecewise:
                self._data.write(b"\n")
        elif not self._form.is_piecewise:
            self._data.write(b"\n")
        if self._read is None and time is not None:
            self._read = reader(time, counts_seconds=self._form.counts_seconds, zone=self._zone)
            self._sample = time
        self._seconds.append(math.nan if self._read is None or time is None else self._read(time))
        if self._numbers or number is not None:
            self._numbers.extend([-1] * (len(self._starts) - 1 - len(self._numbers)))
            self._numbers.append(-1 if number is None else _within(number))
        self._lanes.append(-1 if text is None else self._names.setdefault(names, len(self._names)))
        self.records += text is not None

    def skip(self, lines: int) -> None:
        """Add so many lines of the export of which nothing is kept."""
        feeds = 0 if self._form.is_piecewise else 1
        self._extend(self._data.size + feeds * np.arange(lines), np.full(lines, math.nan), [-1] * lines)
        self._data.write(b"\n" * (feeds * lines))
        if self._numbers:
            self._numbers.extend([-1] * lines)

    def add_block(
        self,
        texts: bytes,
        times: Sequence[object],
        numbers: Sequence[int],
        names: Sequence[Names],
    ) -> None:
        """Add records that stand on a line each; the columns are empty where no record has one.

        `texts`: as in a `RecordBlock`.
        """
        # A text without a line end gets one, unless it goes on in the next.
        joined = texts if self._form.is_piecewise else texts.replace(b"\n" + END, END)
        ends = ends_of(joined)
        count = len(ends)
        starts = np.concatenate([[0], ends[:-1] + 1])
        if self._form.is_piecewise:
            self._are_lines = self._are_lines and joined.count(b"\n" + END) == count
            starts, joined = starts - np.arange(count), joined.translate(None, END)
        else:
            joined = joined.replace(END, b"\n")
        for moment in times if self._read is None else ():
            self._read = reader(moment, counts_seconds=self._form.counts_seconds, zone=self._zone)
            self._sample = moment
            if self._read is not None:
                break
        seconds = np.full(count, math.nan)
        if self._read is not None and times:
            from_texts = None if self._form.counts_seconds else iso_seconds(times)
            seconds = np.fromiter(map(self._read, times), np.float64, count=count) if from_texts is None else from_texts
        codes = {name: self._names.setdefault(name, len(self._names)) for name in dict.fromkeys(names or [NO_NAMES])}
        lanes = [codes[name] for name in names] if names else [codes[NO_NAMES]] * count
        before = len(self._starts)
        self._extend(self._data.size + starts, seconds, lanes)
        self._data.write(joined)
        if self._numbers or numbers:
            self._numbers.extend([-1] * (before - len(self._numbers)))
            self._numbers.extend(map(_within, numbers) if numbers else [-1] * count)
        self.records += count

    def _extend(self, starts: Int64, seconds: Float64, lanes: Sequence[int]) -> None:
        self._starts.frombytes(starts.astype(np.int64).tobytes())
        self._seconds.frombytes(seconds.tobytes())
        self._lanes.extend(lanes)

    def export(self, notes: tuple[str, ...] = (), *, is_physical: bool, is_behind_prefix: bool = False) -> Export:
        """Return the log; `is_physical`: each thing that was added is a line of the export, counted as one."""
        starts = np.frombuffer(self._starts, dtype=np.int64)
        seconds = np.frombuffer(self._seconds, dtype=np.float64)
        numbers = np.frombuffer(self._numbers, dtype=np.int64)
        order, note = _order(seconds, numbers, is_in_order=self._form.is_in_order)
        data = self._data.finish()
        if order is not None:
            data, starts = _reordered(data, starts, order)
            seconds = seconds[order]
        prefixes = lane_prefixes([*self._names])
        if prefixes is not None:
            lanes = np.frombuffer(self._lanes, dtype=np.intc)
            lanes = lanes if order is None else lanes[order]
            if not self._are_lines:
                data, starts = joined(data, starts, lanes)
            data, starts = with_lanes(data, starts, lanes, prefixes[1])
        lane_system = prefixes[0] if prefixes else None
        text = LogText(data, starts if is_physical and order is None else None)
        return Export(
            text=text,
            timestamps=self._timestamps(starts, seconds),
            system=self._form.system,
            notes=(*notes, *(text for text in (note, SEVERAL if lane_system == PODS else None) if text)),
            is_behind_prefix=is_behind_prefix,
            lanes=lane_system,
        )

    def _timestamps(self, starts: Int64, seconds: Float64) -> RecordTimestamps | None:
        if self._read is None or np.isnan(seconds).all():
            return None
        return RecordTimestamps(
            starts=starts,
            seconds=seconds,
            resolution=resolution_of(self._sample),
            is_dated=not self._form.counts_seconds,
            zone=zone_of(self._sample, self._zone),
        )


def _within(number: int) -> int:
    """Return the place of a record as a column can hold it; no log has so many records."""
    return max(-1, min(number, _LAST))


def _order(seconds: Float64, numbers: Int64, *, is_in_order: bool) -> tuple[Int64 | None, str | None]:
    """Return the order of time, with a note that says what was done; None for records that stay as they are."""
    # A record without a time counts as one of the same time as that above it, which is no step.
    stamped = seconds[~np.isnan(seconds)]
    has_steps = len(stamped) > 0 and len(seconds) > 1
    steps = np.diff(stamped if has_steps else numbers[numbers >= 0].astype(np.float64))
    back, forward = int(np.count_nonzero(steps < 0)), int(np.count_nonzero(steps > 0))
    if not back:
        return None, None
    seconds = _filled(seconds)
    order = np.arange(len(seconds), dtype=np.int64)
    is_turned = back > _MOSTLY * forward and (back > 1 or len(seconds) <= _FEW)
    if is_turned:
        order = order[::-1]
    is_shuffled = has_steps and back > _SET_BACK and back > forward / _MOSTLY and not is_turned
    is_sorted = (is_shuffled or not is_in_order) and bool(np.any(np.diff(seconds[order]) < 0))
    if is_sorted:
        has_numbers = len(numbers) == len(seconds) and bool((numbers >= 0).all())
        keys = (numbers[order], seconds[order]) if has_numbers else (seconds[order],)
        order = order[np.lexsort(keys)]
    if not is_turned and not is_sorted:
        return None, None
    return order, NEWEST_FIRST if is_turned else _SORTED


def _filled(seconds: Float64) -> Float64:
    """Return times in which a record without one has that of the record above it, or else of the first with one."""
    places = np.flatnonzero(~np.isnan(seconds))
    if len(places) in (0, len(seconds)):
        return seconds
    return seconds[places[np.maximum(np.searchsorted(places, np.arange(len(seconds)), side="right") - 1, 0)]]


def _reordered(data: Data, starts: Int64, order: Int64) -> tuple[Data, Int64]:
    stops = np.append(starts[1:], len(data))
    spool = Spool(DERIVED)
    for count, place in enumerate(order):
        spool.write(data[starts[place] : stops[place]])
        if count % _RELEASE_EVERY == 0:
            release_all(data)
    sizes = (stops - starts)[order]
    return spool.finish(), np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
