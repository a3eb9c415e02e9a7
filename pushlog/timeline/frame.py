"""The events of one push as a table of columns, with what follows from their order: attempts and runs.

Plain arrays: most pushes have a few dozen rows, and loading pandas takes longer than all that is asked of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import UNKNOWN, Events, Kind, grouped, is_any

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pushlog.intake.text import Int64

# moby distribution/xfer/upload.go: attempt k+1 begins after a countdown from k times 5 seconds.
DELAY = 5
# The same file: five uploads, so four countdowns.
MAX_COUNTDOWNS = 4


@dataclass(frozen=True, kw_only=True)
class Table:
    """One row for each event, in log order, one column each.

    `line` physical line; `layer` index into `events.ids`; `kind` a Kind; `current`, `total` bytes as printed, `wait`
    seconds of a countdown line, all three -1 where not printed; `at` seconds since the push began, measured or
    earliest; `attempt` number of the upload, from 1, that the event belongs to: a countdown to the attempt that failed;
    `run` numbers the stretches of events of one layer with one kind and one attempt.
    """

    line: Int64
    layer: Int64
    kind: NDArray[np.int8]
    current: Int64
    total: Int64
    wait: Int64
    at: NDArray[np.float64]
    attempt: Int64
    run: Int64

    def __len__(self) -> int:
        return len(self.line)

    @cached_property
    def by_layer(self) -> dict[int, Int64]:
        """The rows of each layer, in order; layers that have some, by their number."""
        return {int(self.layer[rows[0]]): rows for rows in _grouped(self.layer)}

    @cached_property
    def pandas(self) -> pd.DataFrame:
        """The same as a DataFrame."""
        import pandas as pd

        return pd.DataFrame({name: getattr(self, name) for name in _COLUMNS})

    def part(self, low: int, high: int) -> Table:
        """The rows from `low` up to `high`, not included."""
        return Table(**{name: getattr(self, name)[low:high] for name in _COLUMNS})

    def is_kind(self, *kinds: Kind) -> NDArray[np.bool_]:
        """Which rows are of these kinds."""
        return is_any(self.kind, kinds)

    def last(self) -> dict[int, int]:
        """The last row of each layer."""
        return {layer: int(rows[-1]) for layer, rows in self.by_layer.items()}

    def layers(self, chosen: NDArray[np.bool_]) -> set[int]:
        """The layers that have a row among the chosen ones."""
        return set(self.layer[chosen].tolist())


_COLUMNS = ("line", "layer", "kind", "current", "total", "wait", "at", "attempt", "run")


def _grouped(layer: Int64) -> list[Int64]:
    order = grouped(layer)
    cuts = np.flatnonzero(np.diff(layer[order])) + 1
    return np.split(order, cuts) if len(order) else []


def frame(events: Events, at: NDArray[np.float64], *, counts_down: bool = True) -> Table:
    """The table of a push; `at`: the seconds of each event since the push began, measured or earliest.

    `counts_down`: a wait is a countdown of docker, whose length tells its number; other clients choose theirs freely.
    """
    attempt = np.ones(len(events), dtype=np.int64)
    run = np.empty(len(events), dtype=np.int64)
    for rows in _grouped(events.layer):
        attempt[rows], run[rows] = _numbered(events.kind[rows], events.wait[rows], counts_down=counts_down)
    return Table(
        line=events.line,
        layer=events.layer,
        kind=events.kind,
        current=events.current,
        total=events.total,
        wait=events.wait,
        at=at,
        attempt=attempt,
        run=run,
    )


def _numbered(kind: NDArray[np.int8], wait: Int64, *, counts_down: bool) -> tuple[Int64, Int64]:
    """Attempt and run of each row of one layer."""
    before = np.concatenate([[UNKNOWN], kind[:-1]])
    waited = np.concatenate([[UNKNOWN], wait[:-1]])
    counting = kind == Kind.RETRYING
    block = counting & ((before != Kind.RETRYING) | (wait >= waited))
    run = np.cumsum((before != kind) | block)
    if not counting.any():
        return np.ones(len(kind), dtype=np.int64), run
    # A countdown names its number by its length, also when lines before it are lost.
    named = np.maximum.accumulate(np.where(block & counts_down, np.ceil(wait / DELAY), 0))
    failed = np.maximum(named, np.cumsum(block)).astype(np.int64)
    return np.where(counting, failed, failed + 1), run
