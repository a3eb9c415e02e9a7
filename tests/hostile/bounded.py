"""The program run as a user runs it, with its time and the memory of all its processes."""

import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from pushlog import cli
from pushlog.audit import run

# As the console script: the working directory is no place for modules, and no flag says so to other processes.
START = "import sys; sys.path.remove(''); sys.argv[0] = 'pushlog'; from pushlog.__main__ import main; main()"
PUSHLOG = (sys.executable, "-c", START)
SECONDS = 10
MEGABYTES = 400
# How long a hung program is waited for before it is killed.
PATIENCE = 60
MEASURES = Path("/proc/self/status").exists()

needs_proc = pytest.mark.skipif(not MEASURES, reason="no figure of a process's memory here")


@dataclass(frozen=True)
class Done:
    """The end of a run. `seconds` by the clock on the wall, `megabytes` of the largest of its processes."""

    status: int | None
    out: str
    err: str
    seconds: float
    megabytes: float

    @property
    def within(self) -> bool:
        """Whether it ended, in time and in memory, without a traceback."""
        return (
            self.status is not None
            and self.seconds < SECONDS
            and self.megabytes < MEGABYTES
            and "Traceback" not in self.err
        )

    def __str__(self) -> str:
        ended = "killed" if self.status is None else f"status {self.status}"
        return f"{ended}, {self.seconds:.1f} s, {self.megabytes:.0f} MB: {self.err[-600:]}"


def pushlog(*arguments, cwd, stdin=b"", environment=None, patience=PATIENCE, before=(), bare=False) -> Done:
    """Run the program with these arguments, in a session of its own that ends with it.

    `before`: a command that it is given to; `bare`: which names the program itself.
    """
    command = [*before, *(() if bare else PUSHLOG), *map(os.fspath, arguments)]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    began = time.monotonic()
    most = 0.0
    assert process.stdout
    assert process.stderr
    for stream in (process.stdout, process.stderr):
        os.set_blocking(stream.fileno(), False)
    texts: dict[str, list[bytes]] = {"out": [], "err": []}
    _feed(process, stdin)
    try:
        while process.poll() is None and time.monotonic() - began < patience:
            most = max(most, _peak(process.pid))
            _drain(process, texts)
            time.sleep(0.01)
        ended = process.poll()
        took = time.monotonic() - began
    finally:
        _end(process.pid)
        process.wait()
    _drain(process, texts)
    for stream in (process.stdout, process.stderr):
        stream.close()
    out, err = (b"".join(texts[name]).decode("utf-8", "replace") for name in ("out", "err"))
    return Done(ended, out, err, took, most)


def called(*arguments, cwd, stdin=b"") -> Done:
    """Run the program in this process: an exception that nobody catches is the test's own."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["pushlog", *map(os.fspath, arguments)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(run, "processes", ThreadPoolExecutor)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    told, complaint = (bytes(stream.buffer.getvalue()).decode("utf-8", "replace") for stream in (out, err))
    return Done(int(str(ended.value.code)), told, complaint, 0, 0)


def _feed(process, stdin) -> None:
    with suppress(BrokenPipeError):
        process.stdin.write(stdin)
        process.stdin.close()


def _drain(process, texts) -> None:
    for name, stream in (("out", process.stdout), ("err", process.stderr)):
        if part := stream.read():
            texts[name].append(part)


def _session(session: int):
    """The processes of a session."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            yield int(path.name)


def _peak(session: int) -> float:
    """The most memory that one process of the session has held so far, in MB."""
    most = 0.0
    for pid in _session(session) if MEASURES else ():
        try:
            text = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        most = max([most, *(int(line.split()[1]) / 1000 for line in text.splitlines() if line.startswith("VmHWM"))])
    return most


def _end(session: int) -> None:
    for pid in _session(session) if MEASURES else (session,):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
