"""The library's DataFrames: a row for every event and every layer, what the log can't tell missing."""

import pandas as pd
import pytest

import pushlog
from tests import golden
from tests.logs import DONE, HEADER, A, B, countdown

PIPED = "\n".join(
    [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", *countdown(A, 5), f"{A}: Pushed", DONE]
)


def test_every_event_is_a_row_with_its_line_and_its_layer():
    table = pushlog.events(PIPED.encode())
    assert table["line"].tolist() == list(range(2, 11))
    assert table["layer"].tolist() == [A, B, B, *[A] * 6]
    assert table["kind"].tolist() == ["preparing", "preparing", "pushed", *["retrying"] * 5, "pushed"]
    assert table["wait"].dropna().tolist() == [5, 4, 3, 2, 1]
    assert table["attempt"].tolist() == [1] * 8 + [2]


def test_times_are_the_earliest_ones_and_say_so():
    table = pushlog.events(PIPED.encode())
    assert set(table["clock"]) == {"inferred"}
    assert table["at"].iloc[-1] == 5


def test_what_a_line_does_not_print_is_missing():
    table = pushlog.events(PIPED.encode())
    assert table[["current", "total"]].count().sum() == 0


def test_every_layer_is_a_row():
    rows = {row["id"]: row for row in pushlog.layers(PIPED.encode()).to_dict("records")}
    assert [rows[A][name] for name in ("state", "attempts", "retry_wait", "retrying")] == ["pushed", 2, 5, 5]
    assert [rows[B][name] for name in ("state", "first_line", "last_line")] == ["pushed", 3, 4]


def test_what_no_line_tells_of_a_layer_is_missing():
    assert pushlog.layers(PIPED.encode())[["bytes_total", "start", "end"]].count().sum() == 0


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_the_tables_agree_with_the_analysis(path):
    log = pushlog.analyze(path)
    layers, events = pushlog.layers(log), pushlog.events(path)
    assert layers["id"].tolist() == [layer.id for push in log.pushes for layer in push.layers]
    pd.testing.assert_frame_equal(layers, pushlog.layers(path))
    assert set(zip(events["push"], events["layer"], strict=True)) == set(zip(layers["push"], layers["id"], strict=True))
    assert set(events["clock"]) <= {push.clock.value for push in log.pushes}


def test_a_log_without_a_push_has_no_rows_but_all_columns():
    events, layers = pushlog.events(b"nothing"), pushlog.layers(b"nothing")
    assert (len(events), len(layers)) == (0, 0)
    assert events.columns.tolist() == pushlog.events(PIPED.encode()).columns.tolist()
    assert layers.columns.tolist() == pushlog.layers(PIPED.encode()).columns.tolist()
