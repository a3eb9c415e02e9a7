"""An audit from end to end: what it writes, what it reads only once, how it ends, and what survives its own end."""

import errno
import gzip
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from pushlog import cli
from pushlog.audit import parts, run, worker
from pushlog.audit.files import StoppedError, locked
from pushlog.audit.inputs import discover
from pushlog.audit.run import Plan, audit
from pushlog.audit.schema import TABLES, VERSION
from pushlog.audit.store import Store
from pushlog.audit.units import Unit
from pushlog.faults import OutputError
from tests.intake.test_archives import tarred, zipped
from tests.many import write
from tests.paths import SAMPLES

FAILED = SAMPLES / "push-log.txt"
PUSHED = SAMPLES / "success-fresh-graphdriver-json.txt"
OUTPUTS = {"audit.css", "audit.js", "audit.json", "audit.md", "index.html", "push", "results"}


@pytest.fixture(autouse=True)
def threads(monkeypatch):
    """A thread does the work here: what processes add has tests of its own."""
    monkeypatch.setattr(run, "processes", ThreadPoolExecutor)


@pytest.fixture
def logs(tmp_path):
    """A folder with one log that failed, one that succeeded, and one without a push."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a-failed.log").write_bytes(FAILED.read_bytes())
    (folder / "b-pushed.log").write_bytes(PUSHED.read_bytes())
    (folder / "c-other.log").write_text("make: nothing to be done\n", "utf-8")
    return folder


def tree(folder):
    """Every file of a folder with its content."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def told(out):
    return json.loads((out / "audit.json").read_text("utf-8"))


def test_an_audit_writes_an_index_pages_summaries_and_the_dataset(logs, tmp_path):
    out = tmp_path / "out"
    done = audit([str(logs)], Plan(out=out))
    assert (done.read, done.kept) == (3, 0)
    assert {path.name for path in out.iterdir()} >= OUTPUTS
    totals = told(out)["totals"]
    assert (totals["logs"], totals["pushes"], totals["failed"], totals["without_push"]) == (3, 2, 1, 1)
    assert len(list((out / "push").glob("*.html"))) == 1
    assert list(out.rglob("*.tmp")) == []


@pytest.mark.parametrize("order", [1, -1])
def test_of_copies_the_first_by_name_is_told_whichever_was_read_first(logs, tmp_path, order):
    (logs / "0-copy.log").write_bytes(FAILED.read_bytes())
    inputs, _ = discover([str(logs)], tmp_path)
    store = Store(tmp_path / "out", "")
    (tmp_path / "out").mkdir()
    store.begin()
    for source in inputs[::order]:
        store.add(worker.work(Unit(inputs=(source,)), worker.Settings()))
    store.reload()
    tables = store.tables()
    names = [Path(str(name)).name for name in tables.values("sources", "input")]
    assert dict(zip(names, tables.values("sources", "status"), strict=True)) == {
        "0-copy.log": "read",
        "a-failed.log": "duplicate",
        "b-pushed.log": "read",
        "c-other.log": "no-push",
    }
    (page,) = (tmp_path / "out" / "push").glob("*.html")
    assert "0-copy" in page.read_text("utf-8")
    assert "a-failed" not in page.read_text("utf-8")


def large_unit(tmp_path, monkeypatch):
    """Store the results of one archive of five logs in parts of their own; return the archive."""
    monkeypatch.setattr(parts, "_CLOSED", 100)
    name = tmp_path / "logs.zip"
    with zipfile.ZipFile(name, "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.log", FAILED.read_text("utf-8") + f"run {number}\n")
    inputs, _ = discover([str(name)], tmp_path)
    store = Store(tmp_path / "out", "")
    (tmp_path / "out").mkdir()
    store.begin()
    store.add(worker.work(Unit(inputs=tuple(inputs)), worker.Settings()))
    return inputs


