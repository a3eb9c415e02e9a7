"""What each layer went through, as runs: stretches of events of one kind and one attempt."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import EventKind
from pushlog.timeline.phases import Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pushlog.timeline.event_table import EventTable

_KINDS = tuple(EventKind)


def runs(table: EventTable) -> list[list[Run]]:
    """The runs of each layer, in order."""
    by_layer: list[list[Run]] = [[] for _ in range(int(table.begins.sum()))]
    if not by_layer:
        return by_layer
    order, run = table.order, table.run[table.order]
    begin = (table.begins | (np.diff(run, prepend=0) != 0)).nonzero()[0]
    first, last = order[begin], order[np.append(begin[1:], len(order)) - 1]
    full = np.minimum.reduceat(np.where(_sized(table), table.at[order], np.inf), begin)
    columns = (
        (np.cumsum(table.begins) - 1)[begin],
        table.kind[first],
        table.attempt[first],
        table.at[first],
        table.at[last],
        table.wait[first],
        table.wait[last],
        full,
    )
    for layer, kind, attempt, start, end, wait, left, reached in zip(*(c.tolist() for c in columns), strict=True):
        by_layer[layer].append(
            Run(
                kind=_KINDS[kind],
                attempt=attempt,
                start=start,
                last=end,
                wait=wait,
                left=left,
                full=None if reached == np.inf else reached,
            )
        )
    return by_layer


def _sized(table: EventTable) -> NDArray[np.bool_]:
    """In the order of the layers: which figures reach the size of their layer. A size drawn later counts from there."""
    is_full = np.zeros(len(table), dtype=bool)
    if not (table.total > 0).any():
        return is_full
    total, current = table.total[table.order], table.current[table.order]
    for low, high in pairwise([*table.begins.nonzero()[0].tolist(), len(total)]):
        sizes = total[low:high]
        is_full[low:high] = (sizes > 0) & (current[low:high] >= np.maximum.accumulate(sizes))
    return is_full
