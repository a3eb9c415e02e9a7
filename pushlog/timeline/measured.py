"""The measured clock: when each event of a push happened, by the stamps of a log or the times of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.unwrap.timestamps import LineTimes
    from pushlog.model import Clock

# Fewer stamped lines than this share: the stamps are not those of the push.
_ENOUGH = 0.5
# Seconds between two lines: no push waits for a month, so the clock was set meanwhile.
_JUMP = 30 * 86400.0
# Times may fall short of what the lines prove by this share and so many seconds: for a reader that is late, and for
# stamps that are cut off. The captures that carry times exceed what their lines prove by 1.0 s and more.
_SHARE, _SLACK = 0.05, 0.5
# The same for single countdowns, whose lines can come a little late one by one, in all.
_COUNTDOWN_SHARE, _COUNTDOWN_SLACK = 0.25, 2.0
# So few lines may well have come within a millisecond.
_FEW = 2


class Timestamps(Protocol):
    """Tells times: of physical lines, or of bytes."""

    @property
    def kind(self) -> Clock:
        """Whether its times are stamped or recorded."""

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:
        """The seconds of places in a log, in ascending order; one line and one offset for each."""


@record
class Measured:
    """`at`: seconds of every event since the push began; `seconds`: of the whole push; `began`: its moment, if dated.

    `resolution`: the smallest step that the stamps show; `steps`: how often the clock was set back meanwhile.
    """

    kind: Clock
    at: NDArray[np.float64]
    seconds: float
    resolution: float
    steps: int
    began: str | None


def measure(section: ParsedPush, timestamps: Timestamps | None) -> Measured | None:
    """The times of a push; None when the log carries none for it."""
    if timestamps is None:
        return None
    events = section.events
    first, last = section.lines
    places = sorted(
        {(first, section.start), (last, section.stop)}
        | set(zip(events.line.tolist(), events.start.tolist(), strict=True))
    )
    times = timestamps.times([line for line, _ in places], [offset for _, offset in places])
    read = np.array(times.seconds)
    dated = ~np.isnan(read)
    if not dated.any() or dated.mean() < _ENOUGH:
        return None
    filled = _filled(read, dated)
    if times.jump > _JUMP or np.diff(filled).max(initial=0.0) > _JUMP:
        return None
    index = {place: number for number, place in enumerate(places)}
    rows = [index[place] for place in zip(events.line.tolist(), events.start.tolist(), strict=True)]
    return Measured(
        kind=timestamps.kind,
        at=filled[rows] - filled[0],
        seconds=float(filled[-1] - filled[0]),
        resolution=times.resolution,
        steps=times.steps,
        began=times.began,
    )


def is_contradicted(measured: Measured, proven: float, countdowns: Sequence[tuple[int, int, float]]) -> bool:
    """Whether these are not the times of the push: all are one moment finer than a second, or more time surely passed.

    Such a log was written at once when all was over. `proven`: seconds that the push took at least;
    `countdowns`: pairs of events and the seconds that passed between them.
    """
    is_fine = measured.resolution < 1 and len(measured.at) > _FEW
    is_moment = measured.seconds <= 0 and (is_fine or proven > measured.resolution)
    if is_moment or measured.seconds + measured.resolution + _SLACK < (1 - _SHARE) * proven:
        return True
    if not countdowns:
        return False
    before, after, least = (np.array(column) for column in zip(*countdowns, strict=True))
    missing = least - (measured.at[after] - measured.at[before]) - measured.resolution
    return float(missing.clip(0).sum()) > _COUNTDOWN_SHARE * float(least.sum()) + _COUNTDOWN_SLACK


def _filled(read: NDArray[np.float64], dated: NDArray[np.bool_]) -> NDArray[np.float64]:
    """A line without a stamp happened when the one before it did; the first ones when the first stamped one did."""
    positions = np.where(dated, np.arange(len(read)), -1)
    before = np.maximum.accumulate(positions)
    before[before < 0] = int(np.argmax(dated))
    return read[before]
