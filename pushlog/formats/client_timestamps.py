"""The times that a client prints itself: Go's log stamps, logrus' seconds, BuildKit's and containerd's elapsed time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.unwrap.timestamps import LineTimes
from pushlog.model import Clock
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@record
class ClientTimestamps:
    """Text at `offsets[i]` and after it was printed at `seconds[i]`, up to the next one.

    `resolution`: the smallest step of these times, in seconds. `began`: the moment of the first, where they carry a
    date. `whole`: they time the push from its first line to its last; else they only bound it from below.
    """

    offsets: tuple[int, ...]
    seconds: tuple[float, ...]
    resolution: float
    began: str | None = None
    whole: bool = True

    @property
    def kind(self) -> Clock:
        """Return STAMPED: the client printed these times."""
        return Clock.STAMPED

    @property
    def span(self) -> float:
        """Return the seconds between the first and the last time, less the rounding error."""
        return max(0.0, self.seconds[-1] - self.seconds[0] - self.resolution)

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:  # noqa: ARG002 - it times bytes
        """Return the seconds of byte offsets in ascending order; NaN before the first time."""
        index = np.searchsorted(np.array(self.offsets), np.array(offsets), side="right") - 1
        seconds = tuple(self.seconds[int(i)] if i >= 0 else float("nan") for i in index)
        return LineTimes(seconds=seconds, resolution=self.resolution, steps=0, began=self.began)


def client_timestamps(
    stamps: Iterable[tuple[int, float]], *, resolution: float, began: str | None = None, whole: bool = True
) -> ClientTimestamps | None:
    """Return the timestamps of offsets and seconds; None for fewer than two. A time never falls."""
    pairs = sorted(stamps)
    if len(pairs) < 2:
        return None
    steady = np.maximum.accumulate(np.array([seconds for _, seconds in pairs]))
    return ClientTimestamps(
        offsets=tuple(offset for offset, _ in pairs),
        seconds=tuple(steady.tolist()),
        resolution=resolution,
        began=began,
        whole=whole,
    )
