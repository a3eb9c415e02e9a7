"""Exports as one JSON document: a list of records somewhere inside it, or one text that is the whole log."""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.exports.assembly import Assembly, Export
from pushlog.intake.unwrap.exports.blocks import BlockReader
from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.intake.unwrap.exports.column_document import assembled_columns, could_be_columns
from pushlog.intake.unwrap.exports.forms import (
    Form,
    choose_form,
    is_command_result,
    is_engine_message,
    normal_record,
    row_form,
)
from pushlog.intake.unwrap.exports.json_cursor import JsonCursor, JsonError
from pushlog.intake.unwrap.exports.lane_names import NO_NAMES, NamesAbove, column_names, with_above
from pushlog.intake.unwrap.exports.paths import parse_path, path_text, paths_at, value_at
from pushlog.knowledge.exports import exports
from pushlog.lazy_pattern import lazy_pattern
from pushlog.units import count

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.paths import Path, Step

IN_A_DOCUMENT = "the log is a JSON document; lines are counted in the output that it holds"
# The beginning of a document tells which list of it holds the records.
_HEAD = 1 << 20
_SAMPLES = 20
# So far lines of pushes are looked for to learn where in the document they stand.
_FURTHEST = 32 << 20
# Texts in base64 are looked for in documents up to this size.
_LARGEST_BASE64 = 16 << 20
# The first line of a push alone is a text like any other: an entry in a table of messages, an example in a manual.
_HEADER_ALONE = lazy_pattern(rb"The push refers to [^\n]*\n?")
_BASE64 = lazy_pattern(rb'"([A-Za-z0-9+/]{24,}={0,2})"')


def unwrap_json_document(
    data: Data, anchors: Sequence[int], is_push: Callable[[bytes], bool], zone: dt.tzinfo | None
) -> Export | None:
    """Return the log inside a JSON document; None for a document that holds none.

    `anchors`: ascending offsets at which lines of pushes begin, some of them; `is_push`: whether a text holds one.
    """
    paths = [path for _, path in paths_at(data, anchors, _FURTHEST)]
    columns = assembled_columns(data, paths[0], zone) if could_be_columns(paths) else None
    if columns is not None:
        return columns.export((IN_A_DOCUMENT,), is_physical=False)
    place = _voted_place(data, anchors, paths)
    # Messages of the Engine one after another are a log as docker prints it.
    if (place is None and _are_messages(data)) or (place is not None and place[0] == () and place[1].engine == ()):
        return None
    place = place or _known_place(data) or _base64_place(data, is_push)
    if place is None:
        return None
    path, form = place
    assembly, blocks = Assembly(form, zone), BlockReader(form)
    is_list, is_header = bool(path) and path[-1] is None, False
    notes: tuple[str, ...] = (IN_A_DOCUMENT,)
    try:
        cursor = JsonCursor(data)
        siblings, above, names_above = cursor.siblings, NO_NAMES, NamesAbove()
        for start, stop, value in cursor.elements(path):
            if cursor.siblings is not siblings:
                siblings = cursor.siblings
                above = names_above.of(siblings)
            record = normal_record(value, form.pairs)
            content = form.text_of(record)
            if content is not None:
                is_header = _HEADER_ALONE.fullmatch(content) is not None
                names = with_above(above, form.names.names(record))
                assembly.add(content, form.time_of(record), form.number_of(record), names)
                if is_list:
                    cursor.go_on(blocks.add_members(data, (start, stop), assembly, above))
    except JsonError as error:
        if anchors and anchors[0] >= cursor.offset:
            return None  # an object stands above a log that is none
        notes = (*notes, f"the document can't be read further: {error}; {count(assembly.records, 'record')} were read")
    is_text = not is_list and assembly.records == 1 and is_header
    return assembly.export(notes, is_physical=False) if assembly.records and not is_text else None


def _voted_place(
    data: Data, anchors: Sequence[int], paths: Sequence[Path], *, is_base64: bool = False
) -> tuple[Path, Form] | None:
    """Return the list and the form of its records from where lines of pushes stand. `paths`: to these."""
    if not paths:
        return None
    best = max(paths, key=lambda path: sum(_is_alike(path, other) for other in paths))
    alike = [path for path in paths if _is_alike(path, best)]
    steps = _generalized(data, alike)
    row_place = _pairs_of(data, best) or _row_place(data, steps)
    if row_place is not None:
        return row_place
    split = max((place for place, step in enumerate(steps) if step is None), default=-1) + 1
    elements = _head_elements(data, steps[:split], anchors[-1] + 1, most=None)
    records = list(islice((value for value in elements if value_at(value, steps[split:]) is not None), _SAMPLES))
    if any(is_command_result(record) for record in records):
        return None
    names = _columns_of(data, steps[:split], records)
    form = choose_form(records, [steps[split:]] * len(alike), steps[:split], names) if records else None
    if form is None:
        return None
    # A list that nobody knows is in no order that must be kept.
    is_in_order = form.is_in_order and form.system != "json"
    return steps[:split], replace(form, is_base64=form.is_base64 or is_base64, is_in_order=is_in_order)


