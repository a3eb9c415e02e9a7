"""What each layer went through, as runs: stretches of events of one kind and one attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import Kind
from pushlog.timeline.phases import Run

if TYPE_CHECKING:
    from pushlog.intake.text import Int64
    from pushlog.timeline.frame import Table


def runs(table: Table) -> list[list[Run]]:
    """The runs of each layer, in order."""
    return [_runs(table, rows) for _, rows in sorted(table.by_layer.items())]


def _runs(table: Table, rows: Int64) -> list[Run]:
    total, at = table.total[rows], table.at[rows]
    # A size that is drawn later counts from there on.
    sized = (total > 0) & (table.current[rows] >= np.maximum.accumulate(total))
    starts = np.flatnonzero(np.diff(table.run[rows], prepend=0))
    full = np.minimum.reduceat(np.where(sized, at, np.inf), starts)
    lasts = np.append(starts[1:], len(rows)) - 1
    return [
        Run(
            kind=Kind(int(table.kind[rows[first]])),
            attempt=int(table.attempt[rows[first]]),
            start=float(at[first]),
            last=float(at[last]),
            wait=int(table.wait[rows[first]]),
            left=int(table.wait[rows[last]]),
            full=None if reached == np.inf else reached,
        )
        for first, last, reached in zip(starts.tolist(), lasts.tolist(), full.tolist(), strict=True)
    ]
