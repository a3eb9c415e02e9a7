"""A limit in seconds for one log, which ends its analysis wherever that is."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Code in C that never looks up is not interrupted: then the worker ends itself, this many limits later.
HARD = 3


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
    before = signal.signal(signal.SIGALRM, _raise)
    # Again every second: a first one can be lost where Python ignores exceptions, as in a finaliser.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0)
        finally:
            # Once more: the alarm may have gone off in the line above.
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _raise(*_: object) -> None:
    raise TimeUpError


@contextmanager
def _from_a_thread(seconds: float) -> Iterator[None]:
    """Where signals don't reach: in the threads of a cluster's workers, and on Windows."""
    target = ctypes.c_ulong(threading.get_ident())
    timer = threading.Timer(
        seconds, lambda: ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(TimeUpError))
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


_DEVNULL: list[int] = []


def _nowhere() -> int:
    if not _DEVNULL:
        _DEVNULL.append(os.open(os.devnull, os.O_WRONLY))
    return _DEVNULL[0]
