"""The dataset: each table as a Parquet file, written whole, with the version of its schema in its metadata."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.audit.files import written
from pushlog.audit.moments import utc
from pushlog.audit.schema import TABLES, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any, BinaryIO

    import pyarrow as pa

    from pushlog.audit.schema import Column
    from pushlog.audit.tables import Tables

# Batches of rows in a row group.
_GROUP = 10
MISSING = "no Parquet tables: they need pyarrow (pip install 'pushlog[audit]'); --tables jsonl or csv needs nothing"


def available() -> bool:
    """Return whether Parquet can be written."""
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


def write(tables: Tables, folder: Path) -> None:
    """Write `sources.parquet`, `pushes.parquet`, `layers.parquet` and `findings.parquet`. Raises StoppedError."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "moment": pa.timestamp("us"),  # in UTC
        "strings": pa.list_(pa.string()),
    }
    for name, columns in TABLES.items():
        fields = [pa.field(c.name, types[c.type], metadata={"meaning": c.meaning}) for c in columns]
        schema = pa.schema(fields, metadata={"pushlog.schema": VERSION})
        written(folder / f"{name}.parquet", partial(_write, tables, name, schema))


def _write(tables: Tables, name: str, schema: pa.Schema, file: BinaryIO) -> None:
    """Write a table, a row group at a time."""
    import pyarrow as pa
    from pyarrow import parquet

    batches = (_batch(values, TABLES[name], schema) for values in tables.batches(name))
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(batches, _GROUP)):
            writer.write_table(pa.Table.from_batches(group))


def _batch(values: list[list[Any]], columns: Sequence[Column], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    cells = [utc(of) if column.type == "moment" else of for column, of in zip(columns, values, strict=True)]
    arrays = [pa.array(of, type=of_type, from_pandas=True) for of, of_type in zip(cells, schema.types, strict=True)]
    return pa.record_batch(arrays, schema=schema)
