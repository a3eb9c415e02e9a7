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


@contextmanager
def deadline(seconds: float, *, hard: bool) -> Iterator[Callable[[], None]]:
    """Raise TimeUpError in the block when it runs longer; `hard`: end the process when that does not help.

    Yield a function that lets the time begin anew, for work that goes on as long as it makes progress.
    """
    guard = _HardLimit(HARD * seconds) if hard else None
    alarm = _signals if _on_main_thread() else _from_a_thread
    try:
        with alarm(seconds) as restart:

            def restart_both() -> None:
                restart()
                if guard is not None:
                    guard.restart()

            yield restart_both
    finally:
        if guard is not None:
            guard.stop()


class _HardLimit:
    """A thread of the interpreter that needs no lock: it works even while C code holds everything up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start()

    def _start(self) -> None:
        self._began = time.monotonic()
        faulthandler.dump_traceback_later(self._seconds, exit=True, file=_nowhere())

    def restart(self) -> None:
        """Let the time begin anew; it makes a thread, so not each time."""
        if time.monotonic() - self._began > self._seconds / 10:
            self._start()

    @staticmethod
    def stop() -> None:
        faulthandler.cancel_dump_traceback_later()


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
