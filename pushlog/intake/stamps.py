"""The times that a decoration carries, read only for the lines that are asked for."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.model import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.intake.text import Text

DAY = 86400.0
# A stamp without a year can roll over; the longest year decides what counts as one.
YEAR = 366 * DAY
_PERIODS = {"time": DAY, "month-day": YEAR}
# Steps of `ts -i` are times between lines: they fall as often as they rise.
_OFTEN = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds of the asked lines, NaN where a line has none; `resolution` of the stamps; `steps` back of the clock.

    `began` is the moment of the first stamp as the log writes it, None where stamps carry no date.
    """

    seconds: tuple[float, ...]
    resolution: float
    steps: int
    began: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """Where the times of a log stand: its text with the decoration, the pattern of it, and how its stamp reads."""

    text: Text
    pattern: re.Pattern[bytes]
    clock: str

    @property
    def kind(self) -> Clock:
        """The CI stamped these times."""
        return Clock.STAMPED

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> Times:  # noqa: ARG002 - a stamp is a line's
        """The times of physical lines, given in ascending order; they never fall."""
        found = [self._stamp(line) for line in lines]
        read = [math.nan if stamp is None else seconds(stamp, self.clock) for stamp in found]
        texts = [stamp for stamp in found if stamp is not None]
        return Times(
            seconds=tuple(_steady(read, self.clock)),
            resolution=_resolution(texts),
            steps=_steps(read, self.clock),
            began=_date(texts[0]) if texts and self.clock in {"iso", "slashes"} else None,
        )

    def _stamp(self, line: int) -> str | None:
        start, stop = self.text.start_of(line), self.text.stop_of(line)
        found = self.pattern.match(self.text.data[start:stop])
        stamp = found["stamp"] if found else None
        return stamp.decode("ascii", "replace") if stamp else None


def seconds(stamp: str, clock: str) -> float:
    """A stamp as seconds since some moment of its own; NaN for one that is no time, such as 25:61:00."""
    try:
        if clock in {"iso", "slashes"}:
            moment = _moment(stamp)
            return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
        if clock == "month-day":
            # Any leap year will do: only differences count.
            moment = dt.datetime.strptime(f"2000 {stamp}", "%Y %b %d %H:%M:%S").replace(tzinfo=dt.UTC)
            return moment.timestamp()
        if clock == "time":
            hours, minutes, rest = stamp.replace(",", ".").split(":")
            return int(hours) * 3600 + int(minutes) * 60 + float(rest)
        return float(stamp) / (1000 if clock == "epoch-ms" else 1)
    except (ValueError, OverflowError):
        return math.nan


def _moment(stamp: str) -> dt.datetime:
    return dt.datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", stamp.replace("/", "-").replace(",", ".")))


def _date(stamp: str) -> str | None:
    try:
        return _moment(stamp).isoformat(timespec="milliseconds")
    except ValueError:
        return None


def _steady(read: Sequence[float], clock: str) -> Iterable[float]:
    """Times that never fall: midnight and the new year carry on, a clock that was set back stands still a moment."""
    if _incremental(read, clock):
        total = 0.0
        for value in read:
            total += 0 if math.isnan(value) else value
            yield total
        return
    period = _PERIODS.get(clock)
    offset, last = 0.0, math.nan
    for value in read:
        now = value + offset
        if now < last:
            rolled = period is not None and last - now > period / 2
            offset += period if rolled and period else last - now
            now = value + offset
        if not math.isnan(now):
            last = now
        yield now


def _steps(read: Sequence[float], clock: str) -> int:
    """How often the clock was set back."""
    if _incremental(read, clock):
        return 0
    known = [value for value in read if not math.isnan(value)]
    half = _PERIODS.get(clock, math.inf) / 2
    return sum(0 < before - after <= half for before, after in pairwise(known))


def _incremental(read: Sequence[float], clock: str) -> bool:
    known = [value for value in read if not math.isnan(value)]
    falls = sum(after < before for before, after in pairwise(known))
    return clock == "time" and len(known) > 4 and max(known) < DAY / 24 and falls > _OFTEN * len(known)


def _resolution(stamps: Iterable[str]) -> float:
    """The smallest step that the stamps can show, in seconds."""
    digits = max((len(found[1]) for stamp in stamps if (found := re.search(r"[.,](\d+)", stamp))), default=0)
    return 10.0**-digits
