"""One row of the table of the other side, typed: what its line says, where it stands, and when by the common clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from pushlog.formats.other_side.record import SideRecord
    from pushlog.formats.other_side.table import SideTable


@record(kw_only=False)
class SideRow:
    """`index`: its place in the table; `when`: by the common clock, NaN where its line has no time."""

    index: int
    record: SideRecord
    file: int
    line: int
    when: float


@record(slots=False, kw_only=False)
class SideRows:
    """Gives out rows by their place in the table. `frame`: the table by one clock."""

    table: SideTable
    frame: pd.DataFrame

    def of(self, indexes: Iterable[int]) -> tuple[SideRow, ...]:
        """Return these rows, in the order of the table."""
        when = self.frame["when"].to_numpy()
        return tuple(
            SideRow(
                index=index,
                record=self.table.records[index],
                file=self.table.places[index][0],
                line=self.table.places[index][1],
                when=float(when[index]),
            )
            for index in sorted(set(indexes))
        )
