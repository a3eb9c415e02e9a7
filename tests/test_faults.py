"""What goes wrong outside: each process ends with a clear word and its status, and leaves nothing half-written."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pushlog.faults import InputError, OutputError
from pushlog.intake import read as reading
from pushlog.outputs import write_bytes
from pushlog.pipeline import analyze, analyze_raw
from tests.fuzz import kill
from tests.fuzz.spoil import claims, spoilt
from tests.logs import DONE, HEADER, A, exhausted
from tests.paths import SAMPLES

FAILED = str(SAMPLES / "push-log.txt")
CODE = "from pushlog.__main__ import main; main()"
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", CODE, *map(str, arguments)]


def ran(*arguments: object, **options):
    done = subprocess.run(command(*arguments), capture_output=True, check=False, text=True, timeout=60, **options)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command("analyze", FAILED), stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 2
    assert done.stderr == "pushlog: standard output: can't be written: no space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_a_file_is_one_line_and_a_device_stays_one() -> None:
    done = ran("analyze", FAILED, "-f", "json=/dev/full")
    assert done.returncode == 2
    assert done.stderr == "pushlog: /dev/full: can't be written: no space left on device\n"
    assert Path("/dev/full").is_char_device()


def test_a_file_that_can_not_be_written_whole_is_not_touched(monkeypatch, tmp_path) -> None:
    path = tmp_path / "r.json"
    path.write_text("old", "utf-8")

    def fails(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OutputError, match="no space left"):
        write_bytes(str(path), b"new")
    assert [(p.name, p.read_text("utf-8")) for p in tmp_path.iterdir()] == [("r.json", "old")]


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_read_only_folder_is_one_line(tmp_path) -> None:
    tmp_path.chmod(0o555)
    done = ran("analyze", FAILED, "-f", f"json={tmp_path}/r.json", "-f", f"html={tmp_path}/r/")
    assert (done.returncode, done.stdout) == (2, "")
    assert "permission denied" in done.stderr


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_an_unreadable_file_is_one_line(tmp_path) -> None:
    path = tmp_path / "x.log"
    path.write_text("denied: no\n", "utf-8")
    path.chmod(0)
    done = ran("analyze", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"pushlog: {path}: can't be read: permission denied\n"


@pytest.mark.parametrize("name", ["r.json"])
def test_a_folder_in_the_way_of_a_file_is_one_line(tmp_path, name) -> None:
    (tmp_path / name).mkdir()
    done = ran("analyze", FAILED, "-f", f"{name.rpartition('.')[2]}={tmp_path / name}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is a folder: name a file in it" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_closed_pipe_is_quiet_for_every_command(tmp_path) -> None:
    result = tmp_path / "r.json"
    ran("analyze", FAILED, "-f", f"json={result}")
    for arguments in (["report", result], ["redact", FAILED]):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(command(*arguments), stdout=writer, stderr=subprocess.PIPE, check=False, text=True)
        os.close(writer)
        assert "Traceback" not in done.stderr, arguments
        assert "pushlog:" not in done.stderr, arguments
        assert "Exception" not in done.stderr, arguments


def begun(*arguments: object) -> subprocess.Popen[str]:
    """A process whose main function was just called: what comes before is Python's own."""
    code = "import sys; from pushlog.__main__ import main; sys.stderr.write('here'); sys.stderr.flush(); main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert process.stderr.read(4) == "here"
    return process


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or sys.platform == "win32", reason="no such signals here")
@pytest.mark.parametrize("wait", [0.05, 0.15, 0.3, 0.6, 0.9])
def test_ctrl_c_at_any_moment_ends_with_130_and_leaves_nothing(tmp_path, wait) -> None:
    log = tmp_path / "x.log"
    log.write_text("\n".join([HEADER, f"{A}: Preparing", *exhausted(A) * 2000, DONE]), "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    process = begun("analyze", *[log] * 8, "-f", f"json={out}/r.json")
    time.sleep(wait)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    # Measured: 0.1 s; the rest is for a busy machine.
    assert time.monotonic() - began < 5
    assert said == ""
    assert process.returncode in (0, 130, 3)
    assert [p.name for p in out.iterdir()] in ([], ["r.json"])
    assert process.returncode or list(out.iterdir())
    # The moment can also lie between the file's last byte and the end.
    assert all(json.loads(path.read_text("utf-8"))["logs"] for path in out.iterdir())


def test_ctrl_c_in_a_callback_that_can_raise_nothing_is_heard() -> None:
    """Python prints and forgets what a callback of a weak reference raises: the import of each module runs one."""
    code = """
import sys, time, types, weakref
import pushlog.__main__ as program

class Thing:
    pass

def interrupted(*_):
    raise KeyboardInterrupt

def run():
    thing = Thing()
    kept = weakref.ref(thing, interrupted)
    del thing
    time.sleep(30)

sys.modules["pushlog.cli"] = types.SimpleNamespace(main=run)
program.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_ctrl_c_while_a_class_names_its_attributes_is_quiet() -> None:
    code = """
import sys, types
import pushlog.__main__ as program

class Attribute:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt

def run():
    type("Thing", (), {"attribute": Attribute()})

sys.modules["pushlog.cli"] = types.SimpleNamespace(main=run)
program.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals here")
@pytest.mark.parametrize("wait", [0.2, 0.5, 0.8, 1.1])
def test_ctrl_c_ends_an_audit_and_its_workers_without_a_traceback(tmp_path, wait) -> None:
    process = begun("audit", SAMPLES, "--out", tmp_path / "out", "--jobs", 2)
    time.sleep(wait)
    # As a terminal does: to the workers, too.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert said in ("", "pushlog: stopped; what is finished is kept: run again to go on\n")
    assert process.returncode in (0, 130)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals here")
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path) -> None:
    assert list(kill.analyses(tmp_path, 4, random.Random(1))) == []