def _columns_of(data: Data, path: Path, records: Sequence[object]) -> tuple[str, ...]:
    """Return the names of the columns, where records are the rows of a table."""
    widths = {len(record) if isinstance(record, list) else 0 for record in records}
    if len(widths) != 1 or 0 in widths:
        return ()
    cursor = JsonCursor(data[:_HEAD])
    try:
        next(cursor.elements(path), None)
    except JsonError:
        return ()
    return column_names(cursor.siblings, widths.pop()) or ()


def _is_alike(path: Path, other: Path) -> bool:
    """Return whether two paths differ only in places of lists."""
    return len(path) == len(other) and all(
        step == another or (isinstance(step, int) and isinstance(another, int))
        for step, another in zip(path, other, strict=True)
    )


def _pairs_of(data: Data, path: Path) -> tuple[Path, Form] | None:
    """Return list and form of records that are lists of name and value pairs, as a row knows them."""
    for row in exports().rows:
        if row.pairs and path and path[-1] == row.pairs[1] and row.records is not None:
            records = [
                normal_record(value, row.pairs) for value in _head_elements(data, parse_path(row.records), _HEAD)
            ]
            form = row_form(row, records)
            if any(form.text_of(record) is not None for record in records):
                return parse_path(row.records), form
    return None


def _row_place(data: Data, steps: Path) -> tuple[Path, Form] | None:
    """Return list and form of a row whose text lies deeper in its records than in the innermost list."""
    whole = path_text(steps).replace("[0]", "[]")
    for row in exports().rows:
        for text in row.text if row.records and row.records.endswith("[]") else ():
            if whole == path_text((*parse_path(row.records or ""), *parse_path(text))) and "[]" in text:
                records = list(_head_elements(data, parse_path(row.records or ""), _HEAD))
                form = choose_form(records, [parse_path(text)] * len(records), parse_path(row.records or ""))
                return (parse_path(row.records or ""), form) if form else None
    return None


def _generalized(data: Data, paths: Sequence[Path]) -> Path:
    """Return one path for all: places in lists left open, but for the place in a short list such as [time, line]."""
    steps: list[Step] = [None if isinstance(step, int) else step for step in paths[0]]
    places = [number for number, step in enumerate(steps) if step is None]
    if not places:
        return tuple(steps)
    last = places[-1]
    index = paths[0][last]
    is_same = len({path[last] for path in paths}) == 1
    is_repeated = len({path[:last] for path in paths}) > 1
    if is_same and (
        is_repeated or ((len(places) > 1 or last == len(steps) - 1) and _has_time(data, tuple(steps[:last]), index))
    ):
        steps[last] = index
    return tuple(steps)


def _has_time(data: Data, path: Path, index: Step) -> bool:
    """Return whether lists at the path hold a text at the place and a time beside it."""
    lists = [value for value in _head_elements(data, path, _HEAD) if isinstance(value, list)]
    return bool(lists) and all(
        isinstance(value_at(value, (index,)), str) and any(iso_text(item) is not None for item in value)
        for value in lists
    )


def _head_elements(data: Data, path: Path, least: int, *, most: int | None = _SAMPLES) -> Iterator[object]:
    """Yield the first elements at a path, `most` of them; the data is read as far as `least` or the head reaches."""
    cursor = JsonCursor(data[: max(_HEAD, least)])
    try:
        yield from (value for _, _, value in islice(cursor.elements(path), most))
    except JsonError:
        return


def _are_messages(data: Data) -> bool:
    """Return whether the data begins with messages of the Engine, which spares the look at each row's own list."""
    first = list(_head_elements(data, (), 0))
    return bool(first) and all(map(is_engine_message, first))


def _known_place(data: Data) -> tuple[Path, Form] | None:
    """Return the list and the form of a row, for a document without a visible line of a push, such as base64."""
    head = data[:_HEAD]
    # Many rows ask for the same list.
    forms: dict[tuple[Path, tuple[str, ...]], Form | None] = {}
    for row in exports().rows:
        for path in ((None,), ()) if row.records is None else (parse_path(row.records),):
            if any(isinstance(step, str) and f'"{step}"'.encode() not in head for step in path):
                continue
            if (path, row.pairs) not in forms:
                records = [normal_record(value, row.pairs) for value in _head_elements(head, path, 0)]
                forms[path, row.pairs] = choose_form(records, (), path) if records else None
            form = forms[path, row.pairs]
            if form is not None and form.system == row.system:
                return path, form
    return None


def _base64_place(data: Data, is_push: Callable[[bytes], bool]) -> tuple[Path, Form] | None:
    """Return the place of a text in base64 that holds lines of a push."""
    if len(data) > _LARGEST_BASE64:
        return None
    for token in _BASE64.finditer(data):
        try:
            decoded = base64.b64decode(token[1], validate=True)
        except ValueError:
            continue
        if is_push(decoded):
            place = [token.start(1)]
            return _voted_place(data, place, [path for _, path in paths_at(data, place, _FURTHEST)], is_base64=True)
    return None
