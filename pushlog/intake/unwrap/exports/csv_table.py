"""Exports as CSV: a header line, and a cell of each row that holds a line of the log."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.intake.log_text import blocks_between
from pushlog.intake.unwrap.exports.assembly import Assembly, Export
from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.intake.unwrap.exports.forms import Form
from pushlog.intake.unwrap.exports.json_cursor import utf8
from pushlog.intake.unwrap.exports.lane_names import NamePaths
from pushlog.knowledge.exports import exports
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from pushlog.intake.log_text import LogText

_DELIMITERS = ",;\t|"
_NAME = lazy_pattern(r"[@\w][\w .()\[\]@:%/-]{0,79}")
_LONGEST_CELL = 1 << 26
_SAMPLES = 50
# Systems by the columns that only they write.
_SYSTEMS = (
    ("cloudwatch", {"@message"}),
    ("splunk", {"_raw"}),
    ("kibana", {"@timestamp", "message"}),
    ("datadog", {"date", "message", "service"}),
    ("log-analytics", {"timegenerated [utc]"}),
    ("grafana", {"time", "line", "tsns"}),
)


@record(kw_only=False)
class _Table:
    """The delimiter of a table and the names of its columns in lower case, empty ones where it has no header."""

    delimiter: str
    names: tuple[str, ...]
    has_header: bool


def unwrap_csv(text: LogText, is_push: Callable[[bytes], bool], zone: dt.tzinfo | None) -> Export | None:
    """Return the log inside a CSV table; None for a file that is no table with a log in it.

    `is_push`: whether a text holds a line of a push.
    """
    table = _table(text)
    column = _column(text, table, is_push) if table else None
    if table is None or column is None:
        return None
    time = _time_column(text, table)
    paths = _name_paths(text, table, column)
    assembly = Assembly(Form(system=_system(table.names), texts=(), is_in_order=False), zone)
    lines = 0
    for first, cells in _rows(text, table.delimiter):
        for _ in range(lines, first - 1):
            assembly.add(None)
        lines = first
        if not cells or (table.has_header and first == 1):
            assembly.add(None)
            continue
        if not _is_row(cells, table, column, time):
            # Two logs were put together.
            assembly.add(utf8(table.delimiter.join(cells)))
            continue
        moment = cells[time] if time is not None and len(cells) > time else None
        # A text without quotes may hold the delimiter.
        content = table.delimiter.join(cells[column:]) if column == len(table.names) - 1 else cells[column]
        assembly.add(utf8(content), moment if moment and iso_text(moment) else None, names=paths.names(cells))
    return assembly.export(is_physical=True)


def _is_row(cells: Sequence[str], table: _Table, column: int, time: int | None) -> bool:
    """Return whether cells are those of a row of the table: a line of another log has fewer, or no time."""
    if len(cells) <= column or time is None:
        return len(cells) > column
    return len(cells) == len(table.names) or (len(cells) > time and iso_text(cells[time]) is not None)


def _name_paths(text: LogText, table: _Table, column: int) -> NamePaths:
    """Return where rows name the pod or container and the process that wrote them, beside the column of the log."""
    names = [name if number != column else "" for number, name in enumerate(table.names)]
    rows = islice(_rows(text, table.delimiter), int(table.has_header), _SAMPLES)
    records = [dict(zip(names, cells, strict=False)) for _, cells in rows]
    return NamePaths.of(records).in_columns(names)


def _table(text: LogText) -> _Table | None:
    """Return how a table is written; None for a text that is none."""
    line = text.data[: text.stop_of(1)].rstrip(b"\r").decode("utf-8", "replace") if text.lines > 1 else ""
    for delimiter in _DELIMITERS:
        try:
            names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        plain = tuple(name.strip().lower() for name in names)
        is_quoted = text.data[:1] == b'"'
        if is_quoted and len(names) > 1 and any(iso_text(name) for name in names):
            return _Table(delimiter, ("",) * len(names), has_header=False)
        if not plain or not all(_NAME.fullmatch(name) for name in plain) or len(set(plain)) < len(plain):
            continue
        if _has_usual_name(plain) and (len(plain) > 1 or is_quoted) and not _comes_again(text, delimiter, plain[0]):
            return _Table(delimiter, plain, has_header=True)
    return None


def _comes_again(text: LogText, delimiter: str, name: str) -> bool:
    """Return whether the next line begins with the name of the first column, as behind the prefix of a logger."""
    line = text.beginning(2, _LONGEST_CELL).decode("utf-8", "replace")
    return line.partition(delimiter)[0].strip().lower() == name


def _has_usual_name(names: Sequence[str]) -> bool:
    """Return whether a column has a usual name of a text, or, beside others, one of a time."""
    usual = exports()
    return not usual.text_keys.isdisjoint(names) or (len(names) > 1 and not set(usual.time_keys).isdisjoint(names))


def _column(text: LogText, table: _Table, is_push: Callable[[bytes], bool]) -> int | None:
    """Return the number of the column that holds the log."""
    usual = [number for number, name in enumerate(table.names) if name in exports().text_keys]
    if len(usual) == 1:
        return usual[0]
    candidates = usual or range(len(table.names))
    votes: Counter[int] = Counter()
    for _, cells in _rows(text, table.delimiter):
        votes.update(number for number in candidates if number < len(cells) and is_push(utf8(cells[number])))
    if votes:
        return votes.most_common(1)[0][0]
    return usual[0] if usual else None


def _time_column(text: LogText, table: _Table) -> int | None:
    """Return the number of the column with the times: by its usual name, else by its values."""
    rows = [cells for _, cells in islice(_rows(text, table.delimiter), int(table.has_header), _SAMPLES)]
    keys, names = exports().time_keys, table.names

    def is_time(number: int) -> bool:
        values = [cells[number] for cells in rows if len(cells) == len(names) and cells[number]]
        return bool(values) and all(iso_text(value) is not None for value in values)

    ranked = sorted(range(len(names)), key=lambda n: keys.index(names[n]) if names[n] in keys else len(keys))
    return next((number for number in ranked if is_time(number)), None)


def _rows(text: LogText, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the physical line on which each row begins, and its cells; the header is the first row."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        reader = csv.reader(_lines(text), delimiter=delimiter)
        first = 1
        for cells in reader:
            yield first, cells
            first = reader.line_num + 1
    except csv.Error:
        return
    finally:
        csv.field_size_limit(before)


def _lines(text: LogText) -> Iterator[str]:
    """Yield the lines with their line feeds; those of a large file are not kept in memory."""
    for block in blocks_between(text.data, 0, len(text.data)):
        *whole, rest = block.decode("ascii", "surrogateescape").split("\n")
        yield from (f"{line}\n" for line in whole)
        if rest:
            yield rest


def _system(names: Sequence[str]) -> str:
    return next((system for system, columns in _SYSTEMS if columns <= set(names)), "csv")
