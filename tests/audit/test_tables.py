"""The tables of an audit: what goes in comes out, by rank, and a row takes little memory."""

import random
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.audit import columns, dataset, reuse
from pushlog.audit import tables as tables_module
from pushlog.audit.columns import BLOCK, Words, cells
from pushlog.audit.frames import frames
from pushlog.audit.rows import rows
from pushlog.audit.schema import TABLES, Column
from pushlog.audit.tables import Tables
from tests.fleet import as_record, jobs

WORDS = st.text(max_size=5)
VALUES = {
    "string": WORDS,
    "moment": WORDS,
    "int": st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 200),
    "float": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "strings": st.lists(WORDS, max_size=3),
}
# A column of each kind that is kept in a way of its own.
COLUMNS = [Column(name, kind, "") for kind in VALUES for name in ("word", "tags" if kind == "strings" else "digest")]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.type}-{column.name}")
@pytest.mark.parametrize("is_long", [False, True])
@given(data=st.data())
def test_what_goes_in_comes_out(column, is_long, data):
    with pytest.MonkeyPatch.context() as patch:
        # Several blocks and pieces of a few cells.
        patch.setattr(columns, "BLOCK", 4)
        patch.setattr(columns, "BATCH", 3)
        values = data.draw(st.lists(st.none() | VALUES[column.type], max_size=13))
        order = np.array(data.draw(st.permutations(range(len(values)))), dtype=np.int64)
        made = cells(column, Words(), is_long=is_long)
        for value in values:
            made.append(value)
        expected = [values[place] for place in order]
        assert made.values(order) == expected
        series = made.series(order)
        told = [None if value is None else value for value in series.astype(object).where(series.notna(), None)]
        assert told == expected


def layer_row(log, position, layer, size):
    return [log, 0, position, layer, "pushed", None, size, size, "compressed", 1, 0.0, None, None, None]


def filled(size, seed=5):
    """Tables of logs as an audit of many has them: names, ids and digests that come once, all else again and again."""
    draw = random.Random(seed)
    tables = Tables()
    for rank in draw.sample(range(size), size):
        told = rows(as_record(next(iter(jobs(1)))), f"logs/{rank:06}.log", "", None)
        log = f"{rank:016x}"
        # Of each three layers one was pushed before.
        ids = [f"{draw.getrandbits(48):012x}", f"{rank % 7:012x}", f"{draw.getrandbits(48):012x}"]
        told["layers"] = [layer_row(log, *each, 100 * rank) for each in enumerate(ids)]
        for table, of_table in told.items():
            for row in of_table:
                tables.add(table, [log, *row[1:]], rank)
    return tables


def test_rows_come_by_rank():
    tables = filled(50)
    assert tables.values("sources", "log") == [f"{rank:016x}" for rank in range(50)]
    layers = tables.values("layers", "log")
    assert layers == sorted(layers)
    assert tables.values("layers", "position") == [0, 1, 2] * 50


def test_a_layer_takes_few_bytes():
    number = 5 * BLOCK
    draw = random.Random(1)
    tracemalloc.start()
    try:
        tables = Tables()
        for rank in range(number):
            layer = f"{draw.getrandbits(48):012x}"
            tables.add("layers", layer_row(f"{rank // 6:016x}", rank % 6, layer, draw.getrandbits(30)), rank)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    # As Python values, with a list for each column, they took 250.
    assert held / number < 120


def test_parquet_is_written_by_row_groups_and_reads_as_one_table(tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet", reason="NO PYARROW: the dataset goes untested")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    dataset.write(filled(60), whole)
    monkeypatch.setattr(tables_module, "BATCH", 7)
    dataset.write(filled(60), parts)
    for name in TABLES:
        assert parquet.read_table(whole / f"{name}.parquet").equals(parquet.read_table(parts / f"{name}.parquet"))
    assert parquet.ParquetFile(parts / "layers.parquet").num_row_groups > 1


def test_an_empty_dataset_has_its_columns(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="NO PYARROW: the dataset goes untested")
    dataset.write(Tables(), tmp_path)
    for name, table in TABLES.items():
        assert parquet.read_table(tmp_path / f"{name}.parquet").column_names == [column.name for column in table]
    assert [len(frame) for frame in vars_of(frames(Tables()))] == [0, 0, 0, 0]


def vars_of(made):
    return [made.sources, made.pushes, made.layers, made.findings]


def test_bytes_uploaded_again_are_the_same_in_shares(monkeypatch):
    made = frames(filled(40))
    made.pushes["repository"] = [f"team/{place % 3}" for place in range(40)]
    told = reuse.reuploads(made)
    uploads = Counter((f"team/{rank % 3}", rank % 7) for rank in range(40))
    assert {each.repository: each.uploads for each in told} == {
        name: sum(times - 1 for (at, _), times in uploads.items() if at == name) for name in made.pushes["repository"]
    }
    monkeypatch.setattr(reuse, "_SHARE", 5)
    assert reuse.reuploads(made) == told
