"""Exports as a JSON document with a list for each column of a table, as data frames and tabular results are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard

from pushlog.intake.unwrap.exports.assembly import Assembly
from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.intake.unwrap.exports.forms import choose_form, text_value
from pushlog.intake.unwrap.exports.lane_names import NO_NAMES, NamesAbove, column_names, with_above

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.lane_names import Names
    from pushlog.intake.unwrap.exports.paths import Path

# A column is read as a whole; larger documents are left to others.
_LARGEST = 64 << 20
_SAMPLES = 20

Rows = list[dict[str, object]]


def could_be_columns(paths: Sequence[Path]) -> bool:
    """Return whether the texts at these paths stand below each other in a list of lists, not in a list each."""
    if not paths or any(len(path) < 2 or not all(isinstance(step, int) for step in path[-2:]) for path in paths):
        return False
    columns, places = {path[-2] for path in paths}, {path[-1] for path in paths}
    return len(columns) == 1 and (len(places) > 1 or len(paths) == 1)


def assembled_columns(data: Data, path: Path, zone: dt.tzinfo | None) -> Assembly | None:
    """Return the log in the tables of a document; None for one without such tables. `path`: to one of its texts."""
    if len(data) > _LARGEST:
        return None
    try:
        document = json.loads(data[:].decode("ascii", "surrogateescape"))
    except (ValueError, RecursionError):
        return None
    above = NamesAbove()
    tables = [(above.of(beside), _rows(columns, beside)) for columns, beside in _tables(document, path[:-2], {})]
    rows = [row for _, table in tables for row in table]
    name = [*rows[0]][int(str(path[-2]))] if rows else ""
    holders = [row for row in rows if text_value(row.get(name)) is not None]
    form = choose_form(holders[:_SAMPLES], [(name,)] * len(holders[:_SAMPLES])) if holders else None
    if form is None:
        return None
    assembly = Assembly(replace(form, is_in_order=False), zone)
    for names, row in ((names, row) for names, rows in tables for row in rows):
        assembly.add(form.text_of(row), form.time_of(row), form.number_of(row), _together(names, form.names.names(row)))
    return assembly


def _together(above: Names, inside: Names) -> Names:
    return inside if above == NO_NAMES else with_above(above, inside)


def _tables(
    value: object, path: Path, beside: dict[str, object]
) -> Iterator[tuple[list[list[object]], dict[str, object]]]:
    """Yield the columns of each table at a path, whatever its places in lists, with what stands beside or above it."""
    if not path:
        if _are_columns(value):
            yield value, beside
    elif isinstance(value, dict) and path[0] in value:
        others = {key: other for key, other in value.items() if key != path[0]}
        yield from _tables(value[str(path[0])], path[1:], {**beside, **others})
    elif isinstance(value, list) and isinstance(path[0], int):
        for item in value:
            yield from _tables(item, path[1:], beside)


def _are_columns(value: object) -> TypeGuard[list[list[object]]]:
    """Return whether a value is a list of lists of one length."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(column, list) for column in value)
        and len({len(column) for column in value}) == 1
    )


def _is_time(value: object) -> bool:
    return iso_text(value) is not None


def _rows(columns: list[list[object]], beside: object) -> Rows:
    """Return the rows of a table as objects; none where no names of columns stand beside, or each list may be a row."""
    names = column_names(beside, len(columns))
    is_square = len(columns[0]) == len(columns)
    if names is None or (is_square and not any(all(map(_is_time, column)) for column in columns)):
        return []
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
