"""The four tables as JSON Lines and CSV, with the columns, names and order of the dataset; nothing more is needed.

Moments are ISO 8601 in UTC. In CSV a list is JSON in its cell, what acts on a terminal is a symbol, and text that a
spreadsheet would run as a formula has a `'` before it.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from pushlog.audit.files import written
from pushlog.audit.moments import utc
from pushlog.audit.schema import TABLES
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from pushlog.audit.tables import Tables

PARQUET, JSONL, CSV = "parquet", "jsonl", "csv"
KINDS = (PARQUET, JSONL, CSV)
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t")


def write_jsonl(tables: Tables, folder: Path) -> None:
    """Write `pushes.jsonl` and the others, a row a line. Raises StoppedError."""
    for name, columns in TABLES.items():
        names = [column.name for column in columns]

        def lines(rows: Iterator[tuple[object, ...]], names: list[str] = names) -> Iterator[str]:
            for row in rows:
                yield json.dumps(dict(zip(names, row, strict=True)), separators=(",", ":")) + "\n"

        _write(folder / f"{name}.{JSONL}", lines(_rows(tables, name)))


def write_csv(tables: Tables, folder: Path) -> None:
    """Write `pushes.csv` and the others by RFC 4180, with a line of names. Raises StoppedError."""
    for name, columns in TABLES.items():
        _write(folder / f"{name}.{CSV}", _csv_lines([column.name for column in columns], _rows(tables, name)))


def remove(folder: Path, kinds: tuple[str, ...]) -> None:
    """Remove the tables of other kinds, which an earlier audit wrote: they would say something else."""
    for kind in set(KINDS) - set(kinds):
        for name in TABLES:
            (folder / f"{name}.{kind}").unlink(missing_ok=True)


def _rows(tables: Tables, name: str) -> Iterator[tuple[object, ...]]:
    for batch in tables.batches(name):
        columns = [
            _moments(values) if column.type == "moment" else values
            for column, values in zip(TABLES[name], batch, strict=True)
        ]
        yield from zip(*columns, strict=True)


def _moments(values: list[object]) -> list[str | None]:
    return [
        # All with the same number of digits: readers take a column of one form for times.
        None if moment is None else moment.isoformat(timespec="microseconds") + "Z"
        for moment in utc(values).astype(object).where(lambda m: m.notna(), None)
    ]


def _csv_lines(names: list[str], rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return visible(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if isinstance(value, str):
        text = visible(value)
        return f"'{text}" if text.startswith(_FORMULA) else text
    return value


def _write(path: Path, lines: Iterator[str]) -> None:
    def write(file: BinaryIO) -> None:
        file.writelines(line.encode("utf-8", "replace") for line in lines)

    written(path, write)
