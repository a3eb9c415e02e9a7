"""Recording: the command's own terminal, its output and its end, and a file that is whole whatever happens."""

import contextlib
import fcntl
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

from pushlog.live.again import decide, wait
from pushlog.live.cast import start_cast
from pushlog.model import Clock, Outcome
from pushlog.pipeline import analyze
from tests.logs import DONE, HEADER, A, exhausted

MAIN = [sys.executable, "-c", "from pushlog.cli import main; main()"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "push.cast"


def record(path, *command, options=(), **more):
    """Record without a terminal, as in CI."""
    more = {"stdin": subprocess.DEVNULL, **more}
    whole = [*MAIN, "record", "-o", str(path), *options, "--", *command]
    return subprocess.run(whole, check=False, capture_output=True, **more)


def events(path):
    header, *lines = path.read_text("utf-8").splitlines()
    return json.loads(header), [json.loads(line) for line in lines]


def drawn(path):
    return "".join(data for _, code, data in events(path)[1] if code == "o")


def script(tmp_path, text):
    """A stand-in for a command: this Python, run by a file of its own."""
    found = tmp_path / "docker"
    found.write_text(f"#!{sys.executable}\n{text}", "utf-8")
    found.chmod(0o755)
    return str(found)


def test_the_command_has_a_terminal_and_its_output_is_shown_as_it_is(path):
    done = record(path, "sh", "-c", "test -t 1 && stty size < /dev/tty; printf 'a\\033[2Kb\\n'")
    assert done.returncode == 0
    assert done.stdout == b"40 120\r\na\x1b[2Kb\r\n"
    assert drawn(path).encode() == done.stdout
    header, told = events(path)
    assert (header["version"], header["width"], header["height"]) == (2, 120, 40)
    assert told[-1][1:] == ["x", "0"]


def test_it_ends_as_the_command_ends(path):
    assert record(path, "sh", "-c", "exit 7").returncode == 7
    assert events(path)[1][-1][1:] == ["x", "7"]
    assert record(path, "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_a_command_that_is_not_there_ends_as_in_a_shell(path):
    done = record(path, "no-such-command")
    assert (done.returncode, path.exists()) == (127, False)
    assert done.stderr == b"pushlog: no-such-command: no such command\n"


def test_an_older_recording_is_never_written_over(path):
    for number in (1, 2, 3):
        done = record(path, "sh", "-c", f"echo push {number}")
        assert done.returncode == 0
    assert ["push 1" in drawn(path), "push 2" in drawn(path.with_name("push.2.cast"))] == [True, True]
    assert b"recorded 0 s in" in done.stderr
    assert b"push.3.cast: pushlog " in done.stderr


def test_a_recording_without_a_name_has_that_of_its_moment(tmp_path):
    done = subprocess.run([*MAIN, "record", "--", "true"], check=False, capture_output=True, cwd=tmp_path)
    (path,) = tmp_path.iterdir()
    assert re.fullmatch(r"push-\d{8}-\d{6}\.cast", path.name)
    assert path.name.encode() in done.stderr


def test_what_is_no_file_is_written_to_as_it_is():
    assert record("/dev/null", "true").returncode == 0


# A stand-in for docker: it counts its calls, and fails until the last of the errors is used up.
FAILS = """
import sys, pathlib
calls = pathlib.Path(__file__).with_name("calls")
number = int(calls.read_text()) if calls.exists() else 0
calls.write_text(str(number + 1))
print("The push refers to repository [registry.example.com/team/app]")
errors = {errors!r}
if number < len(errors):
    print(errors[number])
    sys.exit(1)
print({done!r})
"""
HEALS = "toomanyrequests: too many requests, retry-after: 0"
STAYS = "denied: requested access to the resource is denied"


def retried(tmp_path, path, *errors, times):
    docker = script(tmp_path, FAILS.format(errors=errors, done=DONE))
    done = record(path, docker, "push", "app", options=("--retry", str(times)))
    return done.returncode, int((tmp_path / "calls").read_text()), done.stderr.decode()


def test_what_heals_is_pushed_again_in_one_recording(tmp_path, path):
    status, calls, said = retried(tmp_path, path, HEALS, HEALS, times=5)
    assert (status, calls) == (0, 3)
    assert [line for line in said.splitlines() if "pushing again in 0 s, 1 of 5: " in line]
    assert "recorded 3 attempts" in said
    codes = [code for _, code, _ in events(path)[1]]
    assert (codes.count("m"), codes.count("x"), codes[-1]) == (2, 1, "x")
    outcomes = [push.outcome for push in analyze(path).pushes]
    assert outcomes == [Outcome.FAILED, Outcome.FAILED, Outcome.SUCCEEDED]


def test_it_is_pushed_again_no_more_often_than_was_said(tmp_path, path):
    assert retried(tmp_path, path, HEALS, HEALS, HEALS, times=1)[:2] == (1, 2)


@pytest.mark.parametrize("errors", [(STAYS,), ("what is this",)])
def test_what_does_not_heal_is_not_pushed_again_and_it_is_said_why(tmp_path, path, errors):
    status, calls, said = retried(tmp_path, path, *errors, times=5)
    assert (status, calls) == (1, 1)
    assert "pushlog: not pushed again: " in said


def test_the_last_attempt_decides_not_the_first(tmp_path, path):
    status, calls, said = retried(tmp_path, path, HEALS, STAYS, times=5)
    assert (status, calls) == (1, 2)
    assert "pushing again does not help" in said


def test_without_the_option_nothing_is_pushed_again(tmp_path, path):
    docker = script(tmp_path, FAILS.format(errors=(HEALS,), done=DONE))
    assert record(path, docker, "push", "app").returncode == 1
    assert (tmp_path / "calls").read_text() == "1"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (HEALS, [0, 0]),
        ("toomanyrequests: too many requests, Retry-After: 17", [17, 17]),
        ("toomanyrequests: too many requests", [60, 120]),
        ("received unexpected HTTP status: 503 Service Unavailable", [15, 30]),
        ("write tcp 10.0.0.1:5->10.0.0.2:443: write: connection reset by peer", [5, 10]),
        ("toomanyrequests: too many requests, Retry-After: 99999", [300, 300]),
    ],
)
def test_the_wait_is_what_the_registry_asks_for_or_what_the_cause_does(error, seconds):
    (push,) = analyze(f"{HEADER}\n{error}".encode()).pushes
    assert [wait(push, attempt) for attempt in (1, 2)] == seconds


