"""Bytes over time: how much of all layers together had been sent at each moment, as far as the log draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import EventKind
from pushlog.model import Clock, Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pushlog.intake.log_text import Int64
    from pushlog.timeline.event_table import EventTable

# Moments are told apart to this part of the push; finer would not be seen.
FINEST = 100
# A line through fewer figures says nothing.
FEWEST = 4


def sent(table: EventTable, store: Store, clock: Clock, end: float) -> tuple[tuple[float, int], ...]:
    """Return the seconds of each moment and the bytes sent by then; none where the log tells no figures or no times.

    `table` is `timeline.frame` of the push's events, `end` when it ended. An upload that breaks off has to start
    from its first byte again, so the sum falls by what was lost. Bytes are what the store's figures count.
    """
    if clock is Clock.NONE or end <= 0 or not (table.current >= 0).any():
        return ()
    figure, gained = np.full(len(table), np.nan), np.zeros(len(table))
    for rows in table.by_layer.values():
        figure[rows] = _figures(table, rows, store)
        with_figure = rows[~np.isnan(figure[rows])]
        gained[with_figure] = np.diff(figure[with_figure], prepend=0)
    with_figure = np.flatnonzero(~np.isnan(figure))
    at, total = table.at[with_figure], np.cumsum(gained[with_figure])
    last = np.flatnonzero(np.diff(np.round(at / end * FINEST), append=np.inf))
    if len(set(total[last].tolist())) < FEWEST:
        return ()
    return tuple((round(float(at[row]), 3), int(total[row])) for row in last)


def _figures(table: EventTable, rows: Int64, store: Store) -> NDArray[np.float64]:
    """What had been sent of a layer at each of its rows; NaN where a row does not tell."""
    kind, current, total = table.kind[rows], table.current[rows], table.total[rows]
    has_figure = (kind == EventKind.PUSHING) & (current >= 0)
    if store is Store.GRAPHDRIVER:
        # moby progress.Reader.Close draws a full bar over an attempt that was cut: nothing was sent by it.
        cut = np.append(kind[1:] == EventKind.RETRYING, False) | ~(kind == EventKind.PUSHED).any()
        has_figure &= ~((current == total) & cut)
    sizes = total[total > 0] if (total > 0).any() else np.maximum(current, total)[has_figure]
    size = float(sizes.max()) if len(sizes) else np.nan
    # A tar counts more than the files in it: of a layer no more is sent than there is.
    figure = np.where(has_figure, np.minimum(current, size), np.where(kind == EventKind.PUSHED, size, np.nan))
    return np.where(kind == EventKind.RETRYING, 0.0, figure)
