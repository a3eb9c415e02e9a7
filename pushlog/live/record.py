"""A command on a pseudo-terminal: shown as it is, recorded as it comes, ended as it ends.

The command sees a terminal whatever pushlog itself stands in, so that docker draws its progress figures in CI too.
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
# What others send to a job to stop it or to speak to it; the command decides what it means.
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
# The shell's words for a command that can't be run.
_CANT_RUN = 126


def record(command: Sequence[str], recording: Cast, size: tuple[int, int]) -> int:
    """Run the command to its end; its exit status, 128 and the number for one that a signal ended."""
    keys = sys.__stdin__.fileno() if sys.__stdin__ else -1
    at_terminal = terminal.in_foreground(keys)
    # What is ignored, as under nohup, stays so for both.
    passed_on = tuple(number for number in _PASSED_ON if signal.getsignal(number) is not signal.SIG_IGN)
    with _signals(passed_on) as told:
        child, master = _started(command, size, keys if at_terminal else None, passed_on)
        relay = _Relay(child=child, master=master, recording=recording, told=told, keys=keys if at_terminal else None)
        with terminal.raw(keys) if at_terminal else contextlib.nullcontext():
            status = relay.run()
    recording.ended(status)
    return status


@contextmanager
def _signals(passed_on: Sequence[int]) -> Iterator[int]:
    """Signals as bytes to read, one for each, instead of what they do to Python; as before after the block."""
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {number: signal.signal(number, _noted) for number in (*passed_on, signal.SIGWINCH, signal.SIGCHLD)}
    woken = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Nothing to do here: the number is in the pipe."""


def _started(
    command: Sequence[str], size: tuple[int, int], keys: int | None, passed_on: Sequence[int]
) -> tuple[int, int]:
    """The process and its terminal. Without keys it keeps our standard input: no echo, and an end that is seen."""
    settings = termios.tcgetattr(keys) if keys is not None else None
    source = _our_input() if keys is None else None
    # A signal in between waits until it can be passed on, or acts on the child as on any other process.
    signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)
    child, master = pty.fork()
    if child == 0:
        _become(command, size, settings, source, passed_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
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
    passed_on: Sequence[int],
) -> None:
    """In the child: its terminal like ours, then the command."""
    try:
        signal.set_wakeup_fd(-1)  # the pipe is the parent's
        fcntl.ioctl(1, termios.TIOCSWINSZ, _window(size))
        if settings is not None:
            termios.tcsetattr(0, termios.TCSANOW, settings)  # type: ignore[arg-type]
        if source is not None:
            os.dup2(source, 0)
        # Python ignores the first two; a program expects to be ended by them.
        for number in (signal.SIGPIPE, signal.SIGXFSZ, *passed_on):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
        if os.environ.get("TERM", "dumb") == "dumb":
            os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], list(command))  # noqa: S606 - to run the user's command is what this is for
    except OSError as error:
        os.write(2, f"pushlog: {command[0]}: {(error.strerror or str(error)).lower()}\n".encode())
    finally:
        os._exit(_CANT_RUN)


def _window(size: tuple[int, int]) -> bytes:
    return struct.pack("HHHH", size[1], size[0], 0, 0)


@dataclass(slots=True, kw_only=True)
class _Relay:
    """Carries bytes between the command's terminal and ours until the command has ended."""

    child: int
    master: int
    recording: Cast
    told: int
    keys: int | None
    typed: bytes = b""
    status: int | None = None
    is_open: bool = True
    is_shown: bool = True

    def run(self) -> int:
        """The command's status."""
        while self.status is None:
            watched = [self.told, *([self.master] if self.is_open else []), *([] if self.keys is None else [self.keys])]
            ready, free, _ = select.select(watched, [self.master] if self.typed and self.is_open else [], [])
            if self.master in ready:
                self._show()
            if self.keys is not None and self.keys in ready:
                self._type()
            if free:
                self._send()
            if self.told in ready:
                self._hear()
        # What it wrote last may still be on its way; what others hold the terminal open for is not waited for.
        while self.is_open and select.select([self.master], [], [], 0)[0]:
            self._show()
        os.close(self.master)
        return self.status

    def _show(self) -> None:
        try:
            data = os.read(self.master, _MOST)
        except BlockingIOError:
            return
        except OSError:  # Linux says so when nobody holds the other end any more
            data = b""
        if not data:
            self.is_open = False
            return
        if self.is_shown:
            self.is_shown = _written(1, data)
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
        for number in os.read(self.told, _MOST):
            if number == signal.SIGCHLD:
                self._reap()
            elif number == signal.SIGWINCH:
                self._resize()
            elif self.status is None:
                self._pass_on(number)

    def _reap(self) -> None:
        gone, ended = os.waitpid(self.child, os.WNOHANG)
        if gone:
            code = os.waitstatus_to_exitcode(ended)
            self.status = code if code >= 0 else 128 - code

    def _resize(self) -> None:
        size = terminal.size()
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, _window(size))
        self.recording.resized(*size)

    def _pass_on(self, number: int) -> None:
        """To all that the command started, as a terminal would; it leads the group, once it has come that far."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            try:
                os.killpg(self.child, number)
            except ProcessLookupError:
                os.kill(self.child, number)


def _written(file: int, data: bytes) -> bool:
    """Write all of it; False when nobody reads there any more."""
    while data:
        try:
            data = data[os.write(file, data) :]
        except BlockingIOError:
            select.select([], [file], [])
        except OSError:
            return False
    return True
