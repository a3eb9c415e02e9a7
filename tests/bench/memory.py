"""`python -m tests.bench.memory`: the most memory that a command holds, for each kind of input, beside what it may.

Linux alone: the peaks are read from /proc while the command runs, those of its workers too.
"""

import argparse
import bz2
import gzip
import lzma
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from tests.bench import inputs, runs
from tests.bench.inputs import MB
from tests.intake import zstd

SIZES = (20, 100, 200)
# What is promised in SECURITY.md: so much and a quarter of the log's size; of a log that is held whole, its size more.
FLOOR = 250 * MB


def _packed(pack: Callable[[Path], gzip.GzipFile | bz2.BZ2File | IO[bytes]]) -> Callable[[Path, int], None]:
    def make(path: Path, size: int) -> None:
        with pack(path) as file:
            for part in inputs.job(size):
                file.write(part)

    return make


def _plain(kind: Callable[[int], Iterator[bytes]]) -> Callable[[Path, int], None]:
    return lambda path, size: inputs.write(path, kind(size))


def _utf16(path: Path, size: int) -> None:
    with path.open("w", encoding="utf-16", newline="") as file:
        file.writelines(part.decode() for part in inputs.job(size // 2))


def _zip(path: Path, size: int) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("push.log", "w") as file,
    ):
        file.writelines(inputs.job(size))


def _tar(path: Path, size: int) -> None:
    log = path.with_name("inside.log")
    inputs.write(log, inputs.job(size))
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.add(log, "push.log")
    log.unlink()


def _typescript(path: Path, size: int) -> None:
    """A log as `script` keeps it, and beside it the file of `--log-timing`: the wait and the bytes of each line."""
    with path.open("wb") as log, path.with_name("timing").open("w") as timing:
        log.write(head := b'Script started on 2026-11-23 12:00:00+00:00 [TERM="xterm" COLUMNS="120" LINES="40"]\n')
        written = len(head)
        for line in inputs.job(size):
            text = line.replace(b"\n", b"\r\n")
            written += log.write(text)
            timing.write(f"0.010000 {len(text)}\n")
            if written >= size:
                return


def _access_log(size: int) -> Iterator[bytes]:
    """The log of a proxy: uploads of one repository among requests for others."""
    written = number = 0
    while written < size:
        number += 1
        repository = "team/app" if number % 100 == 0 else f"team/other-{number % 50}"
        clock = f"{number // 36000 % 24:02}:{number // 600 % 60:02}:{number // 10 % 60:02}"
        line = (
            f'192.0.2.7 - - [23/Nov/2026:{clock} +0000] "PATCH /v2/{repository}/blobs/uploads/{number:032x} HTTP/1.1" '
            f'202 0 "-" "docker/28.5.2 go/go1.24.9"\n'
        ).encode()
        written += len(line)
        yield line


MAKERS: dict[str, Callable[[Path, int], None]] = {
    "file": _plain(inputs.job),
    "terminal": _plain(inputs.terminal),
    "stdin": _plain(inputs.job),
    "utf-16": _utf16,
    "records": _plain(inputs.records),
    "document": _plain(inputs.document),
    "csv": _plain(inputs.table),
    "key lines": _plain(inputs.key_lines),
    "engine": _plain(inputs.engine),
    "recording": _plain(inputs.recording),
    "typescript": _typescript,
    "gz": _packed(lambda path: gzip.GzipFile(path, "wb", compresslevel=1)),
    "bz2": _packed(lambda path: bz2.BZ2File(path, "wb", compresslevel=1)),
    "xz": _packed(lambda path: lzma.open(path, "wb", preset=0)),  # noqa: SIM115 - closed by _packed
    "zst": _packed(lambda path: zstd.library().open(path, "wb", level=1)),
    "zip": _zip,
    "tar.gz": _tar,
    "with": _plain(_access_log),
    "audit": _plain(inputs.job),
}
ARCHIVES = ("gz", "bz2", "xz", "zst", "zip", "tar.gz")
HELD = (*ARCHIVES, "audit")


def _command(kind: str, path: Path) -> list[str]:
    if kind == "stdin":
        return runs.ours("analyze", "-f", "json", "-")
    if kind == "typescript":
        return runs.ours("analyze", "-f", "json", str(path), "--timing", str(path.with_name("timing")))
    if kind == "with":
        log = path.with_name("push.log")
        inputs.write(log, inputs.job(5000, every=5000))
        return runs.ours("analyze", "-f", "json", str(log), "--with", str(path))
    if kind == "audit":
        return runs.ours("audit", str(path), "--out", str(path.with_suffix(".audit")), "--time-limit", "600")
    return runs.analyze([path])


def peaks(command: list[str], given: Path | None = None) -> tuple[int, int]:
    """Bytes: the most that the command's own process held, and the most of any process below it (0: there was none)."""
    feeder = subprocess.Popen(["cat", given], stdout=subprocess.PIPE) if given else None
    process = subprocess.Popen(
        command, stdin=feeder.stdout if feeder else subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    own = below = 0
    while process.poll() is None:
        own = max(own, _peak(process.pid))
        below = max([below, *map(_peak, _descendants(process.pid))])
        time.sleep(0.01)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: ended with {process.returncode}")
    return own, below


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return
    for child in children:
        yield child
        yield from _descendants(child)


def main() -> None:
    """Measure what was asked for, a line for each kind and size."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    options.add_argument("kinds", nargs="*", help=f"{', '.join(MAKERS)}; all without")
    options.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="megabytes of log, unpacked")
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pushlog-memory-"))
    print("kind        log MB    own MB  worker MB  promised MB")
    over = 0
    try:
        for kind in asked.kinds or MAKERS:
            for size in asked.sizes:
                path = folder / f"push-{size}.{kind if kind in ARCHIVES else 'log'}"
                MAKERS[kind](path, size * MB)
                promised = FLOOR + size * MB // 4 + (size * MB if kind in HELD else 0)
                own, below = peaks(_command(kind, path), path if kind == "stdin" else None)
                path.unlink()
                beyond = max(own, below) > promised
                over += beyond
                figures = f"{own / MB:9.0f}  {below / MB:9.0f}  {promised / MB:11.0f}"
                print(f"{kind:<10}  {size:6} {figures}{'  OVER' if beyond else ''}", flush=True)
    finally:
        shutil.rmtree(folder)
    sys.exit(over > 0)


if __name__ == "__main__":
    main()
