"""Watching: where the bytes come from, what clock their arrival makes, when a verdict is certain, and the report."""

import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from pushlog import cli
from pushlog.faults import InputError
from pushlog.intake.log_text import LogText
from pushlog.intake.read import raw
from pushlog.live.arrivals import ArrivalTimestamps
from pushlog.live.follow import Followed
from pushlog.live.session import stopped
from pushlog.live.tape import Tape
from pushlog.live.watch import Watching
from pushlog.model import Clock, Outcome
from pushlog.pipeline import Options, analyze, analyze_raw
from pushlog.report.json import render
from tests.logs import DONE, HEADER, A, B, countdown, exhausted

PUSHED = "".join(f"{line}\n" for line in [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE])
PAGE = "unknown: <html>\n<head><title>413 Request Entity Too Large</title></head>\n</html>"
FAILED = "".join(f"{line}\n" for line in [HEADER, f"{A}: Preparing", *exhausted(A), PAGE])
if TYPE_CHECKING:
    from pushlog.live.verdict import Verdict

MAIN = [sys.executable, "-c", "from pushlog.cli import main; main()"]


def clock(data, *seconds, already=0):
    """The clock of a log whose lines came at these seconds, one each."""
    text = LogText(data.encode())
    starts = np.array([text.start_of(line) for line in range(1, text.lines + 1)])
    return ArrivalTimestamps(text=text, starts=starts, seconds=seconds, already=already, began=1_767_607_200.0)


def test_what_came_at_once_gets_no_invented_times():
    assert analyzed(PUSHED, clock(PUSHED, 10.0, 10.0, 10.0, 10.0)).clock is Clock.NONE


def analyzed(data, watch):
    (push,) = analyze_raw(raw("log", data.encode()), Options(timestamps=watch)).pushes
    return push


def test_piped_output_gains_the_times_at_which_its_lines_came():
    push = analyzed(PUSHED, clock(PUSHED, 10.0, 10.5, 14.0, 15.25))
    assert (push.clock, push.duration.seconds) == (Clock.RECORDED, 5.25)
    assert push.duration.began == "2026-01-05T10:00:10.000+00:00"
    assert (push.layers[0].start, push.layers[0].end) == (0.5, 4.0)


def test_times_hold_for_lines_that_a_ci_system_lengthened():
    data = "".join(f"web-1  | {line}\n" for line in PUSHED.splitlines())
    assert analyzed(data, clock(data, 10.0, 10.5, 14.0, 15.25)).duration.seconds == 5.25


def test_a_log_that_carries_times_keeps_its_own():
    lines = PUSHED.splitlines()
    data = "".join(f"2026-01-05T10:00:0{n}.0000000Z {line}\n" for n, line in enumerate(lines))
    push = analyzed(data, clock(data, 0.0, 0.0, 0.0, 0.0))
    assert (push.clock, push.duration.seconds) == (Clock.STAMPED, 3.0)


def test_what_was_there_before_anybody_watched_gets_no_invented_times():
    push = analyzed(PUSHED, clock(PUSHED, 10.0, 10.0, 14.0, 15.25, already=80))
    assert (push.clock, push.duration.seconds) == (Clock.NONE, None)


class Said:
    """A screen that keeps what it is told."""

    def __init__(self):
        self.boards = []

    def show(self, board, _now, ahead):
        self.boards.append((board, ahead))

    def say(self, text):
        self.boards.append(text)


def watching(pieces, screen=None):
    """The watch of an input that consists of these pieces, at its end, and the verdicts that it gave meanwhile."""
    verdicts: list[Verdict] = []
    tape = Tape(pieces)
    found = Watching(
        name="standard input",
        followed=Followed("-"),
        tape=tape,
        options=Options(),
        screen=screen or Said(),
        on_verdict=verdicts.append,
        patience=0.0,
    )
    assert found.run()
    return found, verdicts


def test_the_report_says_what_analyze_says_of_the_same_bytes():
    data = FAILED.encode()
    found, _ = watching([data[:100], data[100:101], data[101:]])
    assert found.log() == analyze_raw(raw("standard input", data))