def test_a_log_without_a_failure_is_no_reason_to_push_again():
    assert not decide(analyze(b"nothing"), 1).again
    assert not decide(analyze("\n".join([HEADER, f"{A}: Pushed", DONE]).encode()), 1).again


def test_a_recording_that_cannot_be_written_is_known_before_the_command_runs(tmp_path):
    done = record(tmp_path / "absent" / "push.cast", "sh", "-c", f"touch {tmp_path}/ran")
    assert (done.returncode, (tmp_path / "ran").exists()) == (2, False)
    assert b"absent/push.cast: the recording can't be written: no such file or directory" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_does_not_end_the_push():
    done = record("/dev/full", "sh", "-c", "echo pushed; exit 3")
    assert (done.returncode, done.stdout) == (3, b"pushed\r\n")
    assert b"the recording is cut: no space left on device" in done.stderr


def test_standard_input_reaches_the_command_without_an_echo(path):
    done = record(path, "cat", stdin=None, input=b"secret\n")
    assert done.stdout == b"secret\r\n"
    assert drawn(path) == "secret\r\n"


def test_a_recorded_push_is_analyzed_with_its_times(path, tmp_path):
    lines = [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]
    record(path, script(tmp_path, f"print(*{lines}, sep='\\n')"))
    (push,) = analyze(path).pushes
    assert (push.outcome, push.clock) == (Outcome.SUCCEEDED, Clock.RECORDED)


def test_the_post_mortem_is_printed_when_the_push_failed_and_only_then(path, tmp_path):
    lines = [HEADER, f"{A}: Preparing", *exhausted(A), "EOF"]
    failing = script(tmp_path, f"import sys\nprint(*{lines}, sep='\\n')\nsys.exit(1)")
    done = record(path, failing, options=["--analyze"])
    assert done.returncode == 1
    assert b"EOF\r\nFAILED" in done.stdout
    assert record(path, "echo", "fine", options=["--analyze"]).stdout == b"fine\r\n"


def test_a_character_that_two_writes_share_stays_whole(path):
    recording = start_cast(str(path), (80, 24), ["docker", "push"])
    for part in (b"caf\xc3", b"\xa9 \xf0\x9f", b"\x98\x80 \xff.", b"\xc3"):
        recording.output(part)
    recording.ended(0)
    assert [data for _, code, data in events(path)[1] if code == "o"] == ["caf", "é ", "😀 \ufffd.", "\ufffd"]


