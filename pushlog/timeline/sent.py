"""Bytes over time: how much of all layers together had been sent at each moment, as far as the log draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.events import Kind
from pushlog.model import Clock, Store

if TYPE_CHECKING:
    import pandas as pd

# Moments are told apart to this part of the push; finer would not be seen.
FINEST = 100
# A line through fewer figures says nothing.
FEWEST = 4


def sent(table: pd.DataFrame, store: Store, clock: Clock, end: float) -> tuple[tuple[float, int], ...]:
    """Return the seconds of each moment and the bytes sent by then; none where the log tells no figures or no times.

    `table` is `timeline.frame` of the push's events, `end` when it ended. An upload that breaks off has to start
    from its first byte again, so the sum falls by what was lost. Bytes are what the store's figures count.
    """
    if clock is Clock.NONE or end <= 0:
        return ()
    drawn = (table["kind"] == Kind.PUSHING) & (table["current"] >= 0)
    if store is Store.GRAPHDRIVER:
        # moby progress.Reader.Close draws a full bar over an attempt that was cut: nothing was sent by it.
        following = table.groupby("layer")["kind"].shift(-1)
        ended = (table["kind"] == Kind.PUSHED).groupby(table["layer"]).transform("any")
        drawn &= ~((table["current"] == table["total"]) & ((following == Kind.RETRYING) | ~ended))
    size = table[["current", "total"]].max(axis=1).where(drawn).groupby(table["layer"]).transform("max")
    total = table["total"].where(table["total"] > 0).groupby(table["layer"]).transform("max").fillna(size)
    # A tar counts more than the files in it: of a layer no more is sent than there is.
    figure = table["current"].clip(upper=total).where(drawn).fillna(total.where(table["kind"] == Kind.PUSHED))
    figure = figure.mask(table["kind"] == Kind.RETRYING, 0)
    rows = table.assign(figure=figure)[figure.notna()]
    gained = rows.groupby("layer")["figure"].diff().fillna(rows["figure"])
    rows = rows.assign(sum=gained.cumsum())
    moments = rows.groupby((rows["at"] / end * FINEST).round())[["at", "sum"]].last()
    if moments["sum"].nunique() < FEWEST:
        return ()
    return tuple((round(at, 3), int(total)) for at, total in moments.to_numpy(dtype=float).tolist())
