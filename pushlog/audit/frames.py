"""The tables of an audit as DataFrames, with the moment of every push."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pushlog.audit.schema import TABLES

if TYPE_CHECKING:
    from pushlog.audit.store import Tables

_TYPES = {"string": "object", "int": "Int64", "float": "float64", "bool": "boolean", "strings": "object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The four tables. `pushes` has `moment` beside its own columns: when it began, in UTC, or NaT."""

    sources: pd.DataFrame
    pushes: pd.DataFrame
    layers: pd.DataFrame
    findings: pd.DataFrame


def frames(tables: Tables) -> Frames:
    """Return the tables as DataFrames, and empty the tables. A date without a zone is taken for UTC."""
    frame_of = {name: _frame(name, tables) for name in TABLES}
    moments = pd.to_datetime(frame_of["pushes"]["began"], utc=True, format="ISO8601", errors="coerce")
    return Frames(
        sources=frame_of["sources"],
        pushes=frame_of["pushes"].assign(moment=moments),
        layers=frame_of["layers"],
        findings=frame_of["findings"],
    )


def _frame(name: str, tables: Tables) -> pd.DataFrame:
    values = tables.columns[name]
    return pd.DataFrame({c.name: pd.Series(values.pop(c.name), dtype=_TYPES[c.type]) for c in TABLES[name]}, copy=False)