def test_a_unit_with_more_results_than_a_part_takes_loses_none(tmp_path, monkeypatch):
    inputs = large_unit(tmp_path, monkeypatch)
    written = sorted(path.name for path in (tmp_path / "out" / "results").iterdir())
    assert written == [f"000001-00001-{number}-of-5.jsonl.gz" for number in range(1, 6)]
    store = Store(tmp_path / "out", "")
    assert store.new_inputs(inputs) == []
    assert store.tables().values("pushes", "member") == [f"{number}.log" for number in range(5)]


def test_a_unit_of_which_a_part_is_missing_is_read_again(tmp_path, monkeypatch):
    inputs = large_unit(tmp_path, monkeypatch)
    (tmp_path / "out" / "results" / "000001-00001-4-of-5.jsonl.gz").unlink()
    store = Store(tmp_path / "out", "")
    assert store.new_inputs(inputs) == inputs
    store.add(worker.work(Unit(inputs=tuple(inputs)), worker.Settings()))
    store.reload()
    assert store.tables().values("pushes", "member") == [f"{number}.log" for number in range(5)]


def test_the_dataset_has_its_documented_columns_and_says_its_version(logs, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="NO PYARROW: the dataset goes untested")
    out = tmp_path / "out"
    audit([str(logs)], Plan(out=out))
    for name, columns in TABLES.items():
        schema = parquet.read_schema(out / f"{name}.parquet")
        assert schema.names == [column.name for column in columns]
        assert schema.metadata[b"pushlog.schema"] == VERSION.encode()
        assert [field.metadata[b"meaning"].decode() for field in schema] == [column.meaning for column in columns]
    pushes = parquet.read_table(out / "pushes.parquet").to_pylist()
    assert [push["outcome"] for push in pushes] == ["failed", "succeeded"]
    assert (out / pushes[0]["page"]).is_file()
    import pandas as pd

    assert len(pd.read_parquet(out / "layers.parquet")) == sum(push["layers_total"] for push in pushes)


def test_the_same_logs_give_the_same_bytes_however_they_are_spread(logs, tmp_path, monkeypatch):
    write(logs, 6, [FAILED.read_bytes(), PUSHED.read_bytes()])
    audit([str(logs)], Plan(out=tmp_path / "one", jobs=1))
    monkeypatch.setattr("pushlog.audit.units.INPUTS", 2)
    audit([str(logs)], Plan(out=tmp_path / "three", jobs=3))
    drawn = [{k: v for k, v in tree(tmp_path / out).items() if not k.startswith("results")} for out in ("one", "three")]
    assert drawn[0] == drawn[1]


def test_a_second_audit_reads_only_what_is_new(logs, tmp_path):
    out = tmp_path / "out"
    audit([str(logs)], Plan(out=out))
    before = tree(out)
    again = audit([str(logs)], Plan(out=out))
    assert (again.read, again.kept) == (0, 3)
    assert tree(out) == before
    (logs / "d-new.log").write_bytes(FAILED.read_bytes() + b"\n")
    assert (audit([str(logs)], Plan(out=out)).read, told(out)["totals"]["pushes"]) == (1, 3)


def test_a_touched_or_moved_log_is_hashed_and_not_analysed_again(logs, tmp_path, monkeypatch):
    out = tmp_path / "out"
    audit([str(logs)], Plan(out=out))
    os.utime(logs / "a-failed.log", (1, 1))
    (logs / "b-pushed.log").rename(logs / "z-moved.log")
    monkeypatch.setattr(worker, "analyze_raw", None)
    assert audit([str(logs)], Plan(out=out)).read == 2
    assert told(out)["totals"]["pushes"] == 2


