"""What a worker hands back: rows and pages of each log, and a reason for each that could not be read."""

import gzip
import json
import os
import re
import threading
from dataclasses import replace

import pytest

from pushlog.audit import worker
from pushlog.audit.inputs import Input, Missing, discover
from pushlog.audit.schema import TABLES
from pushlog.audit.units import Unit
from pushlog.audit.worker import Settings, work
from pushlog.faults import InputError
from pushlog.intake.deadline import TimeUpError, deadline
from pushlog.intake.limits import ArchiveLimits
from pushlog.pipeline import analyze_raw
from tests.intake.test_archives import tarred, zipped
from tests.paths import SAMPLES

FAILED = SAMPLES / "push-log.txt"
PUSHED = SAMPLES / "success-fresh-graphdriver-json.txt"


def read(*paths, known=(), **settings):
    """The lines of these files, head and rows apart, and the pages."""
    inputs = tuple(Input(name=str(path), size=None, stamp="1") for path in paths)
    result = work(Unit(inputs=inputs, known_hashes=tuple(known)), Settings(**settings))
    lines = [[json.loads(part) if part else None for part in text.split("\t")] for text in result.lines]
    return lines, result.pages


def status(line):
    row = dict(zip([column.name for column in TABLES["sources"]], line[1]["sources"][0], strict=True))
    return row["status"], row["reason"]


def test_the_rows_of_every_table_have_its_columns():
    lines, _ = read(FAILED, PUSHED)
    for _, rows in lines:
        assert set(rows) == set(TABLES)
        assert all(len(row) == len(TABLES[name]) for name in TABLES for row in rows[name])
        assert all(rows[name] for name in TABLES)


def test_a_push_that_failed_has_a_page_and_one_that_succeeded_has_none():
    lines, pages = read(FAILED, PUSHED)
    (name,) = pages
    assert name in lines[0][1]["pushes"][0]
    assert "8fca24a28722" in pages[name]
    assert 'href="report.css"' in pages[name]
    page = [column.name for column in TABLES["pushes"]].index("page")
    assert lines[1][1]["pushes"][0][page] is None


def test_a_log_whose_results_are_known_is_hashed_and_not_analysed():
    ((head, rows),), _ = read(FAILED)
    ((again, none),), pages = read(FAILED, known=[head[-1]])
    assert rows is not None
    assert (again, none, pages) == (head, None, {})


def test_the_members_of_an_archive_are_logs_of_their_own(tmp_path):
    path = tmp_path / "logs.zip"
    path.write_bytes(zipped({"a/push.log": FAILED.read_bytes(), "b.tgz": tarred({"c": b"x"}, "w:gz"), "d": b""}))
    lines, _ = read(path)
    assert [head[3] for head, _ in lines] == ["a/push.log", "b.tgz/c", "d"]
    assert [status(line)[0] for line in lines] == ["read", "no-push", "no-push"]


def test_what_can_not_be_opened_says_why_and_is_tried_again_next_time(tmp_path):
    (line,), _ = read(tmp_path / "gone.log")
    assert status(line) == ("unreadable", "can't be read: no such file or directory")
    assert line[0][2] is None


def test_of_a_cut_archive_the_readable_part_is_judged_and_called_partial(tmp_path):
    path = tmp_path / "push.log.gz"
    # Stored, not compressed: then a cut at the end costs a few bytes of the text.
    path.write_bytes(gzip.compress(FAILED.read_bytes(), 0)[:-20])
    (line,), pages = read(path)
    assert status(line)[0] == "partial"
    assert len(pages) == 1


def test_a_log_of_which_the_analysis_left_something_out_is_called_partial(monkeypatch):
    def over(raw, options):
        log = analyze_raw(raw, options)
        note = "the log holds 1,001 pushes: only the first 1,000 were analyzed"
        return replace(log, source=replace(log.source, incomplete=True, notes=(note,)))

    monkeypatch.setattr(worker, "analyze_raw", over)
    (line,), _ = read(FAILED)
    assert status(line) == ("partial", "the log holds 1,001 pushes: only the first 1,000 were analyzed")


def test_a_log_above_the_limit_is_a_row_with_the_reason(tmp_path):
    path = tmp_path / "big.log"
    path.write_bytes(b"x" * 2_000_000)
    (line,), _ = read(path, limits=ArchiveLimits(log_bytes=1 << 20))
    assert status(line) == ("unreadable", "the log is larger than 1 MiB")


def test_a_log_that_takes_too_long_is_a_row_and_the_next_one_is_read(monkeypatch):
    def slow(raw, options):
        if raw.name == str(FAILED):
            re.match(r"(a+)+$", "a" * 60 + "b")
        return analyze_raw(raw, options)

    monkeypatch.setattr(worker, "analyze_raw", slow)
    lines, _ = read(FAILED, PUSHED, seconds=0.3)
    assert status(lines[0]) == ("unreadable", "took more than 0.3 s of processor time")
    assert status(lines[1])[0] == "read"


def test_a_fault_of_the_analysis_costs_one_log_and_is_told(monkeypatch):
    def broken(raw, options):
        if raw.name == str(FAILED):
            raise KeyError("oops")
        return analyze_raw(raw, options)

    monkeypatch.setattr(worker, "analyze_raw", broken)
    lines, _ = read(FAILED, PUSHED)
    assert status(lines[0]) == ("unreadable", "the analysis failed: KeyError: 'oops'")
    assert status(lines[1])[0] == "read"


def test_the_time_limit_works_in_threads_too():
    # A cluster's worker runs its tasks in threads, where no signal arrives.
    ended = []

    def spin():
        try:
            with deadline(0.1):
                while True:
                    pass
        except TimeUpError:
            ended.append(True)

    thread = threading.Thread(target=spin)
    thread.start()
    thread.join(20)
    assert ended == [True]


def names(found):
    return [os.path.basename(one.name) for one in found]  # noqa: PTH119 - names, not paths


def test_folders_patterns_and_lists_are_found_in_order_and_each_file_once(tmp_path):
    for name in ("b/2.log", "a/1.log", "a/out/index.html", "3.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    out = tmp_path / "a" / "out"
    found, missing = discover([str(tmp_path), f"{tmp_path}/**/*.log"], out)
    assert (names(found), missing) == (["3.txt", "1.log", "2.log"], [])
    assert names(discover([f"{tmp_path}/*"], out)[0]) == ["3.txt", "1.log", "2.log"]


def test_a_list_on_standard_input_may_name_what_is_gone(tmp_path, monkeypatch):
    import io
    import types

    (tmp_path / "1.log").write_text("x", "utf-8")
    listed = f"{tmp_path}/1.log\n\n{tmp_path}/gone.log\n"
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO(listed.encode())))
    found, missing = discover(["-"], tmp_path / "out")
    assert names(found) == ["1.log"]
    assert missing == [Missing(name=f"{tmp_path}/gone.log", reason="can't be read: no such file")]


def test_what_is_no_file_is_said(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    found, missing = discover([str(tmp_path)], tmp_path / "out")
    assert found == []
    assert [one.reason for one in missing] == ["too many levels of symbolic links", "not a regular file"]


@pytest.mark.parametrize(
    ("name", "said"), [("gone.log", "no such file"), ("*.nope", "matches no file"), ("gone/", "no such file")]
)
def test_a_name_that_stands_for_nothing_is_a_wrong_call(tmp_path, name, said):
    with pytest.raises(InputError, match=said):
        discover([f"{tmp_path}/{name}"], tmp_path / "out")
