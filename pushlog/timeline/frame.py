"""The events of one push as a DataFrame, with what follows from their order: attempts, runs, earliest times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import UNKNOWN, Events, Kind

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


# moby distribution/xfer/upload.go: attempt k+1 begins after a countdown from k times 5 seconds.
DELAY = 5
# The same file: five uploads, so four countdowns.
MAX_COUNTDOWNS = 4


def frame(events: Events, at: NDArray[np.float64], *, counts_down: bool = True) -> pd.DataFrame:
    """One row for each event, in log order; `at`: the seconds of each since the push began, measured or earliest.

    Columns: `line` physical line; `layer` index into `events.ids`; `kind` a Kind; `current`, `total` bytes as printed,
    `wait` seconds of a countdown line, all three -1 where not printed; `at` as given;
    `attempt` number of the upload, from 1, that the event belongs to: a countdown to the attempt that failed;
    `run` numbers the stretches of events of one layer with one kind and one attempt.
    `counts_down`: a wait is a countdown of docker, whose length tells its number; other clients choose theirs freely.
    """
    import pandas as pd

    table = pd.DataFrame(
        {
            "line": events.line,
            "layer": events.layer,
            "kind": events.kind,
            "current": events.current,
            "total": events.total,
            "wait": events.wait,
            "at": at,
        }
    )
    by_layer = table.groupby("layer", sort=False)
    before = by_layer[["kind", "wait"]].shift(fill_value=UNKNOWN)
    counting = table["kind"] == Kind.RETRYING
    block = counting & ((before["kind"] != Kind.RETRYING) | (table["wait"] >= before["wait"]))
    # A countdown names its number by its length, also when lines before it are lost.
    named = np.ceil(table["wait"] / DELAY).where(block & counts_down, 0).groupby(table["layer"]).cummax()
    counted = block.astype(int).groupby(table["layer"]).cumsum()
    failed = np.maximum(named, counted).astype(int)
    table["attempt"] = np.where(counting, failed, failed + 1)
    changed = (before["kind"] != table["kind"]) | block
    table["run"] = changed.astype(int).groupby(table["layer"]).cumsum()
    return table


def runs(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each run: layer, kind, attempt, first and last earliest time, first and last countdown value.

    `full` is when the figures first reached the layer's size, NaN if they never did.
    """
    sized = table["total"].where(table["total"] > 0).groupby(table["layer"]).cummax()
    table = table.assign(full=table["at"].where(table["current"] >= sized))
    rows = table.groupby(["layer", "run"], sort=True).agg(
        kind=("kind", "first"),
        attempt=("attempt", "first"),
        start=("at", "first"),
        last=("at", "last"),
        wait=("wait", "first"),
        left=("wait", "last"),
        full=("full", "min"),
    )
    return rows.reset_index()
