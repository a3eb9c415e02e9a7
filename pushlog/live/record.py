"""A command on a pseudo-terminal: its output is shown unchanged and recorded, its exit status is returned.

The command always sees a terminal, so that docker draws its progress figures in CI too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.live import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from pushlog.live.cast import Cast

_MOST = 65536
# Signals that others send to a job; the command decides what they mean.
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
# The exit status of a shell for a command that can't be run.
_CANT_RUN = 126


def record(command: Sequence[str], recording: Cast, size: tuple[int, int]) -> int:
    """Run the command to its end and return its exit status: 128 plus the number when a signal ended it.

    The recording stays open: the command may be run again.
    """
    keys = sys.__stdin__.fileno() if sys.__stdin__ else -1
    at_terminal = terminal.in_foreground(keys)
    # Signals that are ignored, as under nohup, stay ignored in both processes.
    forwarded = tuple(number for number in _FORWARDED if signal.getsignal(number) is not signal.SIG_IGN)
    with _signals(forwarded) as signals:
        child, master = _start(command, size, keys if at_terminal else None, forwarded)
        relay = _Relay(
            child=child, master=master, recording=recording, signals=signals, keys=keys if at_terminal else None
        )
        with terminal.raw(keys) if at_terminal else contextlib.nullcontext():
            return relay.run()


@contextmanager
def _signals(forwarded: Sequence[int]) -> Iterator[int]:
    """Yield a file from which signals are read as bytes; after the block signals act as before."""
    reader, writer = os.pipe()  # macOS has no pipe2; the command inherits neither end
    for end in (reader, writer):
        os.set_blocking(end, False)
    before = {number: signal.signal(number, _ignore) for number in (*forwarded, signal.SIGWINCH, signal.SIGCHLD)}
    previous_fd = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(previous_fd)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the number of the signal is in the pipe already."""


def _start(
    command: Sequence[str], size: tuple[int, int], keys: int | None, forwarded: Sequence[int]
) -> tuple[int, int]:
    """Return the process id and the terminal's file.

    Without `keys` the command keeps our standard input: nothing is echoed, and it sees the end of it.
    """
    settings = termios.tcgetattr(keys) if keys is not None else None
    source = _our_input() if keys is None else None
    # A signal that comes meanwhile waits until it can be forwarded, or acts on the child as on any other process.
    signal.pthread_sigmask(signal.SIG_BLOCK, forwarded)
    child, master = pty.fork()
    if child == 0:
        _become(command, size, settings, source, forwarded)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, forwarded)
    if source is not None:
        os.close(source)
    os.set_blocking(master, False)
    return child, master


def _our_input() -> int | None:
    try:
        return os.dup(0)
    except OSError:  # it was closed for us
        return None


def _become(
    command: Sequence[str],
    size: tuple[int, int],
    settings: list[object] | None,
    source: int | None,
    forwarded: Sequence[int],
) -> None:
    """Make the terminal of the child like ours and run the command, in the child process."""
    try:
        signal.set_wakeup_fd(-1)  # the pipe is the parent's
        fcntl.ioctl(1, termios.TIOCSWINSZ, _window(size))
        if settings is not None:
            termios.tcsetattr(0, termios.TCSANOW, settings)  # type: ignore[arg-type]
        if source is not None:
            os.dup2(source, 0)
        # Python ignores the first two signals; a program expects that they end it.
        for number in (signal.SIGPIPE, signal.SIGXFSZ, *forwarded):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, forwarded)
        if os.environ.get("TERM", "dumb") == "dumb":
            os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], list(command))  # noqa: S606 - running the user's command is the purpose
    except OSError as error:
        os.write(2, f"pushlog: {command[0]}: {(error.strerror or str(error)).lower()}\n".encode())
    finally:
        os._exit(_CANT_RUN)


def _window(size: tuple[int, int]) -> bytes:
    return struct.pack("HHHH", size[1], size[0], 0, 0)


@dataclass(slots=True, kw_only=True)
class _Relay:
    """Carrier of bytes between the command's terminal and ours until the command has ended."""

    child: int
    master: int
    recording: Cast
    signals: int
    keys: int | None
    typed: bytes = b""
    status: int | None = None
    is_open: bool = True
    is_shown: bool = True

    def run(self) -> int:
        """Return the command's exit status."""
        while self.status is None:
            files = [
                self.signals,
                *([self.master] if self.is_open else []),
                *([] if self.keys is None else [self.keys]),
            ]
            readable, writable, _ = select.select(files, [self.master] if self.typed and self.is_open else [], [])
            if self.master in readable:
                self._show()
            if self.keys is not None and self.keys in readable:
                self._type()
            if writable:
                self._send()
            if self.signals in readable:
                self._hear()
        # The last output may still be on its way; other processes that hold the terminal open are not waited for.
        while self.is_open and select.select([self.master], [], [], 0)[0]:
            self._show()
        os.close(self.master)
        return self.status

    def _show(self) -> None:
        try:
            data = os.read(self.master, _MOST)
        except BlockingIOError:
            return
        except OSError:  # Linux raises this when no process holds the other end any more
            data = b""
        if not data:
            self.is_open = False
            return
        if self.is_shown:
            self.is_shown = _write_all(1, data)
        self.recording.output(data)

    def _type(self) -> None:
        assert self.keys is not None
        try:
            data = os.read(self.keys, _MOST)
        except OSError:
            data = b""
        self.keys = self.keys if data else None
        self.typed += data

    def _send(self) -> None:
        try:
            self.typed = self.typed[os.write(self.master, self.typed) :]
        except OSError:
            self.typed = b""

    def _hear(self) -> None:
        for number in os.read(self.signals, _MOST):
            if number == signal.SIGCHLD:
                self._reap()
            elif number == signal.SIGWINCH:
                self._resize()
            elif self.status is None:
                self._pass_on(number)

    def _reap(self) -> None:
        process, status = os.waitpid(self.child, os.WNOHANG)
        if process:
            code = os.waitstatus_to_exitcode(status)
            self.status = code if code >= 0 else 128 - code

    def _resize(self) -> None:
        size = terminal.size()
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, _window(size))
        self.recording.resized(*size)

    def _pass_on(self, number: int) -> None:
        """Send the signal to the command's process group, as a terminal would; it exists once the child leads it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            try:
                os.killpg(self.child, number)
            except ProcessLookupError:
                os.kill(self.child, number)


def _write_all(file: int, data: bytes) -> bool:
    """Write all bytes; return False when nobody reads there any more."""
    while data:
        try:
            data = data[os.write(file, data) :]
        except BlockingIOError:
            select.select([], [file], [])
        except OSError:
            return False
    return True