def test_a_file_that_grows_while_it_is_read_is_read_as_it_was(monkeypatch, tmp_path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(reading, "_size", lambda file: _grown(path, os.fstat(file.fileno()).st_size))
    given = reading.read(str(path))
    assert (given.size, given.incomplete) == (100, False)


def _grown(path: Path, before: int) -> int:
    """The size before somebody wrote on."""
    with path.open("ab") as file:
        file.write(b"y" * 1000)
    return before


def test_a_file_that_shrinks_is_read_as_far_as_it_goes(monkeypatch, tmp_path) -> None:
    path = tmp_path / "x.log"
    path.write_text("\n".join([HEADER, f"{A}: Preparing"]), "utf-8")
    monkeypatch.setattr(reading, "_size", lambda _: 10_000)
    assert analyze(path).pushes[0].outcome == "incomplete"


def test_a_file_that_vanishes_is_one_line(tmp_path) -> None:
    with pytest.raises(InputError, match="no such file"):
        analyze(tmp_path / "gone.log")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings_tell_the_same(encoding: str) -> None:
    text = "\n".join([HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE, ""])
    log = analyze_raw(reading.raw("x", text.encode(encoding)))
    assert log.pushes[0].outcome == "succeeded"


def test_nul_bytes_are_said_and_the_push_is_read() -> None:
    log = analyze_raw(reading.raw("x", f"{HEADER}\n\0\0\0\n{A}: Preparing\n{A}: Pushed\n{DONE}\n".encode()))
    assert log.source.notes == ("3 NUL bytes: this does not look like a text file",)
    assert log.pushes[0].outcome == "succeeded"


def pieces() -> list[bytes]:
    return [path.read_bytes() for path in sorted(SAMPLES.glob("*.txt"))]


def test_two_logs_line_by_line_in_one_crash_nothing() -> None:
    chosen = pieces()
    for one, other in zip(chosen[::4], chosen[1::4], strict=False):
        lines = [line for pair in zip(one.split(b"\n"), other.split(b"\n"), strict=False) for line in pair]
        analyze_raw(reading.raw("x", b"\n".join(lines)))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.txt"))[::5], ids=lambda path: path.stem)
def test_a_spoilt_log_crashes_nothing_and_no_push_succeeds_without_its_digest_line(path) -> None:
    for what, data in spoilt(path.read_bytes(), 3, random.Random(path.name), 0.05):
        assert list(claims(analyze_raw(reading.raw("x", data)), data)) == [], what
