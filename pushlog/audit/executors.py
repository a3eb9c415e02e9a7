"""Units run by an executor of `concurrent.futures`, on this machine or on a cluster.

When a worker dies, all running units are lost. They are read again one at a time. A unit that kills its worker again
is split until a single log is left, and that log becomes a row with the reason.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pushlog.audit import rows
from pushlog.audit.worker import Record, Result, begin, code_origin, count, joined, line, work
from pushlog.faults import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pushlog.audit.units import Unit
    from pushlog.audit.worker import Settings

# Units submitted per worker: the running one and the next. More would only be lost with a dying worker.
AHEAD = 2
# Seconds to wait for an answer of the scheduler.
CONNECT = 10
# Seconds to wait for the first worker: it loads all that an analysis needs, perhaps on a machine that is overloaded.
START = 120
# Python's variable for `-P`, since 3.11.
SAFE_PATH = "PYTHONSAFEPATH"
DIED = "its worker died while reading it: out of memory, killed, or stopped because it hung"


class ExecutorError(UserError):
    """No executor can be had, or it is gone. Finished results are kept."""


def available_processors() -> int:
    """Return how many processors this process may use; of those it may not, only Linux tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processes(jobs: int) -> Executor:
    """Return a pool of processes. On Linux a server process loads the code once and forks the workers.

    Raises ExecutorError when no worker starts.
    """
    if sys.platform == "linux":
        context: multiprocessing.context.BaseContext = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pushlog.audit.warm"])
    else:
        context = multiprocessing.get_context("spawn")
    with _installed_code_only(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a helper that dies is told below, in a word
        try:
            if sys.platform == "linux":
                _start_server()
            pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=begin)
            origin = pool.submit(code_origin).result(START)
        except (OSError, EOFError, RuntimeError, TimeoutError) as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise ExecutorError(f"the worker processes could not start: {reason}") from None
    if origin != code_origin():
        _close(pool, at_once=True)
        raise ExecutorError(f"the worker processes could not start: they would run the code in {origin}")
    return pool


@contextmanager
def _installed_code_only() -> Iterator[None]:
    """Keep the working directory out of the module path of the processes that are started.

    Python puts it first for `python -c`, which is how multiprocessing starts its helpers: an audit inside a checkout
    would import modules of that checkout. Only Linux needs no more of it later, because there the server has started.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if sys.platform == "linux":
            os.environ.pop(SAFE_PATH)
            if before is not None:
                os.environ[SAFE_PATH] = before


def _start_server() -> None:
    """Start the server that forks the workers with SIGINT blocked: Ctrl-C would end it with a traceback."""
    from multiprocessing import forkserver, resource_tracker  # not on Windows

    folder = Path.cwd()
    # Where the environment is ignored (`python -E`), the helpers look for modules in the root folder, which has none.
    os.chdir("/")
    try:
        # Start the tracker before blocking the signal, because starting it unblocks the signal.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    finally:
        os.chdir(folder)


def cluster(address: str) -> tuple[Callable[[], Executor], int]:
    """Return a maker of Dask executors for a scheduler such as `tcp://host:8786`, and its number of workers.

    Raises ExecutorError.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ExecutorError("--scheduler needs Dask: pip install 'pushlog[dask]'") from None
    try:
        client: Any = Client(address, timeout=CONNECT)  # type: ignore[no-untyped-call,unused-ignore]  # untyped, where it is installed
    except (OSError, ValueError) as error:
        raise ExecutorError(f"{address}: no scheduler answers: {' '.join(str(error).split())[:200]}") from None
    workers = len(client.scheduler_info(n_workers=-1)["workers"])
    if not workers:
        raise ExecutorError(f"{address}: the scheduler has no workers")
    return partial(client.get_executor, pure=False), workers


class Executors:
    """Runs all units. `make` returns a new executor, also after one has broken; `workers`: the size of each."""

    def __init__(self, make: Callable[[], Executor], workers: int, settings: Settings) -> None:
        self._make = make
        self._window = workers * AHEAD
        self._settings = settings

    def results(self, units: Iterable[Unit]) -> Iterator[tuple[Unit, Result]]:
        """Yield every unit with its result, in the order in which they finish. Raises ExecutorError."""
        waiting: deque[Unit] = deque(units)
        suspects: deque[Unit] = deque()
        while waiting or suspects:
            executor = self._make()
            is_finished = False
            try:
                if suspects:
                    unit = suspects.popleft()
                    yield unit, self._alone(executor, unit)
                else:
                    yield from self._together(executor, waiting, suspects)
                is_finished = True
            finally:
                _close(executor, at_once=not is_finished)

    def _together(
        self, executor: Executor, waiting: deque[Unit], suspects: deque[Unit]
    ) -> Iterator[tuple[Unit, Result]]:
        """Run units side by side until all are done or a worker dies; the units that were lost become suspects."""
        running: dict[Future[Result], Unit] = {}
        while (waiting and not suspects) or running:
            while waiting and not suspects and len(running) < self._window:
                unit = waiting.popleft()
                try:
                    running[executor.submit(work, unit, self._settings)] = unit
                except BrokenProcessPool:
                    suspects.append(unit)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                unit = running.pop(future)
                try:
                    result = future.result()
                except CancelledError:
                    raise ExecutorError("the executor was closed; what is finished is kept: run again") from None
                except Exception:  # noqa: BLE001 - each executor has its own exceptions for the death of a worker
                    suspects.append(unit)
                else:
                    yield unit, result

    def _alone(self, executor: Executor, unit: Unit) -> Result:
        """Run one unit alone; split it when it kills its worker, down to a single log."""
        try:
            return executor.submit(work, unit, self._settings).result()
        except Exception as error:  # noqa: BLE001 - as above
            if isinstance(error, CancelledError):
                raise ExecutorError("the executor was closed; what is finished is kept: run again") from None
        pieces = unit.split(self._counted(unit))
        if len(pieces) == 1:
            return _poison(unit)
        return joined([self._once(piece) for piece in pieces])

    def _once(self, unit: Unit) -> Result:
        """Run a piece in a new executor."""
        executor = self._make()
        try:
            return self._alone(executor, unit)
        finally:
            _close(executor)

    def _counted(self, unit: Unit) -> int:
        """Return the number of members of a unit's only input; 1 when counting kills the worker too."""
        if len(unit.inputs) > 1 or unit.span:
            return 1
        executor = self._make()
        try:
            return executor.submit(count, unit, self._settings).result()
        except Exception:  # noqa: BLE001 - as above
            return 1
        finally:
            _close(executor)


def _close(executor: Executor, *, at_once: bool = False) -> None:
    """End an executor. `at_once`: terminate its processes, because a pool would wait for running units."""
    if not isinstance(executor, ProcessPoolExecutor):
        executor.shutdown(wait=not at_once)
        return
    if at_once:
        for child in multiprocessing.active_children():
            child.terminate()
    executor.shutdown(wait=not at_once, cancel_futures=True)


def _poison(unit: Unit) -> Result:
    """Return the row of a log that kills its worker."""
    source = unit.inputs[0]
    member = f"member {unit.span[0] + 1}" if unit.span else ""
    source_rows = rows.unread(source.label, member, DIED, size=source.size)
    record = Record(input=source, member=member, sha256=None, rows=source_rows, stamp=source.stamp)
    return Result(lines=(line(record),), pages={}, logs=1, bytes=0, hashes=(None,))
