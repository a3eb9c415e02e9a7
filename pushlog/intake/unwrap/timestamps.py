"""The times that line prefixes carry, read only for the lines that are asked for."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections import Counter
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.intake.log_text import lines_between
from pushlog.intake.unwrap.strip import pattern_of
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Clock
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.prefix import PrefixRange

DAY = 86400.0
# A stamp without a year can roll over; the longest year decides what counts as one.
YEAR = 366 * DAY
_DATED = ("iso", "slashes", "day-month")
# Stamps of one second of these clocks.
_UNITS = {"epoch-ms": 1_000, "epoch-us": 1_000_000}
_PERIODS = {"time": DAY, "month-day": YEAR}
# Steps of `ts -i` are times between lines: they fall as often as they rise.
_OFTEN = 0.2
_ZONE = lazy_pattern(r"([+-]\d\d)(\d\d)$")
_FRACTION = lazy_pattern(r"[.,](\d+)")


@record
class LineTimes:
    """Seconds of the asked lines, NaN where a line has none; `resolution` of the stamps; `steps` back of the clock.

    `began` is the moment of the first stamp as the log writes it, None where stamps carry no date. `jump`: the longest
    step in seconds by which the clock was set back.
    """

    seconds: tuple[float, ...]
    resolution: float
    steps: int
    began: str | None
    jump: float = 0.0


@record(slots=False)
class PrefixTimestamps:
    """The times in the prefixes of a log: its text with them, and where each may stand.

    `zone`: that of stamps which name none; None where nobody said, and only differences count.
    """

    text: LogText
    ranges: tuple[PrefixRange, ...]
    zone: dt.tzinfo | None = None

    @property
    def kind(self) -> Clock:
        """The CI stamped these times."""
        return Clock.STAMPED

    @cached_property
    def _starts(self) -> list[int]:
        return [part.start for part in self.ranges]

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:  # noqa: ARG002 - a stamp is a line's
        """The times of physical lines in ascending order; they never fall. Of several clocks the usual one counts."""
        stamps = [self._stamp(line) for line in lines]
        clocks = Counter(clock for _, clock in filter(None, stamps))
        clock = clocks.most_common(1)[0][0] if clocks else "iso"
        return times([stamp[0] if stamp and stamp[1] == clock else None for stamp in stamps], clock, self.zone)

    def seconds_between(self, start: int, stop: int) -> Iterator[float]:
        """Yield the times of the lines between two offsets as they are printed; lines without one are left out."""
        offset = start
        for line in lines_between(self.text.data, start, stop):
            stamp = self._stamp_of(line, offset)
            offset += len(line) + 1
            if stamp is not None:
                yield seconds(*stamp, self.zone)

    def record_starts(self) -> list[int]:
        """Return the offsets of all lines with a prefix."""
        return [
            part.start + match.start()
            for part in self.ranges
            if part.prefixes
            for match in pattern_of(part.prefixes).finditer(b"\n" + self.text.data[part.start : part.stop])
        ]

    def _stamp(self, line: int) -> tuple[str, str] | None:
        """The stamp of a physical line and how it reads."""
        start, stop = self.text.bounds(line)
        return self._stamp_of(self.text.data[start:stop], start)

    def _stamp_of(self, data: bytes, start: int) -> tuple[str, str] | None:
        """The stamp of the line that begins at an offset."""
        part = max(0, bisect_right(self._starts, start) - 1)
        for prefix in self.ranges[part].prefixes:
            match = prefix.pattern.match(data)
            if match:
                clock = prefix.clock
                stamp = match["stamp"] if clock else None
                return (stamp.decode("ascii", "replace"), clock) if stamp and clock else None
        return None


def times(stamps: Sequence[str | None], clock: str, zone: dt.tzinfo | None = None) -> LineTimes:
    """The times of stamps in log order, None for a line without one. The seconds never fall."""
    values = [math.nan if stamp is None else seconds(stamp, clock, zone) for stamp in stamps]
    printed = [stamp for stamp in stamps if stamp is not None]
    return LineTimes(
        seconds=tuple(_steady(values, clock)),
        resolution=_resolution(printed, clock),
        steps=_steps(values, clock),
        began=_date(printed[0], clock, zone) if printed else None,
        jump=_jump(values, clock),
    )


def seconds(stamp: str, clock: str, zone: dt.tzinfo | None = None) -> float:
    """A stamp as seconds since some moment of its own; NaN for one that is no time, such as 25:61:00."""
    try:
        if clock in _DATED:
            moment = _moment(stamp)
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone or dt.UTC)).timestamp()
        if clock == "month-day":
            # Any leap year will do: only differences count.
            whole, _, fraction = stamp.partition(".")
            moment = dt.datetime.strptime(f"2000 {whole}", "%Y %b %d %H:%M:%S").replace(tzinfo=dt.UTC)
            return moment.timestamp() + float(f"0.{fraction or 0}")
        if clock == "time":
            return _time_of_day(stamp)
        return float(stamp) / _UNITS.get(clock, 1)
    except (ValueError, OverflowError):
        return math.nan


def _time_of_day(stamp: str) -> float:
    """`21:26:44,8` and `9:26:44 PM`; more than 24 hours where it counts from the start of a job."""
    time, half = stamp.replace(",", ".").rstrip("APM "), stamp[-2:]
    hours, minutes, rest = time.split(":")
    passed = int(hours) % 12 + (12 if half == "PM" else 0) if half in {"AM", "PM"} else int(hours)
    return passed * 3600 + int(minutes) * 60 + float(rest)


def _moment(stamp: str) -> dt.datetime:
    if stamp[2:3] == "-":
        return dt.datetime.strptime(stamp, "%d-%b-%Y %H:%M:%S")  # noqa: DTZ007 - its zone is added by the caller
    if stamp[-5:-4] in ("+", "-"):
        stamp = _ZONE.sub(r"\1:\2", stamp)
    return dt.datetime.fromisoformat(stamp.replace("/", "-").replace(",", "."))


def _date(stamp: str, clock: str, zone: dt.tzinfo | None) -> str | None:
    """The moment of a stamp that carries a date, in the zone that it names, else in the given one."""
    try:
        if clock in _DATED:
            moment = _moment(stamp)
            moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
        elif clock.startswith("epoch"):
            moment = dt.datetime.fromtimestamp(seconds(stamp, clock), zone or dt.UTC)
        else:
            return None
        return moment.isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None


def _steady(values: Sequence[float], clock: str) -> Iterable[float]:
    """Times that never fall: midnight and the new year carry on, a clock that was set back stands still a moment."""
    if _incremental(values, clock):
        total = 0.0
        for value in values:
            total += 0 if math.isnan(value) else value
            yield total
        return
    period = _PERIODS.get(clock)
    offset, last = 0.0, math.nan
    for value in values:
        now = value + offset
        if now < last:
            rolled = period is not None and last - now > period / 2
            offset += period if rolled and period else last - now
            now = value + offset
        if not math.isnan(now):
            last = now
        yield now


def _steps(values: Sequence[float], clock: str) -> int:
    """How often the clock was set back."""
    if _incremental(values, clock):
        return 0
    readable = [value for value in values if not math.isnan(value)]
    half = _PERIODS.get(clock, math.inf) / 2
    return sum(0 < before - after <= half for before, after in pairwise(readable))


def _jump(read: Sequence[float], clock: str) -> float:
    """Return the longest step back of the clock in seconds."""
    if _incremental(read, clock) or clock in _PERIODS:
        return 0.0
    return max((before - after for before, after in pairwise(v for v in read if not math.isnan(v))), default=0.0)


def _incremental(values: Sequence[float], clock: str) -> bool:
    if clock != "time":
        return False
    readable = [value for value in values if not math.isnan(value)]
    falls = sum(after < before for before, after in pairwise(readable))
    return len(readable) > 4 and max(readable) < DAY / 24 and falls > _OFTEN * len(readable)


def _resolution(stamps: Iterable[str], clock: str) -> float:
    """The smallest step that the stamps can show, in seconds."""
    if clock in _UNITS:
        return 1 / _UNITS[clock]
    digits = max((len(match[1]) for stamp in stamps if (match := _FRACTION.search(stamp))), default=0)
    return 10.0**-digits