def test_lines_that_came_faster_than_they_can_have_been_written_get_no_times_of_their_arrival():
    data = FAILED.encode()
    lines = data.splitlines(keepends=True)
    found, _ = watching(lines)
    found.tape.seconds = [float(n) / 10 for n in range(len(lines))]
    (push,) = found.log().pushes
    assert (push.clock, push.duration.seconds) == (Clock.INFERRED, None)
    found.tape.seconds = [float(n) for n in range(len(lines))]
    (push,) = found.log().pushes
    assert (push.clock, push.duration.seconds) == (Clock.RECORDED, len(lines) - 1.0)


def test_an_end_is_foreseen_while_docker_still_retries():
    daemon = 'time="2026-01-05T10:00:00Z" level=error msg="Upload failed, retrying: denied: no access for you"'
    lines = "".join(f"{line}\n" for line in [HEADER, f"{A}: Preparing", daemon, *countdown(A, 5, 4)])
    _, verdicts = watching([lines.encode()])
    (verdict,) = verdicts
    assert (verdict.certain, verdict.layer, verdict.uploads_left) == ("foreseen", A, 4)
    assert verdict.outcome is Outcome.FAILED


def test_a_layer_that_ended_the_push_before_is_foreseen_but_not_as_certain():
    again = "".join(f"{line}\n" for line in [HEADER, f"{A}: Preparing", *countdown(A, 5, 4)])
    tape_read = threading.Event()

    def pieces():
        yield FAILED.encode()
        tape_read.wait()
        yield again.encode()

    class Reads(Said):
        def show(self, board, now, ahead):
            super().show(board, now, ahead)
            tape_read.set()

    found, verdicts = watching(pieces(), screen=Reads())
    assert [verdict.outcome for verdict in verdicts] == [Outcome.FAILED]
    ahead = found.screen.boards[-1][1]
    assert (ahead.layer, ahead.certain, ahead.retry.uploads) == (A, False, 4)


def grown(path, data):
    with path.open("ab") as file:
        file.write(data)


def chunks_of(followed, *steps):
    """What is followed after each of these steps, to the end of the file."""
    found = followed.chunks()
    told = [next(found)]
    for step in steps:
        step()
        told.append(next(found))
    followed.stop()
    return b"".join([*told, *found])


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "push-log.txt"
    found.write_bytes(b"one\n")
    return found


def test_a_file_is_followed_as_it_grows(path):
    followed = Followed(str(path))
    assert followed.already == 4
    assert chunks_of(followed, lambda: grown(path, b"two\n"), lambda: grown(path, b"thr")) == b"one\ntwo\nthr"
    assert followed.notes == []


def test_a_file_that_is_cut_is_followed_from_its_start(path):
    followed = Followed(str(path))
    assert chunks_of(followed, lambda: grown(path, b"half"), lambda: path.write_bytes(b"new\n")) == b"one\nhalf\nnew\n"
    assert ["cut" in note for note in followed.notes] == [True]


def test_a_file_that_is_replaced_is_read_to_its_end_and_then_the_new_one(path):
    def replace():
        path.rename(path.with_suffix(".1"))
        grown(path.with_suffix(".1"), b"late\n")
        path.write_bytes(b"new\n")

    followed = Followed(str(path))
    assert chunks_of(followed, replace, lambda: grown(path, b"more\n")) == b"one\nlate\nnew\nmore\n"
    assert ["replaced" in note for note in followed.notes] == [True]


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path):
    later = tmp_path / "later.txt"
    followed = Followed(str(later))
    assert followed.is_awaited
    timer = threading.Timer(0.1, lambda: grown(later, b"one\n"))
    timer.start()
    assert chunks_of(followed, lambda: grown(later, b"two\n")) == b"one\ntwo\n"
    timer.join()
    assert (followed.is_awaited, followed.already, followed.notes) == (False, 0, [])


def test_waiting_for_a_file_ends_when_it_is_stopped(tmp_path):
    followed = Followed(str(tmp_path / "later.txt"))
    followed.stop()
    assert list(followed.chunks()) == []


def test_a_file_in_a_folder_that_is_not_there_is_a_wrong_name(tmp_path):
    with pytest.raises(InputError, match=r"absent\.txt: can't be followed: no such file"):
        Followed(str(tmp_path / "gone" / "absent.txt"))


