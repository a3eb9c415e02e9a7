"""The uploads of a layer, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case


@record
class Attempt:
    """One upload: bytes read when it ended, None if the log does not tell; seconds of countdown after it."""

    number: int
    reached: int | None
    waited: int


def attempts(case: Case, layer: str) -> tuple[Attempt, ...]:
    """The uploads of a layer that the log shows, first one first."""
    events, rows = case.events, case.events.by_layer[case.parsed.events.ids.index(layer)]
    uploads = []
    for number in sorted(set(events.attempt[rows].tolist())):
        part = rows[events.attempt[rows] == number]
        # The full bar before a countdown is drawn over an attempt that was cut; see timeline/layers.py.
        figures = part[(events.current[part] >= 0) & (events.current[part] != events.total[part])]
        reached = int(events.current[figures[-1]]) if len(figures) else None
        uploads.append(Attempt(number=number, reached=reached, waited=max(0, int(events.wait[part].max()))))
    return tuple(uploads)
