"""`python -m tests.fuzz.poison [--logs N]`: an audit of many logs, one in a hundred of them made to harm it.

Slow ones, bombs, torn and broken archives, pipes, links to nowhere, endless lines: each must be a row of its own, and
the rows of every other log must be those of an audit without them. Says what differs, and how long both took.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pyarrow import parquet

from pushlog.audit.schema import TABLES
from tests import many
from tests.intake.test_limits import families
from tests.paths import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

MB = 1 << 20
COMMAND = [sys.executable, "-c", "from pushlog.__main__ import main; main()"]
EVERY = 100


def _slow(path: Path) -> None:
    path.write_bytes(families(8 * MB)["pushes"])


def _bomb(path: Path) -> None:
    with gzip.open(path, "wb", 9) as file:
        for _ in range(1024):
            file.write(bytes(MB))


def _torn(path: Path) -> None:
    path.write_bytes(gzip.compress(random.Random(1).randbytes(100_000))[:50_000])


def _broken(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + b"\xff" * 10_000)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _endless(path: Path) -> None:
    path.write_bytes(b"x" * 20 * MB)


def _deep(path: Path) -> None:
    path.write_bytes(b'{"a":' * MB)


def _drawn_over(path: Path) -> None:
    path.write_bytes(families(4 * MB)["redraws of nothing"])


POISON: tuple[Callable[[Path], None], ...] = (
    *(_slow, _bomb, _torn, _broken, _pipe),
    *(_nowhere, _loop, _endless, _deep, _drawn_over),
)


def written(folder: Path, count: int) -> set[str]:
    """Write that many logs into `mixed/logs`, the good ones again into `good/logs`; the names of the good ones."""
    good = set()
    bad = 0
    for number, data in enumerate(many.logs(count, many.found([SAMPLES]))):
        name = f"logs/{number // 1000:03}/job-{number:05}.log"
        for half in ("mixed", "good"):
            (folder / half / name).parent.mkdir(parents=True, exist_ok=True)
        if number % EVERY == EVERY - 1:
            POISON[bad % len(POISON)](folder / "mixed" / name)
            bad += 1
        else:
            (folder / "good" / name).write_bytes(data)
            (folder / "mixed" / name).hardlink_to(folder / "good" / name)
            good.add(name)
    return good


def audited(folder: Path, seconds: float) -> dict[str, dict[str, list[str]]]:
    """The rows of every table by the name or the hash of their log, after an audit; says how that ended."""
    began = time.monotonic()
    call = [*COMMAND, "audit", "logs", "--out", "out", "--time-limit", str(seconds)]
    done = subprocess.run(call, cwd=folder, check=False, capture_output=True, text=True)
    sys.stdout.write(f"{folder.name}: exit {done.returncode} after {time.monotonic() - began:.0f} s\n{done.stderr}")
    rows: dict[str, dict[str, list[str]]] = {}
    for table in TABLES:
        for row in parquet.read_table(folder / "out" / f"{table}.parquet").to_pylist():
            rows.setdefault(table, {}).setdefault(row.get("input", row["log"]), []).append(json.dumps(row))
    return rows


def main() -> int:
    """Write, audit, compare; 1 when a good log's rows differ or a poisoned one has none."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz.poison")
    options.add_argument("--logs", type=int, default=10_000)
    options.add_argument("--seconds", type=float, default=2.0, help="the audit's --time-limit")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        good = written(folder, chosen.logs)
        alone, mixed = (audited(folder / half, chosen.seconds) for half in ("good", "mixed"))
    # Of tables that name a log by its hash, every hash of a good one.
    differ = {name for table in TABLES for name, rows in alone[table].items() if mixed[table].get(name) != rows}
    differ |= good - set(alone["sources"])
    bad = {name: rows for name, rows in mixed["sources"].items() if name not in good}
    sys.stdout.writelines(f"differs: {name}\n" for name in sorted(differ)[:20])
    for name, rows in sorted(bad.items())[: len(POISON)]:
        told = json.loads(rows[0])
        sys.stdout.write(f"  {name}: {told['status']}, {told['reason']}\n")
    sys.stdout.write(
        f"{len(good):,} good logs, {len(differ)} differ; {len(bad)} rows of {chosen.logs // EVERY} others\n"
    )
    return 1 if differ or len(bad) < chosen.logs // EVERY else 0


if __name__ == "__main__":
    sys.exit(main())