def test_stopping_to_watch_is_not_the_end_of_the_push():
    log = analyze_raw(raw("x.log", "\n".join([HEADER, f"{A}: Preparing", f"{A}: Pushing  1MB/9MB"]).encode()))
    (push,) = stopped(log).pushes
    assert push.outcome is Outcome.INCOMPLETE
    assert push.verdict == "You stopped watching: 0 of 1 layers so far"
    assert push.advice == "The push itself may still be running."
    assert "truncated-log" not in {finding.name for finding in push.findings}
    assert any("you stopped watching" in note for note in stopped(log).source.notes)


def test_a_push_that_ended_before_anybody_stopped_keeps_its_end():
    log = analyze_raw(raw("x.log", "\n".join([HEADER, f"{A}: Pushed", DONE]).encode()))
    assert stopped(log).pushes == log.pushes


def test_a_pipe_is_told_in_calm_lines_and_ends_in_the_report_and_one_verdict(tmp_path):
    verdict = tmp_path / "verdict.json"
    arguments = ["watch", "--fail-on", "failed", "--on-verdict", f"cat >> {verdict}"]
    done = subprocess.run([*MAIN, *arguments], input=FAILED.encode(), capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout.decode().startswith("FAILED")
    assert [line[:9] for line in done.stderr.decode().splitlines()] == ["pushlog: "] * done.stderr.count(b"\n")
    told = json.loads(verdict.read_text("utf-8"))
    assert (told["schema"], told["certain"], told["outcome"]) == ("pushlog-verdict/1", "ended", "failed")
    assert (told["family"], told["retry_helps"], told["push"]["client"]) == ("size-limit", False, "docker")


@pytest.fixture
def watch(monkeypatch, capfd):
    """Call `pushlog watch` with these arguments; answers its exit status, standard output and standard error."""

    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["pushlog", "watch", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capfd.readouterr()

    return called


def test_a_file_is_done_with_once_its_push_has_ended_and_it_is_silent(watch, path):
    path.write_text(PUSHED, "utf-8")
    status, out, err = watch(path, "--patience", "0", "-f", "json")
    assert status == 0
    (log,) = json.loads(out)["logs"]
    assert (log["source"]["name"], log["pushes"][0]["outcome"]) == (str(path), "succeeded")
    assert log["pushes"][0]["clock"] == "none"
    assert "team/app:1.2 is in the registry" in err


def test_a_file_that_was_whole_already_is_reported_as_analyze_reports_it(watch, root):
    sample = root / "samples" / "push-log.txt"
    _, out, _ = watch(sample, "--patience", "0", "-f", "json")
    assert out == render([analyze(sample)])


def drawn_on_a_terminal(stdin):
    """What watch draws on a terminal, and its standard output."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        [*MAIN, "watch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        assert process.stdin
        assert process.stdout
        process.stdin.write(stdin)
        process.stdin.close()
        drawn = b""
        try:
            while data := os.read(ours, 65536):
                drawn += data
        except OSError:  # Linux: the other end is closed
            pass
        report = process.stdout.read()
    os.close(ours)
    return drawn, report


def test_on_a_terminal_the_push_is_drawn_and_the_cursor_is_there_afterwards():
    running = "".join(f"{line}\n" for line in [HEADER, f"{A}: Pushed", f"{B}: Retrying in 10 seconds"])
    drawn, report = drawn_on_a_terminal(running.encode())
    assert b" s: 3 uploads left, 4" in drawn
    assert drawn.rindex(b"\x1b[?25h") > drawn.rindex(b"\x1b[?25l")
    assert report.startswith(b"INCOMPLETE")


def test_watching_does_not_need_the_heavy_libraries_to_begin_to_read():
    code = "import sys, pushlog.live.follow, pushlog.live.tape; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "pandas", "rich", "lark"} & set(done.stdout.split()) == set()


def test_a_push_of_another_client_is_judged_once_its_log_is_silent(watch, path):
    lines = ["Getting image source signatures", f"Copying blob {A}", 'Error: pushing image "x": EOF']
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    status, out, err = watch(path, "--patience", "0", "--fail-on", "failed")
    assert status == 1
    assert out.startswith("FAILED")
    assert err.startswith("pushlog: ")


def test_there_is_nothing_to_watch_where_standard_input_is_the_keyboard():
    ours, theirs = os.openpty()
    done = subprocess.run([*MAIN, "watch"], stdin=theirs, capture_output=True, text=True, check=False)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 2
    assert done.stderr.startswith("pushlog: nothing to watch: pipe a push into it")
