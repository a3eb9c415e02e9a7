"""What a table of other logs shows before any push is looked at: one clock, and the pushes that servers saw."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.sessions import sessions
from pushlog.diagnosis.hops.timing import clock_offsets, timed
from pushlog.record_class import record

if TYPE_CHECKING:
    import pandas as pd

    from pushlog.diagnosis.hops.sessions import Session
    from pushlog.formats.other_side.table import SideTable

# Tables of repositories whose pushes an audit reads in turns.
_KEPT = 16


@record(slots=False)
class Seen:
    """`offsets`: as `clock_offsets` returns them; `frame`: the rows by one clock; `sessions`: the pushes, by begin."""

    table: SideTable

    @cached_property
    def offsets(self) -> dict[int, float]:
        """The seconds by which the clock of each file is ahead."""
        return clock_offsets(self.table)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows by one clock."""
        return timed(self.table, self.offsets)

    @cached_property
    def sessions(self) -> list[Session]:
        """The pushes that a proxy or a registry saw."""
        return sessions(self.frame)


@lru_cache(maxsize=_KEPT)
def seen(table: SideTable) -> Seen:
    """Return what a table shows; that of a table which was asked for before is kept."""
    return Seen(table=table)
