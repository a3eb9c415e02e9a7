"""The shapes in which log stores and CI systems hand out logs, `exports.toml`: one row each, with a sample to read.

The file explains every key.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.shipped import ours
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.knowledge.tables import Row


@record
class ExportRow:
    """One shape; paths are dotted, as in `intake/unwrap/exports/paths.py`."""

    id: str
    system: str
    records: str | None
    text: tuple[str, ...]
    also: tuple[str, ...]
    command: str | None
    ended: str | None
    time: str | None
    clock: str | None
    number: str | None
    has: tuple[str, ...]
    pairs: tuple[str, ...]
    is_base64: bool
    is_piecewise: bool
    is_in_order: bool
    sample: str
    inside: str
    source: str


@record
class Refusal:
    """A kind of file that holds a log and can't be read: the bytes it begins with, and how to export instead."""

    id: str
    begins: bytes
    what: str
    instead: str
    source: str


@record
class Exports:
    """The whole file: rows, refusals, and the usual names of keys for the text and the time of a line."""

    rows: tuple[ExportRow, ...]
    refusals: tuple[Refusal, ...]
    text_keys: frozenset[str]
    time_keys: tuple[str, ...]
    lane_keys: tuple[str, ...]
    writer_keys: tuple[str, ...]
    part_keys: tuple[str, ...]
    results: tuple[str, ...]


@cache
def exports() -> Exports:
    """Return the file that comes with pushlog, the more specific rows first."""
    table = ours("exports.toml")
    everything = Exports(
        rows=tuple(_export(row) for row in table.rows("export", "id")),
        refusals=tuple(_refusal(row) for row in table.rows("refusal", "id")),
        text_keys=frozenset(table.texts("text_keys")),
        time_keys=table.texts("time_keys"),
        lane_keys=table.texts("lane_keys"),
        writer_keys=table.texts("writer_keys"),
        part_keys=table.texts("part_keys"),
        results=table.texts("results"),
    )
    table.done()
    return everything


def _export(row: Row) -> ExportRow:
    sample = row.text("sample")
    if not row.tested:
        try:
            json.loads(sample)
        except ValueError as error:
            raise row.wrong("sample", f"not valid JSON: {error}") from None
    export = ExportRow(
        id=row.text("id"),
        system=row.text("system"),
        records=row.maybe_text("records"),
        text=row.texts("text"),
        also=row.texts("also"),
        command=row.maybe_text("command"),
        ended=row.maybe_text("ended"),
        time=row.maybe_text("time"),
        clock=row.maybe_text("clock"),
        number=row.maybe_text("number"),
        has=row.texts("has"),
        pairs=row.texts("pairs"),
        is_base64=row.flag("base64") or False,
        is_piecewise=row.flag("piecewise") or False,
        is_in_order=row.flag("in_order") or False,
        sample=sample,
        inside=row.text("inside"),
        source=row.text("source"),
    )
    row.done()
    return export


def _refusal(row: Row) -> Refusal:
    refusal = Refusal(
        id=row.text("id"),
        begins=row.text("begins").encode("latin-1"),
        what=row.text("what"),
        instead=row.text("instead"),
        source=row.text("source"),
    )
    row.done()
    return refusal
