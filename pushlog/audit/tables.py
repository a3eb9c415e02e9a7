"""The rows of an audit's tables, held column by column until they are written and drawn."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from pushlog.audit.columns import BATCH, Words, cells
from pushlog.audit.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from pushlog.audit.columns import Cells
    from pushlog.audit.rows import Row

# Tables with many rows to a push.
_LONG = frozenset({"layers", "findings"})


class Tables:
    """The rows of all tables: added one by one, then read in the order of their logs."""

    def __init__(self) -> None:
        self._words = Words()
        self._columns: dict[str, dict[str, Cells[Any]]] = {
            name: {column.name: cells(column, self._words, is_long=name in _LONG) for column in table}
            for name, table in TABLES.items()
        }
        self._ranks: dict[str, array[int]] = {name: array("i") for name in TABLES}
        self._orders: dict[str, NDArray[np.int64]] = {}

    def add(self, table: str, row: Row, rank: int = 0) -> None:
        """Append a row whose values are in the order of the columns; `rank`: the position of its log among all."""
        self._ranks[table].append(rank)
        for column, value in zip(self._columns[table].values(), row, strict=True):
            column.append(value)

    def values(self, table: str, name: str) -> list[Any]:
        """Return the cells of a column, by rank; the rows of one log in the order in which they were added."""
        return self._columns[table][name].values(self._order(table))

    def batches(self, table: str) -> Iterator[list[list[Any]]]:
        """Yield the cells of all columns, some thousand rows at a time."""
        order = self._order(table)
        for start in range(0, len(order), BATCH):
            yield [column.values(order[start : start + BATCH]) for column in self._columns[table].values()]

    def taken(self, table: str, name: str) -> pd.Series[Any]:
        """Return a column for a frame, and forget it."""
        return self._columns[table].pop(name).series(self._order(table))

    def _order(self, table: str) -> NDArray[np.int64]:
        """Return the rows by rank; no more can be added then."""
        if table not in self._orders:
            self._words.close()
            ranks = self._ranks.pop(table)
            self._orders[table] = np.argsort(np.array(ranks, dtype=np.int64), kind="stable")
        return self._orders[table]
