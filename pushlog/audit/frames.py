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
    from pushlog.audit.tables import Tables

# What stands in the dataset alone: no page is drawn from it.
_UNDRAWN = {
    "sources": {"sha256", "lines", "capture", "decoration", "coverage", "pushes", "notes", "sha"},
    "pushes": {
        *("store", "verdict", "advice", "layers_total", "layers_done", "digest", "code", "began", "clock"),
        *("bytes_done", "last_line"),
    },
    "layers": {"position", "mounted_from", "retry_wait", "start", "end", "created_by"},
    "findings": {"position", "rule", "confidence", "title", "layers", "line"},
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


def frames(tables: Tables, *, is_whole: bool = True) -> Frames:
    """Return the tables as DataFrames, and empty the tables.

    `is_whole`: with all columns; what the pages, the counts and `audit.json` are drawn from takes half of the memory.
    """
    frame_of = {name: _frame(name, tables, set() if is_whole else _UNDRAWN[name]) for name in TABLES}
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


def _frame(name: str, tables: Tables, without: set[str]) -> pd.DataFrame:
    names = [column.name for column in TABLES[name] if column.name not in without]
    return pd.DataFrame({column: tables.taken(name, column) for column in names}, copy=False)


def _order(pushes: pd.DataFrame) -> pd.Series[int]:
    """Return the rank of each push by its log's name and its place there: `build-9` comes before `build-10`."""
    names = (f"{name}\0{member}" for name, member in zip(pushes["input"], pushes["member"], strict=True))
    keys = [_DIGITS.sub(lambda n: n[0].lstrip("0").rjust(20, "0"), name) for name in names]
    within = pushes["push"].tolist()
    ranked = sorted(range(len(keys)), key=lambda n: (keys[n], within[n]))
    order = np.empty(len(keys), dtype=np.int64)
    order[ranked] = np.arange(len(keys))
    return pd.Series(order, index=pushes.index)
