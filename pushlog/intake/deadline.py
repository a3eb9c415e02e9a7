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
    from collections.abc import Iterator

# Code in C that never looks up is not interrupted: then the worker ends itself, after this many limits by the clock on
# the wall, which leaves room for a machine that is ten times overloaded.
HARD = 12


class TimeUpError(BaseException):
    """The time is over. Not an Exception: nothing on the way may take it for a fault of its own."""


@contextmanager
def deadline(seconds: float, *, hard: bool) -> Iterator[None]:
    """Raise TimeUpError in the block when it runs longer; `hard`: end the process when that does not help."""
    if hard:
        # A thread of the interpreter that needs no lock: it works even while C code holds everything up.
        faulthandler.dump_traceback_later(HARD * seconds, exit=True, file=_nowhere())
    alarm = _signals if _on_main_thread() else _from_a_thread
    try:
        with alarm(seconds):
            yield
    finally:
        if hard:
            faulthandler.cancel_dump_traceback_later()


def _on_main_thread() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def _signals(seconds: float) -> Iterator[None]:
    before = signal.signal(signal.SIGPROF, _raise)
    # Again every second: a first one can be lost where Python ignores exceptions, as in a finaliser.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1)
    try:
        yield
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
def _from_a_thread(seconds: float) -> Iterator[None]:
    """Where signals don't reach: in the threads of a cluster's workers, and on Windows."""
    done = threading.Event()
    watch = threading.Thread(target=_watch, args=(threading.get_ident(), seconds, done), daemon=True)
    watch.start()
    try:
        yield
    finally:
        done.set()
        watch.join()


def _watch(thread: int, seconds: float, done: threading.Event) -> None:
    """Raise the error in another thread once that has used its time."""
    # Not on Windows and macOS: there the clock on the wall must do.
    clock = time.pthread_getcpuclockid(thread) if hasattr(time, "pthread_getcpuclockid") else None
    began, left = _now(clock), seconds
    while not done.wait(left):
        left = seconds - (_now(clock) - began)
        if left <= 0:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TimeUpError))
            return


def _now(clock: int | None) -> float:
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@cache
def _nowhere() -> int:
    return os.open(os.devnull, os.O_WRONLY)
