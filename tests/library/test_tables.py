"""The library's DataFrames: a row for every event and every layer, what the log can't tell missing."""

import json
import re
import subprocess
import sys
from dataclasses import fields
from importlib.metadata import version

import pandas as pd
import pytest

import pushlog
from pushlog.report import html, markdown
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


FRAMES = (pushlog.events, pushlog.layers, pushlog.pushes, pushlog.findings, pushlog.timeline)
OTHER = "\n".join([HEADER, f"{A}: Preparing", "denied: requested access to the resource is denied"])


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: getattr(frame, "__name__", "timeline"))
def test_a_column_has_one_type_whatever_the_logs_hold(frame):
    types = [frame(data).dtypes.astype(str).to_dict() for data in (b"nothing", PIPED.encode(), OTHER.encode())]
    assert types[0] == types[1] == types[2]
    whole = pd.concat([frame(PIPED.encode()), frame(OTHER.encode()), frame(b"nothing")])
    assert whole.dtypes.astype(str).to_dict() == types[0]
    assert "object" not in set(types[0].values())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text(PIPED, "utf-8")
    (tmp_path / "two.txt").write_text(OTHER, "utf-8")
    (tmp_path / ".hidden").write_text(OTHER, "utf-8")
    return tmp_path


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: getattr(frame, "__name__", "timeline"))
def test_folders_patterns_and_lists_are_many_logs(frame, folder):
    one, two = str(folder / "a" / "one.txt"), str(folder / "two.txt")
    expected = pd.concat([frame(one), frame(two)], ignore_index=True)
    for source in (folder, f"{folder}/**/*.txt", [one, two], [folder / "a", two]):
        pd.testing.assert_frame_equal(frame(source), expected)


def test_a_list_is_several_logs_and_one_report(folder):
    logs = pushlog.analyze([folder, OTHER.encode()])
    assert [log.source.name for log in logs] == [str(folder / "a" / "one.txt"), str(folder / "two.txt"), "bytes"]
    assert repr(logs) == "<Logs: 3 logs with 3 pushes>"
    assert repr(logs[0]).endswith("one.txt': 1 push: succeeded>")
    assert len(logs[1:]) == 2
    assert logs.to_html().count("<!doctype html>") == 1


def test_a_folder_alone_says_how_to_name_it(folder):
    with pytest.raises(pushlog.InputError, match="put it in a list"):
        pushlog.analyze(folder)
    with pytest.raises(pushlog.InputError, match="no file fits"):
        pushlog.layers(f"{folder}/*.nothing")


def test_an_open_file_is_a_log(folder):
    with (folder / "two.txt").open("rb") as file:
        log = pushlog.analyze(file)
    assert log.source.name == str(folder / "two.txt")
    assert log.pushes == pushlog.analyze(folder / "two.txt").pushes


def test_a_log_draws_itself_and_is_read_back(tmp_path):
    log = pushlog.analyze(PIPED.encode())
    assert log.to_html() == html.render([log])
    assert log.to_markdown() == markdown.render([log])
    assert json.loads(log.to_json())["logs"] == [json.loads(json.dumps(log.to_dict()))]
    path = tmp_path / "result.json"
    path.write_text(log.to_json(), "utf-8")
    (again,) = pushlog.load(path)
    assert again == log
    assert pushlog.load(path).to_dict() == json.loads(log.to_json())


def test_a_notebook_shows_the_report_in_a_frame_that_runs_nothing():
    payload = "\"'><script>alert(1)</script>"
    shown = pushlog.analyze(f"{HEADER}\n{A}: Preparing\ndenied: {payload}".encode())._repr_html_()
    tags = re.findall(r"<[^>]*>", shown)
    assert [tag.split()[0] for tag in tags] == ["<iframe", "</iframe>"]
    assert "sandbox srcdoc" in tags[0]
    assert "allow-" not in tags[0]


def test_a_timeline_has_the_phases_of_every_attempt():
    table = pushlog.timeline(PIPED.encode())
    row = table[(table["layer"] == A) & (table["phase"] == "retrying")].iloc[0]
    assert (row["attempt"], row["seconds"], row["clock"]) == (1, 5, "inferred")
    assert (table["end"] - table["start"] == table["seconds"]).all()
    assert set(table["layer"]) <= {A, B}


def test_a_timeline_says_how_far_each_upload_got():
    lines = [HEADER, f"{A}: Preparing", f"{A}: Pushing  1MB/9MB", *countdown(A, 5), f"{A}: Pushing  4MB/9MB", "EOF"]
    data = "\n".join(lines).encode()
    uploads = pushlog.timeline(data).query("phase == 'uploading'").set_index("attempt")["bytes"]
    assert uploads.to_dict() == {1: 1_000_000, 2: 4_000_000}
    analyzed = pushlog.timeline(pushlog.analyze(data)).query("phase == 'uploading'").set_index("attempt")["bytes"]
    assert analyzed.dropna().to_dict() == {2: 4_000_000}


def test_what_was_analyzed_holds_no_events():
    with pytest.raises(pushlog.InputError, match="name its file"):
        pushlog.events(pushlog.analyze(PIPED.encode()))


def test_every_public_name_is_there_and_every_option_has_a_public_type():
    assert all(getattr(pushlog, name) is not None for name in pushlog.__all__)
    assert pushlog.__version__ == version("pushlog")
    names = " ".join(str(field.type) for field in fields(pushlog.Options))
    assert set(re.findall(r"[A-Z]\w+", names)) - {"None"} <= set(pushlog.__all__)


def test_the_frame_of_intervals_has_the_name_of_a_room():
    first = "import pushlog; assert len(pushlog.timeline(b'x')) == 0; assert len(pushlog.timeline(b'x')) == 0"
    later = "import pushlog; assert len(pushlog.timeline(pushlog.analyze(b'x'))) == 0; import pushlog.timeline.clock"
    for code in (first, later):
        subprocess.run([sys.executable, "-c", code], check=True)
