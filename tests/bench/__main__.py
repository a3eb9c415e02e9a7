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

from tests.bench import inputs, runs, screens
from tests.bench.inputs import MB
from tests.bench.runs import OURS, Runs

Command = Callable[[Sequence[Path]], list[str]]


@dataclass(frozen=True)
class Single:
    """One log: its maker, what a user would run instead, the sizes in MB from which growth is read, and our command.

    `packed`: it is compressed first. The limit of its memory is told for sizes that are those of the log.
    """

    maker: Callable[[int], Iterator[bytes]]
    rivals: tuple[Command, ...]
    sizes: tuple[int, ...]
    ours: Command = runs.analyze
    packed: bool = False


_SCREENS = (25, 50, 100)
_SOURCES = (75, 150, 300)
SINGLE = {
    "terminal": Single(inputs.terminal, (runs.awk, runs.grep, runs.loop), (70, 140, 280, 500)),
    "job": Single(inputs.job, (runs.grep, runs.loop), (125, 250, 500)),
    "engine": Single(inputs.engine, (runs.grep, runs.loop), (25, 50, 100)),
    "docker": Single(inputs.terminal, (runs.awk, runs.grep), _SCREENS),
    "podman": Single(screens.podman, (runs.grep, runs.loop), _SCREENS),
    "buildkit": Single(screens.buildkit, (runs.grep, runs.loop), _SCREENS),
    "compose": Single(screens.compose, (runs.grep, runs.loop), _SCREENS),
    "nerdctl": Single(screens.nerdctl, (runs.grep, runs.loop), _SCREENS),
    "oras": Single(screens.oras, (runs.grep, runs.loop), _SCREENS),
    "file": Single(inputs.job, (runs.grep, runs.lnav), _SOURCES),
    "stdin": Single(inputs.job, (runs.grep, runs.loop), _SOURCES, ours=runs.piped),
    "records": Single(inputs.records, (runs.jq_log, runs.grep), _SOURCES),
    "recording": Single(inputs.recording, (runs.jq_cast, runs.grep), _SOURCES),
    "gzip": Single(inputs.job, (runs.zgrep, runs.zcat), _SOURCES, packed=True),
}
OTHERS = ("pushes", "many", "zip", "start")
LOGS = 2000
PUSHES = 300
# The first seed whose only push fails.
FAILS = 1


def main() -> None:
    """Run what was asked for."""
    options = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    options.add_argument("cases", nargs="*", help=f"{', '.join([*SINGLE, *OTHERS])}; all without")
    options.add_argument("--runs", type=int, default=5, help="how often each command runs (5)")
    options.add_argument("--largest", type=int, default=500, help="leave out inputs of more megabytes than this (500)")
    options.add_argument("--logs", type=int, default=LOGS, help=f"how many logs make `many` ({LOGS})")
    asked = options.parse_args()
    cases = asked.cases or [*SINGLE, *OTHERS]
    folder = Path(tempfile.mkdtemp(prefix="pushlog-bench-"))
    print("case             command       median s         from-to    cpu s  ratio       from-to     MB  limit")
    try:
        for name in cases:
            if name == "many":
                _show(name, _beside(inputs.jobs(folder, asked.logs), (runs.grep, runs.loop), asked.runs), None)
            elif name == "pushes":
                path = folder / "pushes.log"
                inputs.write(path, inputs.pushes(PUSHES))
                _show(name, _beside([path], (runs.grep, runs.loop), asked.runs), None)
            elif name == "zip":
                _zip(folder, asked.logs, asked.runs)
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
        case = f"{name} {path.stat().st_size / MB:.0f} MB"
        most = 250 * MB + path.stat().st_size // 4
        path = inputs.packed(path) if single.packed else path
        result = _beside([path], single.rivals, times, single.ours)
        _show(case, result, most)
        medians.append(result[OURS].median)
        path.unlink()
    grown = [f"x{size / sizes[0]:.1f}: {took / medians[0]:.2f}" for size, took in zip(sizes, medians, strict=True)]
    print(f"{name:<16} time against the size: {', '.join(grown)}\n", flush=True)


def _zip(folder: Path, logs: int, times: int) -> None:
    """Small logs in one zip beside the same logs as files: the ratio is that of the zip."""
    files = folder / "logs"
    archive = inputs.zipped(files, inputs.small_jobs(files, logs))
    commands = {OURS: runs.audit([archive]), "as files": runs.audit([files]), "zipgrep": runs.zipgrep([archive])}
    _show(f"zip of {logs}", runs.alternating(commands, times), None)


def _beside(
    paths: Sequence[Path], rivals: Sequence[Command], times: int, own: Command = runs.analyze
) -> dict[str, Runs]:
    """Our command beside those of the rivals that are installed."""
    commands = {rival.__name__: rival(paths) for rival in rivals}
    installed = {name: command for name, command in commands.items() if shutil.which(command[0])}
    return runs.alternating({OURS: own(paths), **installed}, times)


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
            f"{case:<16} {name:<12} {other.median:9.3f} {spread:>15} {statistics.median(other.processors):8.2f} {told}"
            f" {other.memory / MB:6.0f} {most}",
            flush=True,
        )


if __name__ == "__main__":
    main()
