"""The dataset: each table as a Parquet file, written whole, with the version of its schema in its metadata."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.audit.files import written
from pushlog.audit.moments import utc
from pushlog.audit.schema import TABLES, VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from pushlog.audit.store import Tables

MISSING = "no Parquet tables: they need pyarrow (pip install 'pushlog[audit]'); --tables jsonl or csv needs nothing"


def available() -> bool:
    """Return whether Parquet can be written."""
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


def write(tables: Tables, folder: Path) -> None:
    """Write `sources.parquet`, `pushes.parquet`, `layers.parquet` and `findings.parquet`. Raises StoppedError."""
    import pyarrow as pa
    from pyarrow import parquet

    types = {
        "string": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "moment": pa.timestamp("us"),  # in UTC
        "strings": pa.list_(pa.string()),
    }
    for name, columns in TABLES.items():
        values = tables.columns[name]
        fields = [pa.field(c.name, types[c.type], metadata={"meaning": c.meaning}) for c in columns]
        schema = pa.schema(fields, metadata={"pushlog.schema": VERSION})
        cells = (utc(values[c.name]) if c.type == "moment" else values[c.name] for c in columns)
        arrays = [pa.array(cell, type=types[c.type], from_pandas=True) for c, cell in zip(columns, cells, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=schema)
        written(folder / f"{name}.parquet", partial(parquet.write_table, table, compression="zstd"))
