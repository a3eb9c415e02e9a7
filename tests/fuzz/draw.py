"""`python -m tests.fuzz.draw [--inputs N] [--jobs N] [--seed N]`: many logs made of pieces, through what users run.

Not guided by coverage, and so some ten times as fast as `python -m tests.fuzz`: seven of ten inputs go through a whole
analysis, one through every output as well, two through redaction. Some are analyzed once more after others, for an
answer must not hang on the logs before. Nothing is left to chance: an input is its seed and its number, and
`--show SEED:NUMBER` prints it. The end says how many were tried, which were slowest and what failed.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from pushlog.model import Log
from pushlog.report.json import render
from tests.fuzz import targets
from tests.fuzz.pieces import RowOrder, composed, pool

# By the last digit of an input's number.
TURNS = ("log", "log", "redact", "log", "log", "outputs", "log", "redact", "log", "log")
_BATCH = 500
# One in so many is analyzed again after all others of its batch.
_ASKED_AGAIN = 50


@dataclass
class Found:
    """What came of some inputs: how many went through each target, the slowest of each, and what failed.

    `memory`: MiB that the process held when they were done.
    """

    tried: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    memory: float = 0.0

    def add(self, other: Found) -> None:
        """Take in what came of others."""
        self.tried += other.tried
        for name, one in other.slowest.items():
            self.slowest[name] = max(one, self.slowest.get(name, one))
        self.failed += other.failed
        self.late += other.late
        self.memory = max(self.memory, other.memory)


class LateError(BaseException):
    """An input took longer than it may."""


def made(seed: int, number: int) -> bytes:
    """The log that has this number."""
    return composed(RowOrder(f"{seed}:{number}"))


def batch(first: int, *, seed: int, stop: int, limit: float) -> Found:
    """Try the inputs from one number on, each within `limit` seconds of processor time."""
    found = Found()
    answers: dict[int, str] = {}
    for number in range(first, min(first + _BATCH, stop)):
        name = TURNS[number % len(TURNS)]
        data = made(seed, number)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, limit)
        try:
            outcome = targets.TARGETS[name](data)
            if number % _ASKED_AGAIN == 0 and isinstance(outcome, Log):
                answers[number] = render([outcome])
        except LateError:
            found.late.append(f"{seed}:{number} {name}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a find
            found.failed.append(f"{seed}:{number} {name}: {error!r}")
        signal.setitimer(signal.ITIMER_PROF, 0)
        found.tried[name] += 1
        found.slowest[name] = max(found.slowest.get(name, (0.0, 0)), (time.process_time() - began, number))
    for number, answer in answers.items():
        # What other logs taught the process must change no answer.
        if render([targets.log(made(seed, number))]) != answer:
            found.failed.append(f"{seed}:{number}: another answer than before")
    found.memory = _memory()
    return found


def _memory() -> float:
    """MiB that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * 4096 / (1 << 20)


def _begin() -> None:
    """Make a worker ready: libraries and pieces loaded, so that no input is charged for them."""
    signal.signal(signal.SIGPROF, _late)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in range(3 * len(TURNS)):
        with suppress(Exception):
            targets.TARGETS[TURNS[number % len(TURNS)]](made(0, number))
    # As `pushlog.__main__` does: what is loaded by now lives as long as the worker, and is not searched for cycles.
    gc.freeze()
    gc.set_threshold(100_000)


def _late(*_: object) -> None:
    raise LateError


def main() -> int:
    """Try them all and say what came of it; 1 when anything failed."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.draw")
    options.add_argument("--inputs", type=int, default=1_000_000)
    options.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--limit", type=float, default=5.0, help="seconds of work that an input may take")
    options.add_argument("--seconds", type=float, default=86_400, help="end after that much time")
    options.add_argument("--show", metavar="SEED:NUMBER", help="print that input instead")
    chosen = options.parse_args()
    if chosen.show:
        seed, _, number = chosen.show.partition(":")
        sys.stdout.buffer.write(made(int(seed), int(number)))
        return 0
    pool()
    found, began, least = Found(), time.monotonic(), 0.0
    work = partial(batch, seed=chosen.seed, stop=chosen.inputs, limit=chosen.limit)
    with multiprocessing.get_context("fork").Pool(chosen.jobs, _begin) as workers:
        for done, one in enumerate(workers.imap_unordered(work, range(0, chosen.inputs, _BATCH)), 1):
            least = least or one.memory
            found.add(one)
            sys.stdout.writelines(f"{what}\n" for what in (*one.failed, *(f"late: {late}" for late in one.late)))
            if time.monotonic() - began > chosen.seconds:
                break
            if done % 40 == 0:
                _say(found, time.monotonic() - began)
    _say(found, time.monotonic() - began)
    for name, (took, number) in sorted(found.slowest.items()):
        sys.stdout.write(f"  {name:8} {found.tried[name]:9,}, the slowest {took:.3f} s ({chosen.seed}:{number})\n")
    sys.stdout.write(f"  memory of a process: {least:.0f} MiB at first, {found.memory:.0f} MiB at most\n")
    return 1 if found.failed or found.late else 0


def _say(found: Found, seconds: float) -> None:
    tried = sum(found.tried.values())
    sys.stdout.write(
        f"{tried:,} inputs in {seconds:.0f} s ({tried / seconds:.0f}/s): "
        f"{len(found.failed)} failed, {len(found.late)} over the limit\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
