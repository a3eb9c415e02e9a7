"""`python -m tests.bench`: makes its inputs, runs every command on them in turns, and prints times and ratios.

A ratio below 1 means that this program was faster. Files go to a folder of their own, which is removed at the end.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import inputs, runs
from tests.bench.inputs import MB
from tests.bench.runs import OURS, Runs


@dataclass(frozen=True)
class Single:
    """One log: its maker, the rival that the ratio is told against, and its sizes in MB, from which growth is read."""

    maker: Callable[[int], Iterator[bytes]]
    rival: Callable[[Sequence[Path]], list[str]]
    sizes: tuple[int, ...]


SINGLE = {
    "terminal": Single(inputs.terminal, runs.awk, (70, 140, 280, 500)),
    "job": Single(inputs.job, runs.grep, (125, 250, 500)),
    "engine": Single(inputs.engine, runs.grep, (25, 50, 100)),
    "records": Single(inputs.records, runs.grep, (100, 200)),
    "recording": Single(inputs.recording, runs.grep, (100, 200)),
}
LOGS = 2000
PUSHES = 300
# The first seed whose only push fails.
FAILS = 1


def main() -> None:
    """Run what was asked for."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("cases", nargs="*", help=f"{', '.join(SINGLE)}, pushes, many, start; all without")
    options.add_argument("--runs", type=int, default=5, help="how often each command runs (5)")
    options.add_argument("--largest", type=int, default=500, help="leave out inputs of more megabytes than this (500)")
    options.add_argument("--logs", type=int, default=LOGS, help=f"how many logs make `many` ({LOGS})")
    asked = options.parse_args()
    cases = asked.cases or [*SINGLE, "pushes", "many", "start"]
    folder = Path(tempfile.mkdtemp(prefix="pushlog-bench-"))
    print("case             command       median s         from-to  ratio       from-to     MB  limit")
    try:
        for name in cases:
            if name == "many":
                _show(name, _beside(inputs.jobs(folder, asked.logs), runs.grep, asked.runs), None)
            elif name == "pushes":
                path = folder / "pushes.log"
                inputs.write(path, inputs.pushes(PUSHES))
                _show(name, _beside([path], runs.grep, asked.runs), None)
            elif name == "start":
                _start(folder, asked.runs)
            else:
                _grown(name, folder, asked.runs, asked.largest)
    finally:
        shutil.rmtree(folder)


def _grown(name: str, folder: Path, times: int, largest: int) -> None:
    """One kind of log in all its sizes."""
    single, medians = SINGLE[name], []
    sizes = [size for size in single.sizes if size <= largest]
    for size in sizes:
        path = folder / f"{name}-{size}.log"
        inputs.write(path, single.maker(size * MB))
        result = _beside([path], single.rival, times)
        _show(f"{name} {path.stat().st_size / MB:.0f} MB", result, 250 * MB + path.stat().st_size // 4)
        medians.append(result[OURS].median)
        path.unlink()
    grown = [f"x{size / sizes[0]:.1f}: {took / medians[0]:.2f}" for size, took in zip(sizes, medians, strict=True)]
    print(f"{name:<16} time against the size: {', '.join(grown)}\n", flush=True)


def _beside(paths: Sequence[Path], rival: Callable[[Sequence[Path]], list[str]], times: int) -> dict[str, Runs]:
    commands = {OURS: runs.analyze(paths), rival.__name__: rival(paths)}
    if rival is not runs.grep:
        commands["grep"] = runs.grep(paths)
    return runs.alternating({**commands, "re loop": runs.loop(paths)}, times)


def _start(folder: Path, times: int) -> None:
    """What a small log and the help take, beside what the libraries alone take to start."""
    for case, seed in (("start 5 kB", inputs.SEED), ("start 5 kB error", FAILS)):
        path = folder / f"small-{seed}.log"
        inputs.write(path, inputs.job(5000, every=5000, seed=seed))
        small = runs.alternating({OURS: runs.analyze([path]), "pandas": runs.pandas()}, 2 * times)
        _show(case, small, None)
    for words in (["--help"], ["explain", "PL101"]):
        found = runs.alternating({OURS: runs.ours(*words), "typer": runs.one_command()}, 2 * times)
        _show(f"start {words[0]}", found, None)


def _show(case: str, found: Mapping[str, Runs], limit: int | None) -> None:
    """One line for each command: its times, ours as a ratio of them run by run, and its memory."""
    own = found[OURS]
    for name, other in found.items():
        ratios = [a / b for a, b in zip(own.seconds, other.seconds, strict=True)]
        told = f"{statistics.median(ratios):6.2f} {min(ratios):6.2f}-{max(ratios):<6.2f}" if name != OURS else " " * 20
        most = f"{limit / MB:6.0f}" if limit and name == OURS else ""
        spread = f"{min(other.seconds):7.3f}-{max(other.seconds):<7.3f}"
        print(
            f"{case:<16} {name:<12} {other.median:9.3f} {spread:>15} {told} {other.memory / MB:6.0f} {most}", flush=True
        )


if __name__ == "__main__":
    main()
