"""Cases with what other logs say of them, and what each of these logs gave."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.builder import HopBuilder
from pushlog.diagnosis.hops.own import OwnRows, own_rows
from pushlog.diagnosis.hops.rows import SideRows
from pushlog.diagnosis.hops.seen import seen
from pushlog.model import HopName, SideLog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.formats.other_side.table import SideTable
    from pushlog.timeline.sizing import Blob

_SHARED = "lines that two pushes of this log could both have caused were joined to neither"
_NOT_NAMED = "no line of it names the repository"
_NOT_JOINED = "no line of it could be joined to this push"


def with_other_side(cases: Sequence[Case], table: SideTable, manifests: Sequence[Mapping[str, Blob]]) -> list[Case]:
    """Return the cases with what other logs say of each. `table`: their lines about the repositories of these.

    `manifests`: for each case the blobs of its layers by a manifest that the user gave.
    """
    if not table.records:
        return [_with_logs(case, table, Counter(), {}, (_NOT_NAMED,)) for case in cases]
    shown = seen(table)
    owned = _without_shared(
        [
            own_rows(shown.frame, case.push, case.upload_states, shown.sessions, blobs)
            for case, blobs in zip(cases, manifests, strict=True)
        ]
    )
    rows = SideRows(table, shown.frame)
    result = []
    for case, rows_of_case in zip(cases, owned, strict=True):
        joined = Counter(table.places[row][0] for row in rows_of_case.by)
        built = HopBuilder(case, rows, rows_of_case).built()
        result.append(_with_logs(built, table, joined, shown.offsets, rows_of_case.why_not))
    return result


def _without_shared(owned: list[OwnRows]) -> list[OwnRows]:
    """Return the rows of each push without those that another push of the log has too: nothing tells whose they are."""
    owners = Counter(row for rows in owned for row in rows.by)
    shared = {row for row, number in owners.items() if number > 1}
    if not shared:
        return owned
    return [
        replace(
            rows,
            rows=rows.rows.drop(index=[row for row in rows.rows.index if row in shared]),
            by={row: by for row, by in rows.by.items() if row not in shared},
            why_not=(*rows.why_not, _SHARED),
        )
        for rows in owned
    ]


def _with_logs(
    case: Case, table: SideTable, joined: Counter[int], offsets: dict[int, float], why_not: tuple[str, ...]
) -> Case:
    logs = []
    for number, source in enumerate(table.sources):
        if source.name == case.source.name:
            continue
        form = source.formats[0] if source.formats else None
        notes = source.notes
        if form is not None and not joined[number]:
            notes = (*notes, *(why_not or (_NOT_JOINED,)))
        offset = offsets.get(number)
        logs.append(
            SideLog(
                name=source.name,
                format=form.name if form else "unknown",
                hop=form.hop if form else HopName.PROXY,
                lines=joined[number],
                ahead=None if offset is None else max(offset, 0.0),
                behind=None if offset is None else max(0.0 - offset, 0.0),
                notes=tuple(dict.fromkeys(notes)),
            )
        )
    return replace(case, push=replace(case.push, other_side=tuple(logs)))
