"""The tables of an audit as DataFrames, with the moment of every push and where its job ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pushlog.audit.moments import moments
from pushlog.audit.schema import TABLES
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.audit.store import Tables

_TYPES = {
    "string": "object",
    "int": "Int64",
    "float": "float64",
    "bool": "boolean",
    "moment": "object",
    "strings": "object",
}
ORIGIN = ("ci", "project", "workflow", "job", "run_url", "runner", "ref")
_DIGITS = lazy_pattern(r"\d+")


@record
class Frames:
    """The four tables. `pushes` has more than its own columns.

    `moment`: when, in UTC, or NaT; `dated_by`: who says so; `timed`, `exact`: how well it is known
    (see `moments`); `order`: its place by
    name, with numbers in names as numbers; and of its log `ci`, `project`, `workflow`, `job`, `run_url`, `runner`
    and `ref`.
    """

    sources: pd.DataFrame
    pushes: pd.DataFrame
    layers: pd.DataFrame
    findings: pd.DataFrame


def frames(tables: Tables) -> Frames:
    """Return the tables as DataFrames, and empty the tables."""
    frame_of = {name: _frame(name, tables) for name in TABLES}
    pushes, sources = frame_of["pushes"], frame_of["sources"]
    logs = sources[sources["status"] != "duplicate"].drop_duplicates("log").set_index("log")
    more = {name: pushes["log"].map(logs[name]) for name in ORIGIN}
    dates = moments(pushes["dated"], pushes["dated_by"], pushes["log"])
    return Frames(
        sources=sources,
        pushes=pushes.assign(**dates, **more, order=_order(pushes)),
        layers=frame_of["layers"],
        findings=frame_of["findings"],
    )


def _frame(name: str, tables: Tables) -> pd.DataFrame:
    values = tables.columns[name]
    return pd.DataFrame({c.name: pd.Series(values.pop(c.name), dtype=_TYPES[c.type]) for c in TABLES[name]}, copy=False)


def _order(pushes: pd.DataFrame) -> pd.Series[int]:
    """Return the rank of each push by its log's name and its place there: `build-9` comes before `build-10`."""
    names = list(zip(pushes["input"], pushes["member"], strict=True))
    keys = {
        name: tuple(_DIGITS.sub(lambda n: n[0].lstrip("0").rjust(20, "0"), part) for part in name)
        for name in set(names)
    }
    within = pushes["push"].to_numpy()
    ranked = sorted(range(len(names)), key=lambda n: (keys[names[n]], within[n]))
    order = np.empty(len(names), dtype=np.int64)
    order[ranked] = np.arange(len(names))
    return pd.Series(order, index=pushes.index)
