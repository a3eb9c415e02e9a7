"""A limit in seconds of processor time for one log, which ends its analysis wherever that is.

Processor time, for a busy machine must not make an honest log look hostile; an analysis waits for nothing else.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import threading
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Code in C that never looks up is not interrupted: then the worker ends itself, after this many limits by the clock on
# the wall, which leaves room for a machine that is ten times overloaded.
HARD = 12


class TimeUpError(BaseException):
    """The time is over. Not an Exception: nothing on the way may take it for a fault of its own."""


class _HardLimit:
    """A thread of the interpreter that needs no lock: it works even while C code holds everything up.

    To make it takes as long as a tenth of a small log: it is made once for many, and anew when a tenth of its time is
    over.
    """

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._began = 0.0

    def start(self, seconds: float) -> None:
        """End the process after so many seconds, unless the time begins anew."""
        self._seconds, self._began = seconds, time.monotonic()
        faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())

    def restart(self) -> None:
        """Let the time begin anew, if there is a limit."""
        if self._seconds is not None and time.monotonic() - self._began > self._seconds / 10:
            self.start(self._seconds)

    def stop(self) -> None:
        """Lift the limit."""
        self._seconds = None
        faulthandler.cancel_dump_traceback_later()


_HARD_LIMIT = _HardLimit()


@contextmanager
def hard_limit(seconds: float) -> Iterator[None]:
    """End the process when a deadline of so many seconds in the block does not help.

    For a process that may be lost, such as one of a pool.
    """
    _HARD_LIMIT.start(HARD * seconds)
    try:
        yield
    finally:
        _HARD_LIMIT.stop()


@contextmanager
def deadline(seconds: float) -> Iterator[Callable[[], None]]:
    """Raise TimeUpError in the block when it runs longer.

    Yield a function that lets the time begin anew, for work that goes on as long as it makes progress.
    """
    alarm = _signals if _on_main_thread() else _from_a_thread
    with alarm(seconds) as restart:

        def restart_both() -> None:
            restart()
            _HARD_LIMIT.restart()

        _HARD_LIMIT.restart()
        yield restart_both


def _on_main_thread() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def _signals(seconds: float) -> Iterator[Callable[[], None]]:
    before = signal.signal(signal.SIGPROF, _raise)

    def start() -> None:
        # Again every second: a first one can be lost where Python ignores exceptions, as in a finaliser.
        signal.setitimer(signal.ITIMER_PROF, seconds, 1)

    start()
    try:
        yield start
    finally:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
        finally:
            # Once more: the alarm may have gone off in the line above.
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)


def _raise(*_: object) -> None:
    raise TimeUpError


@contextmanager
def _from_a_thread(seconds: float) -> Iterator[Callable[[], None]]:
    """Raise the error where signals don't reach: in the threads of a cluster's workers, and on Windows."""
    watch = _Watch(threading.get_ident(), seconds)
    watch.thread.start()
    try:
        yield watch.restart
    finally:
        watch.done.set()
        watch.thread.join()


class _Watch:
    """Raises the error in another thread once that has used its time."""

    def __init__(self, ident: int, seconds: float) -> None:
        self._ident = ident
        self._seconds = seconds
        # Not on Windows and macOS: there the clock on the wall must do.
        self._clock = time.pthread_getcpuclockid(ident) if hasattr(time, "pthread_getcpuclockid") else None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.restart()

    def restart(self) -> None:
        """Let the time begin anew."""
        self._began = _now(self._clock)

    def _run(self) -> None:
        left = self._seconds
        while not self.done.wait(left):
            left = self._seconds - (_now(self._clock) - self._began)
            if left <= 0:
                thread, error = ctypes.c_ulong(self._ident), ctypes.py_object(TimeUpError)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
                return


def _now(clock: int | None) -> float:
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY)
