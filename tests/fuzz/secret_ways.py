"""The ways on which a log leaves pushlog: each yields all that comes out of a planted log, by name."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pushlog.outputs import FORMATS
from pushlog.redaction.whole import redact_log_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.fuzz.secrets import Planted

    Outputs = Iterator[tuple[Planted, dict[str, str]]]

_BATCH = 50
_COMPARED = ("text", "json", "html", "markdown")
_REFUSED = 2
_PUSHLOG = (sys.executable, "-P", "-m", "pushlog")


def redact(plants: Sequence[Planted]) -> Outputs:
    """Each log redacted."""
    for plant in plants:
        clean = redact_log_bytes(plant.log.encode("utf-8", "surrogateescape")).data
        yield plant, {"redacted": clean.decode("utf-8", "surrogateescape")}


def outputs(plants: Sequence[Planted]) -> Outputs:
    """Every format of an analysis, with all there is to tell, and what is said on standard error."""

    def run(folder: Path, files: Sequence[Path]) -> None:
        _run(folder, "analyze", "--verbose", *(f"--format={name}=out.{name}" for name in FORMATS), *files)
        _run(folder, "report", "out.json", "--no-redact", "-f", "text")

    yield from _in_folders(plants, run)


def audit(plants: Sequence[Planted]) -> Outputs:
    """The folder of an audit: pages, tables, counts."""

    def run(folder: Path, files: Sequence[Path]) -> None:
        _run(
            folder,
            "audit",
            "--out=out",
            "--tables=csv",
            "--tables=jsonl",
            "--format=otlp",
            "--format=prometheus",
            "-j1",
            *files,
        )

    yield from _in_folders(plants, run)


def compare(plants: Sequence[Planted]) -> Outputs:
    """Each log beside the next one, in every format."""

    def run(folder: Path, files: Sequence[Path]) -> None:
        for old, new in zip(files[::2], files[1::2], strict=False):
            _run(folder, "compare", old, new, *(f"--format={name}={new.stem}.{name}" for name in _COMPARED))

    yield from _in_folders(plants, run)


def record(plants: Sequence[Planted]) -> Outputs:
    """What a recording of a command that prints the log says when it is analyzed, and the recording redacted."""

    def run(folder: Path, files: Sequence[Path]) -> None:
        for file in files:
            cast = folder / f"{file.name}.cast"
            _run(folder, "record", "--analyze", "-o", cast, "--", "sh", "-c", f"cat {file.name}; exit 1", shown=False)
            _run(folder, "redact", cast, "-o", f"{file.name}.redacted")
            _run(folder, "analyze", "--verbose", cast)
            cast.unlink()

    yield from _in_folders(plants, run)


def explain(plants: Sequence[Planted]) -> Outputs:
    """What is said of an error text."""

    def run(folder: Path, files: Sequence[Path]) -> None:
        for file in files:
            _run(folder, "explain", "-", given=file)

    yield from _in_folders(plants, run)


def _in_folders(plants: Sequence[Planted], run: Callable[[Path, Sequence[Path]], None]) -> Outputs:
    """Write the logs in batches, run something on them, and read what it wrote beside them."""
    for batch in _batches(plants):
        with TemporaryDirectory() as name:
            folder = Path(name)
            files = [folder / f"{number}.log" for number in range(len(batch))]
            for plant, file in zip(batch, files, strict=True):
                file.write_bytes(plant.failed.encode("utf-8", "surrogateescape"))
            run(folder, files)
            written = {
                str(path.relative_to(folder)): _read(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file() and path not in files
            }
        for plant in batch:
            yield plant, written


def _batches(plants: Sequence[Planted]) -> Iterator[Sequence[Planted]]:
    for first in range(0, len(plants), _BATCH):
        yield plants[first : first + _BATCH]


def _run(folder: Path, *arguments: str | Path, shown: bool = True, given: Path | None = None) -> None:
    """Run pushlog; what it prints is appended to a file. `shown`: a command's own output is no output of pushlog."""
    with (
        (folder / "printed").open("ab") as printed,
        given.open("rb") if given else (folder / "printed").open() as source,
    ):
        done = subprocess.run(
            [*_PUSHLOG, *arguments],
            cwd=folder,
            stdin=source,
            stdout=printed if shown else subprocess.DEVNULL,
            stderr=printed,
            check=False,
        )
    assert done.returncode != _REFUSED, arguments


def _read(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "surrogateescape")


WAYS: dict[str, Callable[[Sequence[Planted]], Outputs]] = {
    "redact": redact,
    "outputs": outputs,
    "audit": audit,
    "compare": compare,
    "record": record,
    "explain": explain,
}
