"""The events of one push as a table of columns, with what follows from their order: attempts and runs.

Plain arrays: most pushes have a few dozen rows, and loading pandas takes longer than all that is asked of them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import UNKNOWN, EventKind, Events, grouped, is_any
from pushlog.knowledge.docker import RETRY_DELAY
from pushlog.record_class import record

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64


@record(slots=False)
class EventTable:
    """One row for each event, in log order, one column each.

    `line` physical line; `layer` index into `events.ids`; `kind` an EventKind; `current`, `total` bytes as printed,
    `wait` seconds of a countdown line, all three -1 where not printed; `at` seconds since the push began, measured or
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

    @property
    def is_drawn(self) -> bool:
        """Whether layers are drawn while they are under way; a pipe of containerd's store shows only what is done."""
        return bool(self.is_kind(EventKind.PUSHING).any())

    @property
    def drawn_again(self) -> set[int]:
        """The layers whose uploads are drawn, also after a countdown: one that is not drawn did not begin."""
        return self.layers(self.is_kind(EventKind.PUSHING) & (self.attempt > 1))

    @cached_property
    def order(self) -> Int64:
        """All rows, one layer after another by number, those of each in order."""
        return grouped(self.layer)

    @cached_property
    def begins(self) -> NDArray[np.bool_]:
        """Which places in `order` have the first row of a layer."""
        return _begins(self.layer[self.order])

    @cached_property
    def by_layer(self) -> dict[int, Int64]:
        """The rows of each layer, in order; layers that have some, by their number."""
        parts = np.split(self.order, self.begins.nonzero()[0][1:]) if len(self) else []
        return {int(self.layer[rows[0]]): rows for rows in parts}

    @cached_property
    def pandas(self) -> pd.DataFrame:
        """The same as a DataFrame."""
        import pandas as pd

        return pd.DataFrame({name: getattr(self, name) for name in _COLUMNS})

    def part(self, low: int, high: int) -> EventTable:
        """The rows from `low` up to `high`, not included."""
        return EventTable(**{name: getattr(self, name)[low:high] for name in _COLUMNS})

    def is_kind(self, *kinds: EventKind) -> NDArray[np.bool_]:
        """Which rows are of these kinds."""
        return is_any(self.kind, kinds)

    def last(self) -> dict[int, int]:
        """The last row of each layer."""
        return {layer: last for layer, (_, last) in self._whole_reach.items()}

    @cached_property
    def _whole_reach(self) -> dict[int, tuple[int, int]]:
        return self.reach(np.ones(len(self), dtype=bool))

    def reach(self, selected: NDArray[np.bool_]) -> dict[int, tuple[int, int]]:
        """The first and the last of the chosen rows of each layer that has some."""
        rows = self.order[selected[self.order]]
        layer = self.layer[rows]
        first = _begins(layer)
        last = np.ones(len(first), dtype=np.bool_)
        last[:-1] = first[1:]
        pairs = zip(rows[first].tolist(), rows[last].tolist(), strict=True)
        return dict(zip(layer[first].tolist(), pairs, strict=True))

    def layers(self, selected: NDArray[np.bool_]) -> set[int]:
        """The layers that have a row among the chosen ones."""
        return set(self.layer[selected].tolist())


_COLUMNS = ("line", "layer", "kind", "current", "total", "wait", "at", "attempt", "run")


def event_table(events: Events, at: NDArray[np.float64], *, counts_down: bool = True) -> EventTable:
    """The table of a push; `at`: the seconds of each event since the push began, measured or earliest.

    `counts_down`: a wait is a countdown of docker, whose length tells its number; other clients choose theirs freely.
    """
    order = grouped(events.layer)
    attempt, run = np.empty_like(order), np.empty_like(order)
    attempt[order], run[order] = _numbered(
        events.kind[order], events.wait[order], _begins(events.layer[order]), counts_down=counts_down
    )
    return EventTable(
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


def _numbered(
    kind: NDArray[np.int8], wait: Int64, begins: NDArray[np.bool_], *, counts_down: bool
) -> tuple[Int64, Int64]:
    """Attempt and run of each row, one layer after another; `begins`: the first row of each."""
    before, waited = (np.append(UNKNOWN, column[:-1])[: len(kind)] for column in (kind, wait))
    before[begins] = waited[begins] = UNKNOWN
    counting = is_any(kind, (EventKind.RETRYING,))
    block = counting & ((before != EventKind.RETRYING) | (wait >= waited)) if counting.any() else counting
    run = counted((before != kind) | block, begins)
    if not counting.any():
        return np.ones(len(kind), dtype=np.int64), run
    # A countdown names its number by its length, also when lines before it are lost.
    number = np.where(block & counts_down, np.ceil(wait / RETRY_DELAY), 0).astype(np.int64)
    # Each layer counts from a higher number than all waits, so that the largest so far is its own.
    apart = np.cumsum(begins) * int(number.max() + 1)
    number = np.maximum.accumulate(number + apart) - apart
    failed = np.maximum(number, counted(block, begins))
    return np.where(counting, failed, failed + 1), run


def counted(selected: NDArray[np.bool_], begins: NDArray[np.bool_]) -> Int64:
    """How many are chosen up to each row, of its own layer; `begins`: the first row of each."""
    total: Int64 = np.cumsum(selected, dtype=np.int64)
    above: Int64 = (total - selected.astype(np.int64))[begins]
    counts: Int64 = total - above[np.cumsum(begins) - 1]
    return counts


def _begins(layer: Int64) -> NDArray[np.bool_]:
    is_first = np.ones(len(layer), dtype=np.bool_)
    is_first[1:] = layer[1:] != layer[:-1]
    return is_first
