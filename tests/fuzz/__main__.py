"""`python -m tests.fuzz TARGET [--raw] [--limit SECONDS] [LIBFUZZER OPTIONS]`: says how many inputs were tried.

`-max_total_time=600` and `-runs=100000` bound a run, a folder keeps the corpus. A crash is kept as a file of the bytes
that were decided from; `python -m tests.fuzz TARGET FILE` tries it again and shows the log that was made of it.
"""

from __future__ import annotations

import argparse
import atexit
import sys
import time

import atheris

with atheris.instrument_imports(include=["pushlog", "json"]):
    from tests.fuzz import targets
from tests.fuzz.pieces import composed


class _Bytes:
    """A fuzzer's bytes as choices."""

    def __init__(self, data: bytes) -> None:
        self._provider = atheris.FuzzedDataProvider(data)

    def number(self, low: int, high: int) -> int:
        return int(self._provider.ConsumeIntInRange(low, high))


class Run:
    """One target with its count of inputs and the slowest of them."""

    def __init__(self, target: str, *, raw: bool, limit: float) -> None:
        self.tried = 0
        self.slowest = 0.0
        self._target = targets.TARGETS[target]
        self._raw = raw
        self._limit = limit
        self._began = time.perf_counter()

    def once(self, data: bytes) -> None:
        made = data if self._raw else composed(_Bytes(data))
        began = time.process_time()
        try:
            self._target(made)
        except BaseException:
            sys.stderr.write(f"input: {made!r}\n")
            raise
        took = time.process_time() - began
        # The first inputs load libraries.
        if self.tried > 20:
            self.slowest = max(self.slowest, took)
        self.tried += 1
        if self.tried > 20 and took > self._limit:
            sys.stderr.write(f"input: {made!r}\n")
            raise TimeoutError(f"{len(made)} bytes took {took:.2f} s")

    def said(self) -> None:
        passed = time.perf_counter() - self._began
        sys.stderr.write(f"{self.tried:,} inputs in {passed:.0f} s, the slowest {self.slowest:.3f} s\n")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz")
    options.add_argument("target", choices=sorted(targets.TARGETS))
    options.add_argument("--raw", action="store_true", help="the fuzzer's bytes are the log itself")
    options.add_argument("--limit", type=float, default=5.0, help="seconds of work that an input may take")
    chosen, rest = options.parse_known_args()
    run = Run(chosen.target, raw=chosen.raw, limit=chosen.limit)
    atexit.register(run.said)
    atheris.Setup([sys.argv[0], *rest], run.once)
    atheris.Fuzz()


main()