class Terminal:
    """A pseudo-terminal with `pushlog record` in its foreground."""

    def __init__(self, path, *command):
        self.ours, theirs = os.openpty()
        self.resize(24, 80)
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen(
            [*MAIN, "record", "-o", str(path), "--", *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )
        self.shown = b""

    def resize(self, rows, columns):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.ours, keys)

    def until(self, text):
        while text not in self.shown:
            assert select.select([self.ours], [], [], LONGEST)[0], f"{text!r} was never shown: {self.shown!r}"
            self.shown += os.read(self.ours, 65536)

    def end(self):
        """Its exit status, and whether the terminal is as it was."""
        status = self.process.wait()
        same = termios.tcgetattr(self.theirs) == self.before
        os.close(self.theirs)
        with contextlib.suppress(OSError):
            while data := os.read(self.ours, 65536):
                self.shown += data
        os.close(self.ours)
        return status, same


@pytest.fixture
def terminal(path):
    """Start a command on a terminal; whatever is left of it is ended after the test."""
    started = []

    def start(*command):
        started.append(Terminal(path, *command))
        return started[-1]

    yield start
    for found in started:
        found.process.kill()
        found.process.wait()


# Seconds after which a test gives up.
LONGEST = 60
SAYS_ITS_SIZE = """
import os, select, signal, sys
def told(*_): print('size', *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, told)
told()
"""


TAKES_SIGNALS = """
import os, signal, time
def told(number, _):
    print('told', number, flush=True)
    os._exit(9)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, told)
print('ready', flush=True)
time.sleep(60)
"""


def test_the_commands_terminal_has_the_size_of_ours_and_follows_it(path, tmp_path, terminal):
    # Asked again and again: a signal that comes just before a read that blocks is handled behind it.
    waits = "print('ready?', flush=True)\nwhile not select.select([sys.stdin], [], [], 0.05)[0]: pass\n"
    found = terminal(script(tmp_path, SAYS_ITS_SIZE + waits))
    found.until(b"ready?")
    assert b"size 80 24" in found.shown
    found.resize(30, 100)
    found.until(b"size 100 30")
    found.type(b"\n")
    assert found.end() == (0, True)
    assert ["r", "100x30"] in [event[1:] for event in events(path)[1]]


def test_ctrl_c_goes_to_the_command_and_leaves_the_terminal_as_it_was(path, terminal):
    found = terminal("sh", "-c", f"echo '{HEADER}'; echo '{A}: Preparing'; exec sleep 60")
    found.until(b"Preparing")
    found.type(b"\x03")
    assert found.end() == (130, True)
    assert events(path)[1][-1][1:] == ["x", "130"]
    assert analyze(path).pushes[0].layers[0].id == A


def test_a_command_may_take_ctrl_c_its_own_way(path, tmp_path, terminal):
    found = terminal(script(tmp_path, TAKES_SIGNALS))
    found.until(b"ready")
    found.type(b"\x03")
    assert found.end() == (9, True)
    assert f"told {signal.SIGINT}" in drawn(path)


def until_drawn(path, text):
    """Wait until the recording has drawn the text."""
    for _ in range(2000):
        if path.exists() and text in "".join(path.read_text("utf-8").splitlines()[1:]):
            return
        time.sleep(0.01)
    pytest.fail(f"{text} was never recorded")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_passed_on_to_the_command(path, tmp_path, number):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("this signal is ignored here, as `nohup` wants it, and so it is by what is recorded")
    command = [script(tmp_path, TAKES_SIGNALS)]
    with subprocess.Popen([*MAIN, "record", "-o", str(path), "--", *command], stdout=subprocess.PIPE) as process:
        until_drawn(path, "ready")
        process.send_signal(number)
        assert process.wait() == 9
    assert f"told {number}" in drawn(path)


def test_what_was_ignored_when_it_began_stays_ignored_as_under_nohup(path):
    with subprocess.Popen(
        ["nohup", *MAIN, "record", "-o", str(path), "--", "sh", "-c", "echo ready; read line; echo $line; exit 4"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        until_drawn(path, "ready")
        process.send_signal(signal.SIGHUP)
        process.stdin.write(b"still here\n")
        process.stdin.close()
        assert process.wait() == 4
    assert "still here" in drawn(path)


def test_a_job_that_is_killed_leaves_a_recording_that_can_be_read(path):
    command = ["sh", "-c", f"echo '{HEADER}'; echo '{A}: Preparing'; exec sleep 60"]
    with subprocess.Popen([*MAIN, "record", "-o", str(path), "--", *command], stdout=subprocess.DEVNULL) as process:
        until_drawn(path, "Preparing")
        process.kill()
    log = analyze(path)
    assert log.source.notes == ()
    assert [layer.id for layer in log.pushes[0].layers] == [A]


def test_a_reader_of_the_output_may_leave_before_the_push_ends(path):
    command = [*MAIN, "record", "-o", str(path), "--", "sh", "-c", "seq 20000; exit 4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        process.stdout.close()
        assert process.wait() == 4
    assert drawn(path).endswith("20000\r\n")
