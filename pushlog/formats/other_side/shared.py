"""One set of other logs beside the logs of many clients: read once, and handed out by the repositories of each."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pushlog.formats.other_side.table import SideTable, side_table
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from pushlog.intake.side_files import SideFile

_KEPT = 16


@record(slots=False)
class SharedTable:
    """The lines of other logs about all pushes. `zone`: that of times which name none."""

    files: tuple[SideFile, ...]
    zone: dt.tzinfo | None = None

    def about(self, repositories: Iterable[str]) -> SideTable:
        """Return what `side_table` returns for these repositories: their lines, and those that name none."""
        return self._about(tuple(sorted(repositories)))

    @cached_property
    def _about(self) -> Callable[[tuple[str, ...]], SideTable]:
        # Of many logs most are about few repositories.
        return lru_cache(maxsize=_KEPT)(self._table)

    def _table(self, repositories: tuple[str, ...]) -> SideTable:
        rows = sorted({*self._rows.get("", ()), *(row for name in repositories for row in self._rows.get(name, ()))})
        return SideTable(
            sources=self.whole.sources,
            records=tuple(self.whole.records[row] for row in rows),
            places=tuple(self.whole.places[row] for row in rows),
        )

    @cached_property
    def whole(self) -> SideTable:
        """The lines about pushes to any repository."""
        return side_table(self.files, None, self.zone)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """The rows of each repository, by its name and by those without the folders of its server; "" for no name."""
        rows: dict[str, list[int]] = {}
        for row, record_of_row in enumerate(self.whole.records):
            name = "" if record_of_row.is_daemon_push else record_of_row.repository
            rows.setdefault(name, []).append(row)
            while "/" in name:
                name = name.partition("/")[2]
                rows.setdefault(name, []).append(row)
        return rows