def test_a_log_that_grew_replaces_what_was_read_of_it(logs, tmp_path):
    out = tmp_path / "out"
    path = logs / "a-failed.log"
    path.write_bytes(FAILED.read_bytes()[:300])
    audit([str(logs)], Plan(out=out))
    assert told(out)["totals"]["incomplete"] == 1
    path.write_bytes(FAILED.read_bytes())
    audit([str(logs)], Plan(out=out))
    assert (told(out)["totals"]["incomplete"], told(out)["totals"]["failed"]) == (0, 1)
    assert len(list((out / "push").glob("*.html"))) == 1


def test_the_same_log_under_two_names_counts_once(logs, tmp_path):
    (logs / "copy.log").write_bytes(FAILED.read_bytes())
    audit([str(logs)], Plan(out=tmp_path / "out"))
    totals = told(tmp_path / "out")["totals"]
    assert (totals["pushes"], totals["duplicates"]) == (2, 1)


def test_logs_in_archives_are_counted_like_others(tmp_path):
    (tmp_path / "a.zip").write_bytes(
        zipped({"x/1.log": FAILED.read_bytes(), "b.tgz": tarred({"2": PUSHED.read_bytes()})})
    )
    out = tmp_path / "out"
    audit([str(tmp_path / "a.zip")], Plan(out=out))
    assert told(out)["totals"]["pushes"] == 2
    assert audit([str(tmp_path / "a.zip")], Plan(out=out)).read == 0


def test_what_was_read_before_stays_when_its_logs_are_gone(logs, tmp_path):
    out = tmp_path / "out"
    audit([str(logs)], Plan(out=out))
    (logs / "a-failed.log").unlink()
    audit([str(logs)], Plan(out=out))
    assert told(out)["totals"]["failed"] == 1


def test_other_rules_read_everything_again(logs, tmp_path):
    out, rules = tmp_path / "out", tmp_path / "rules.toml"
    rules.write_text("", "utf-8")
    audit([str(logs)], Plan(out=out))
    assert audit([str(logs)], Plan(out=out, rules=(str(rules),))).read == 3
    assert told(out)["totals"]["pushes"] == 2


def test_an_audit_that_ran_out_of_disk_goes_on_where_it_was(logs, tmp_path, monkeypatch):
    out, synced = tmp_path / "out", []

    def full(_):
        synced.append(1)
        # The stylesheet and the first part still find room.
        if len(synced) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pushlog.audit.run.processes", ThreadPoolExecutor)
        patched.setattr("pushlog.audit.units.INPUTS", 1)
        patched.setattr("pushlog.files.os.fsync", full)
        with pytest.raises(StoppedError, match="no space left on device; what is finished is kept: run again"):
            audit([str(logs)], Plan(out=out, jobs=1))
    assert {path.name for path in out.iterdir()} == {".lock", "push", "results"}
    assert list(out.rglob("*.tmp")) == []
    done = audit([str(logs)], Plan(out=out))
    assert (done.read, done.kept) == (2, 1)
    assert told(out)["totals"]["pushes"] == 2


def test_a_damaged_part_is_read_again(logs, tmp_path):
    out = tmp_path / "out"
    audit([str(logs)], Plan(out=out))
    (part,) = (out / "results").iterdir()
    part.write_bytes(part.read_bytes()[:-30])
    assert audit([str(logs)], Plan(out=out)).read == 3
    assert told(out)["totals"]["pushes"] == 2


def test_a_second_audit_at_the_same_time_is_refused(logs, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with locked(out), pytest.raises(OutputError, match="another audit is writing there"):
        audit([str(logs)], Plan(out=out))


def test_a_folder_with_somebody_elses_index_is_left_alone(logs, tmp_path):
    (tmp_path / "index.html").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match=r"index\.html that no audit wrote"):
        audit([str(logs)], Plan(out=tmp_path))
    assert [path.name for path in tmp_path.iterdir() if path.name != "logs"] == ["index.html"]


def test_without_pyarrow_everything_else_is_written(logs, tmp_path, monkeypatch):
    monkeypatch.setattr("pushlog.audit.dataset.available", lambda: False)
    audit([str(logs)], Plan(out=tmp_path / "out"))
    assert {path.name for path in (tmp_path / "out").iterdir()} == OUTPUTS | {".lock"}


