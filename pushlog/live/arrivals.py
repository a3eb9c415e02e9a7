"""The clock of a push whose log carries no times: the moments at which its bytes arrived."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap.timestamps import LineTimes
from pushlog.model import Clock
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import Int64
    from pushlog.live.tape import Tape

# Bytes may have waited this long, in seconds, before they were read.
RESOLUTION = 0.1


@record
class ArrivalTimestamps:
    """The arrival of each byte of a log: byte `starts[i]` and those after it came at `seconds[i]`; `began` is second 0.

    `text` is the log as it came, with its lines; `already` counts the bytes that stood there before the watch began.
    """

    text: LogText
    starts: Int64
    seconds: tuple[float, ...]
    already: int
    began: float

    @property
    def kind(self) -> Clock:
        """Return `recorded`: the times were taken as the bytes came."""
        return Clock.RECORDED

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:
        """Return the seconds of places in the log; NaN throughout for a push that was not seen while it came.

        Such a push began before the watch did, or came at once, as from a file that was already whole.
        Offsets are those in the log without its line prefixes, so each counts inside its own line only.
        """
        line_starts = [self.text.start_of(line) for line in lines]
        line_stops = [
            max(start, self.text.start_of(line + 1) - 1) for start, line in zip(line_starts, lines, strict=True)
        ]
        places = np.clip(np.array(offsets, dtype=np.int64), np.array(line_starts), np.array(line_stops))
        index = np.searchsorted(self.starts, places, side="right") - 1
        seconds = tuple(self.seconds[max(0, int(i))] for i in index)
        if int(places[0]) < self.already or seconds[-1] - seconds[0] < RESOLUTION:
            return LineTimes(seconds=(float("nan"),) * len(places), resolution=RESOLUTION, steps=0, began=None)
        moment = dt.datetime.fromtimestamp(self.began + seconds[0], dt.UTC)
        return LineTimes(
            seconds=seconds, resolution=RESOLUTION, steps=0, began=moment.isoformat(timespec="milliseconds")
        )


def arrivals(tape: Tape, text: bytes, *, already: int) -> ArrivalTimestamps | None:
    """Return the clock of `text`, which ends the tape or is all of it; None when it is neither, as after UTF-16."""
    data = b"".join(tape.parts)
    if not data.endswith(text):
        return None
    skipped, parts = len(data) - len(text), len(tape.parts)
    return ArrivalTimestamps(
        text=LogText(text),
        starts=np.array(tape.starts[:parts], dtype=np.int64) - skipped,
        seconds=tuple(tape.seconds[:parts]),
        already=max(0, already - skipped),
        began=tape.began,
    )
