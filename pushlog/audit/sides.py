"""The two sides of a comparison as the same tables: a log, a stored result, or the folder of an audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.audit.frames import Frames, frames
from pushlog.audit.rows import rows
from pushlog.audit.schema import TABLES
from pushlog.audit.store import RESULTS, Store
from pushlog.audit.tables import Tables
from pushlog.faults import InputError
from pushlog.intake.read import read
from pushlog.pipeline import analyze_raw
from pushlog.record_class import record
from pushlog.report.json import SCHEMA
from pushlog.report.stored import logs

if TYPE_CHECKING:
    from pushlog.model import Log


@record
class Side:
    """One side: its name and its tables."""

    name: str
    frames: Frames


def files(name: str) -> str:
    """Return what is read of a side of that name: the log, or the folder with an audit's results."""
    return str(Path(name) / RESULTS) if Path(name).is_dir() else name


def side(name: str) -> Side:
    """Return the side of that name. Raises InputError."""
    path = Path(name)
    if path.is_dir():
        if not (path / RESULTS).is_dir():
            raise InputError(f"{name}: is no folder of an audit: name a log, or what pushlog audit --out was given")
        return Side(name=name, frames=frames(Store(path, "").tables()))
    source = read(name)
    head = source.data[:200]
    if f'"schema": "{SCHEMA}"'.encode() in head:
        return _of(name, logs(source.data[:].decode("utf-8", "replace"), name))
    return _of(name, (analyze_raw(source),))


def _of(name: str, logs_of_side: tuple[Log, ...]) -> Side:
    tables = Tables()
    for log in logs_of_side:
        log_rows = rows(log, log.source.name, "", None)
        for table in TABLES:
            for row in log_rows[table]:
                tables.add(table, row)
    return Side(name=name, frames=frames(tables))