@pytest.fixture
def called(monkeypatch, capfd, tmp_path):
    """Call `pushlog audit` with these arguments: its exit status, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["pushlog", "audit", "--out", str(tmp_path / "out"), *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return ended.value.code, out, err

    return call


def test_the_result_is_told_in_a_few_lines(called, logs, tmp_path):
    status, out, err = called(logs)
    assert (status, err) == (0, "")
    assert out.startswith("1 of 2 pushes did not succeed (50 %)\n")
    assert out.endswith(f"{tmp_path}/out/index.html\n")


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--fail-on", "failed"], 1, "--fail-on failed: 1 push did not succeed"),
        (["--max-failure-rate", "49"], 1, "50.0 % of the pushes did not succeed"),
        (["--max-failure-rate", "50"], 0, ""),
        (["--max-retry-seconds", "49"], 1, "--max-retry-seconds 49: retries took 50 s"),
        (["--max-retry-seconds", "50"], 0, ""),
    ],
)
def test_gates_decide_the_exit_status(called, logs, options, status, said):
    ended, _, err = called(logs, *options)
    assert ended == status
    assert said in err


def test_without_pyarrow_that_is_said_before_anything_is_read(called, logs, monkeypatch):
    monkeypatch.setattr("pushlog.audit.dataset.available", lambda: False)

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pushlog.audit.run.audit", stopped)
    status, _, err = called(logs)
    assert status == 130
    assert "pip install 'pushlog[audit]'" in err.splitlines()[0]
    assert "pyarrow" not in called(logs, "--tables", "jsonl")[2]


def test_options_of_analyze_hold_for_every_log(called, tmp_path):
    log = tmp_path / "a.log"
    lines = FAILED.read_text("utf-8").replace("\r", "\n").splitlines()
    log.write_text("".join(f"2026-10-01 12:00:{n % 60:02} {line}\n" for n, line in enumerate(lines[:40])), "utf-8")
    called(log, "--tables", "jsonl")
    assert told(tmp_path / "out")["totals"]["first"] == "2026-10-01T12:00:00Z"
    called(log, "--tables", "jsonl", "--timezone", "+02:00")
    assert told(tmp_path / "out")["totals"]["first"] == "2026-10-01T10:00:00Z"
    called(log, "--since", "2026-10-02", "--tables", "jsonl")
    assert told(tmp_path / "out")["totals"]["pushes"] == 0
    assert (tmp_path / "out" / "pushes.jsonl").read_text("utf-8").count("\n") == 1, "the tables keep what is older"
    assert list((tmp_path / "out" / "push").glob("*.html")), "and its page"


def test_a_name_that_stands_for_nothing_leaves_no_folder(called, tmp_path):
    status, _, err = called(tmp_path / "nosuch")
    assert status == 2
    assert "nosuch" in err
    assert not (tmp_path / "out").exists()


def test_no_push_at_all_ends_with_3(called, logs):
    assert called(logs / "c-other.log")[0] == 3


def test_what_could_not_be_read_ends_with_4_and_a_gate_that_was_met_with_1(called, logs, tmp_path):
    (tmp_path / "logs" / "torn.log.gz").write_bytes(b"\x1f\x8b\x08\0torn")
    status, out, _ = called(logs)
    assert status == 4
    assert "torn.log.gz: the compressed data" in out
    assert called(logs, "--fail-on", "failed")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.log"], "gone.log: can't be read: no such file"),
        (["--scheduler", "tcp://127.0.0.1:1", str(FAILED)], "no scheduler answers"),
        (["--jobs", "-1", str(FAILED)], "--jobs"),
        ([], "PATH"),
    ],
)
def test_a_wrong_call_ends_with_2_and_one_line(called, arguments, said, monkeypatch):
    monkeypatch.setattr("pushlog.audit.executors.CONNECT", 0.5)
    status, out, err = called(*arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_names_of_files_and_members_reach_no_terminal_as_they_are(called, tmp_path):
    (tmp_path / "evil.zip").write_bytes(zipped({"\x1b]0;X\x07\x1b[2J\u202e.gz": b"\x1f\x8b\x08\0"}))
    _, out, err = called(tmp_path / "evil.zip")
    assert not set("\x1b\x07\u202e") & set(out + err)
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert not set("\x1b\x07\u202e") & set(page)


def test_no_secret_in_the_name_of_a_file_or_a_member_reaches_an_output(called, tmp_path):
    tokens = [f"ghp_{letter * 36}" for letter in "abc"]
    signature = "0f" * 32
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"job-{tokens[0]}.log").write_bytes(FAILED.read_bytes())
    (tmp_path / "in" / f"job-{tokens[1]}.log").write_bytes(FAILED.read_bytes() + b"\n")
    members = {f"{tokens[2]}/1": PUSHED.read_bytes(), f"x?X-Amz-Signature={signature}": b"no push\n"}
    (tmp_path / "in" / "a.zip").write_bytes(zipped(members))
    _, out, err = called(tmp_path / "in")
    written = out.encode() + err.encode()
    for path, data in tree(tmp_path / "out").items():
        written += path.encode() + (gzip.decompress(data) if path.endswith(".gz") else data)
        if path.endswith(".parquet"):
            # Written only where pyarrow is there.
            written += pd.read_parquet(tmp_path / "out" / path).to_csv().encode()
    assert b"REDACTED-github-token" in written
    assert not [secret for secret in (*tokens, signature) if secret.encode() in written]


def test_logs_whose_names_differ_by_a_secret_alone_are_all_read_and_kept(tmp_path):
    (tmp_path / "in").mkdir()
    for letter in "ab":
        (tmp_path / "in" / f"ghp_{letter * 36}.log").write_bytes(FAILED.read_bytes() + letter.encode())
    out = tmp_path / "out"
    assert audit([str(tmp_path / "in")], Plan(out=out)).read == 2
    assert told(out)["totals"]["logs"] == 2
    assert audit([str(tmp_path / "in")], Plan(out=out)).read == 0


def test_help_needs_no_heavy_library():
    code = "import sys\nfrom pushlog.cli import main\nsys.argv = ['pushlog', 'audit', '--help']\n"
    check = "assert not {'pandas', 'numpy', 'pyarrow', 'jinja2'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}try:\n main()\nexcept SystemExit: pass\n{check}"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "--scheduler" in done.stdout


def test_a_real_run_in_processes_of_its_own(logs, tmp_path):
    command = [sys.executable, "-c", "from pushlog.cli import main; main()", "audit", str(logs), "-j", "2"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (Path(tmp_path) / "pushlog-audit" / "index.html").is_file()


def test_the_questions_of_the_readme_are_answered_by_duckdb(root, logs, tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason="NO DUCKDB: the README's questions go unasked")
    pytest.importorskip("pyarrow", reason="NO PYARROW: the dataset goes untested")
    write(logs, 6, [FAILED.read_bytes(), PUSHED.read_bytes()])
    audit([str(logs)], Plan(out=tmp_path / "audit"))
    monkeypatch.chdir(tmp_path)
    block = (root / "pushlog" / "manual" / "topics" / "audit.txt").read_text("utf-8").partition("DuckDB:\n")[2]
    questions = [text for text in block.split(";") if text.strip()]
    assert len(questions) == 3
    answers = [duckdb.sql(text).fetchall() for text in questions]
    assert ("size-limit", False) in [row[:2] for row in answers[0]]
    assert all(row[2] > 1 for row in answers[1])
    assert sum(row[2] for row in answers[2]) == told(tmp_path / "audit")["totals"]["dated"]
