"""The clock of a push whose log carries none: when its bytes arrived."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap.timestamps import LineTimes
from pushlog.model import Clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import Int64
    from pushlog.live.tape import Tape

# What is read may have waited for its reader.
RESOLUTION = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalTimestamps:
    """When the bytes of a log arrived: byte `starts[i]` and those after it at `seconds[i]`, `began` being second 0.

    `text` is the log as it came, in which lines are found; `already`: the bytes that nobody saw coming.
    """

    text: LogText
    starts: Int64
    seconds: tuple[float, ...]
    already: int
    began: float

    @property
    def kind(self) -> Clock:
        """These times were taken as the bytes came."""
        return Clock.RECORDED

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:
        """The seconds of places in the log; NaN throughout for a push that nobody saw coming.

        That is one that had begun before anybody watched, or one that came at once, as from a file that was whole.
        Offsets are those in the log without its decoration: they count inside their own line only.
        """
        lows = [self.text.start_of(line) for line in lines]
        highs = [max(low, self.text.start_of(line + 1) - 1) for low, line in zip(lows, lines, strict=True)]
        places = np.clip(np.array(offsets, dtype=np.int64), np.array(lows), np.array(highs))
        index = np.searchsorted(self.starts, places, side="right") - 1
        told = tuple(self.seconds[max(0, int(i))] for i in index)
        if int(places[0]) < self.already or told[-1] - told[0] < RESOLUTION:
            return LineTimes(seconds=(float("nan"),) * len(places), resolution=RESOLUTION, steps=0, began=None)
        moment = dt.datetime.fromtimestamp(self.began + told[0], dt.UTC)
        return LineTimes(seconds=told, resolution=RESOLUTION, steps=0, began=moment.isoformat(timespec="milliseconds"))


def arrivals(tape: Tape, text: bytes, *, already: int) -> ArrivalTimestamps | None:
    """The clock of `text`, the end of what is on the tape, or all of it; None where it is neither, as with UTF-16."""
    data = b"".join(tape.parts)
    if not data.endswith(text):
        return None
    lead, parts = len(data) - len(text), len(tape.parts)
    return ArrivalTimestamps(
        text=LogText(text),
        starts=np.array(tape.starts[:parts], dtype=np.int64) - lead,
        seconds=tuple(tape.seconds[:parts]),
        already=max(0, already - lead),
        began=tape.began,
    )
