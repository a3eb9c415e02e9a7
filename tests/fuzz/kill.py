"""`python -m tests.fuzz.kill [--times N] [--seed N]`: commands that are killed while they write, or stopped by Ctrl-C.

Half of the kills (SIGKILL) hit `analyze` with an HTML page and a JSON file to write, half an `audit` with its store,
each at a random moment: every other one anywhere in the run, the rest right after the first new file showed. After
each, a file is the old one or the whole new one, and an audit that runs to its end has the same results as one never
killed. A tenth as many are stopped by Ctrl-C, in a large log and in an audit: how long it takes them to end.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests import many
from tests.bench import inputs
from tests.logs import DONE, HEADER, A, exhausted
from tests.paths import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND = [sys.executable, "-c", "from pushlog.__main__ import main; main()"]
# A killed audit is run to its end after so many kills.
_ROUND = 10
# Share of the time that a run takes in which it is killed: later ones might find it done.
_WITHIN = 0.95
_DRAWN = ("audit.json", "audit.md", "index.html")


def analyses(folder: Path, times: int, chance: random.Random) -> Iterator[str]:
    """What is wrong after some kills of `analyze`."""
    outputs = [folder / "r.html", folder / "r.json"]
    calls = [_analysis(folder, word, outputs) for word in ("denied: no", "unauthorized: no")]
    known = [_whole(call, outputs) for call in calls]
    took = _seconds(calls[0])
    for number in range(times):
        _killed(calls[number % 2], folder, took, chance, at_once=number % 2 == 1)
        for place, path in enumerate(outputs):
            if path.read_bytes() not in (known[0][place], known[1][place]):
                yield f"kill {number}: {path.name} is neither the old file nor the new one"
        yield from (f"kill {number}: {name} is left" for name in _strange(folder, {"r.html", "r.json", "logs"}))


def stops(folder: Path, times: int, chance: random.Random) -> list[float]:
    """How long `analyze` of a large log and `audit` go on after Ctrl-C at a random moment, in seconds."""
    large = folder / "large.log"
    with large.open("wb") as file:
        file.writelines(inputs.terminal(100 * inputs.MB))
    logs = folder / "many"
    many.write(logs, 400, many.found([SAMPLES]))
    found = []
    for call in ([*COMMAND, "analyze", str(large)], _audit(logs, folder / "stopped")):
        took = _seconds(call)
        for _ in range(times):
            shutil.rmtree(folder / "stopped", ignore_errors=True)
            process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            # Python itself must be up: before that nobody can answer.
            time.sleep(max(0.2, chance.random() * took * _WITHIN))
            in_time, began = process.poll() is None, time.monotonic()
            process.send_signal(signal.SIGINT)
            process.communicate()
            found += [time.monotonic() - began] if in_time else []
    return sorted(found)


def audits(folder: Path, times: int, chance: random.Random) -> Iterator[str]:
    """What is wrong after some kills of `audit`."""
    logs = folder / "logs"
    logs.mkdir()
    for number in range(40):
        text = [HEADER, f"{A}: Preparing", *exhausted(A), f"denied: {number}"] if number % 3 else [HEADER, DONE]
        (logs / f"{number}.log").write_text("\n".join(text), "utf-8")
    whole = _audit(logs, folder / "whole")
    took = _seconds(whole)
    for number in range(times):
        out = folder / f"out-{number // _ROUND}"
        call = _audit(logs, out)
        _killed(call, out / "results", took, chance, at_once=number % 2 == 1)
        yield from (f"kill {number}: {path.name} is torn" for path in _files(out) if not _is_whole(path))
        if number % _ROUND == _ROUND - 1 or number == times - 1:
            subprocess.run(call, check=False, capture_output=True)
            differ = [name for name in _DRAWN if (out / name).read_bytes() != (folder / "whole" / name).read_bytes()]
            yield from (f"after kill {number}: {name} tells something else" for name in differ)


def _analysis(folder: Path, error: str, outputs: Sequence[Path]) -> list[str]:
    log = folder / "logs" / f"{error.partition(':')[0]}.log"
    log.parent.mkdir(exist_ok=True)
    one = [HEADER, f"{A}: Preparing", *exhausted(A), error]
    log.write_text("\n".join(one * 40), "utf-8")
    return [*COMMAND, "analyze", str(log), *(part for path in outputs for part in ("-f", f"{path.suffix[1:]}={path}"))]


def _audit(logs: Path, out: Path) -> list[str]:
    return [*COMMAND, "audit", str(logs), "--out", str(out), "--jobs", "2"]


def _whole(call: Sequence[str], outputs: Sequence[Path]) -> list[bytes]:
    subprocess.run(call, check=True)
    return [path.read_bytes() for path in outputs]


def _seconds(call: Sequence[str]) -> float:
    began = time.monotonic()
    subprocess.run(call, check=False, capture_output=True)
    return time.monotonic() - began


def _killed(call: Sequence[str], folder: Path, took: float, chance: random.Random, *, at_once: bool) -> None:
    """Run the command and kill it at a random moment; `at_once`: within 20 ms of the first new file in the folder."""
    before = _names(folder)
    process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    if at_once:
        while process.poll() is None and _names(folder) <= before:
            time.sleep(0.0005)
        time.sleep(chance.random() * 0.02)
    else:
        time.sleep(chance.random() * took * _WITHIN)
    # The workers of an audit are of its session: they go with it, as when a machine stops.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def _strange(folder: Path, expected: set[str]) -> set[str]:
    """Names that nobody asked for; what stands beside a file under a name of its own is hidden, and no output."""
    return {name for name in _names(folder) - expected if not (name.startswith(".") and name.endswith(".tmp"))}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]


def _is_whole(path: Path) -> bool:
    """Whether a file of an audit is whole, by its own form."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        try:
            return gzip.decompress(data).endswith(b"\n")
        except (EOFError, OSError):
            return False
    if path.suffix == ".json":
        return isinstance(json.loads(data), dict)
    if path.suffix == ".html":
        return data.rstrip().endswith(b"</html>")
    return path.suffix != ".parquet" or (data[:4] == data[-4:] == b"PAR1")


def main() -> int:
    """Kill and say what was found; 1 when anything was."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.kill")
    options.add_argument("--times", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    # A shell starts what runs in the background with Ctrl-C ignored, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chance = random.Random(chosen.seed)
    bad = 0
    for what in (analyses, audits):
        with tempfile.TemporaryDirectory() as folder:
            for problem in what(Path(folder), chosen.times // 2, chance):
                bad += 1
                sys.stdout.write(f"{what.__name__}: {problem}\n")
            left = len(list(Path(folder).rglob(".*.tmp")))
        sys.stdout.write(f"{what.__name__}: {chosen.times // 2} kills, {left} unfinished files were left beside\n")
        sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        times = stops(Path(folder), max(1, chosen.times // 20), chance)
    sys.stdout.write(
        f"Ctrl-C: {len(times)} times, {times[len(times) // 2]:.2f} s to the end, at most {times[-1]:.2f} s\n"
    )
    sys.stdout.write(f"{bad} problems\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
