"""The inputs of an audit: files, folders, patterns, URLs, and lists of them on standard input."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections import Counter
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake import remote
from pushlog.intake.read import STDIN
from pushlog.intake.run_folders import repeated_steps
from pushlog.record_class import record
from pushlog.redaction.find import redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PATTERN = "*?["
_UNDER = " under "


@record
class Input:
    """One file to read. `size` in bytes, None where it is not known before; `stamp` changes when the file does.

    `twin`: its number among those whose names are the same but for a secret, from 1. `repeats`: another
    input holds all of its lines. `label`: the name for results, without the password of a URL and other secrets.
    """

    name: str
    size: int | None
    stamp: str
    twin: int = 1
    repeats: bool = False
    label: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Make the label, which is asked for again and again."""
        name = redact_text(unsigned(self.name))
        label = name if self.twin == 1 else f"{name} ({self.twin})"
        # The same text twice would be one more for each of a hundred thousand.
        object.__setattr__(self, "label", self.name if label == self.name else label)


def modified_at(source: Input) -> float | None:
    """Return when a local file was written, in seconds since 1970."""
    if remote.is_remote(source.name):
        return None
    try:
        return Path(source.name).stat().st_mtime
    except OSError:  # it is gone meanwhile
        return None


def under(stamp: str, limits: str) -> str:
    """Return the stamp of an input that was not read whole, perhaps for these limits."""
    return f"{stamp}{_UNDER}{limits}"


def limits_of(stamp: str) -> tuple[str, str]:
    """Return the stamp itself and the limits that go with it, empty without any."""
    without_limits, _, limits = stamp.partition(_UNDER)
    return without_limits, limits


def unsigned(name: str) -> str:
    """Return the name of a file, or the URL without password and signature; it identifies an input."""
    return _utf8(remote.label(name) if remote.is_remote(name) else name)


def _utf8(name: str) -> str:
    """Return a name that can be written: a file name may hold bytes that are no text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@record
class Missing:
    """An input that can't be read, and the reason."""

    name: str
    reason: str


def discover(names: Iterable[str], out: Path) -> tuple[list[Input], list[Missing]]:
    """Return the files behind the names, each once, sorted by name, without the folder of results.

    Raises InputError for a name that stands for nothing at all.
    """
    inputs: dict[str, Input] = {}
    missing: dict[str, Missing] = {}
    for entry in _all(names, out.resolve()):
        if isinstance(entry, Input):
            inputs.setdefault(remote.label(entry.name) if remote.is_remote(entry.name) else entry.name, entry)
        else:
            missing.setdefault(
                entry.name, Missing(name=redact_text(_utf8(entry.name)), reason=redact_text(_utf8(entry.reason)))
            )
    for key in repeated_steps(name for name in inputs):
        # Where the whole log goes, this one is read after all.
        inputs[key] = replace(inputs[key], repeats=True, stamp=f"{inputs[key].stamp} repeats")
    twins: Counter[str] = Counter()
    for key in sorted(inputs):
        label = inputs[key].label
        twins[label] += 1
        if twins[label] > 1:
            inputs[key] = replace(inputs[key], twin=twins[label])
    return sorted(inputs.values(), key=lambda i: i.label), sorted(missing.values(), key=lambda m: m.name)


def _all(names: Iterable[str], out: Path) -> Iterator[Input | Missing]:
    for name in names:
        if name == STDIN:
            for line in sys.stdin.buffer.read().decode(errors="surrogateescape").splitlines():
                if line.strip():
                    yield from _listed(line.strip(), out)
        else:
            yield from _named(name, out)


def _listed(name: str, out: Path) -> Iterator[Input | Missing]:
    """Yield the inputs of one line of a list; a wrong line becomes a row and does not end the audit."""
    try:
        yield from _named(name, out)
    except InputError as error:
        yield Missing(name=name, reason=str(error).removeprefix(f"{name}: "))


def _named(name: str, out: Path) -> Iterator[Input | Missing]:
    if remote.is_remote(name):
        inputs = [Input(name=file.url, size=file.size, stamp=file.stamp) for file in remote.find(name)]
        if not inputs:
            raise InputError(f"{remote.label(name)}: no file is there")
        yield from inputs
    elif Path(name).is_dir():
        yield from _folder(Path(name), out)
    elif Path(name).exists() or not any(mark in name for mark in _PATTERN):
        yield _file(Path(name), must=True)
    else:
        yield from _matching(name, out)


def _matching(pattern: str, out: Path) -> Iterator[Input | Missing]:
    paths = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - from any root
    if not paths:
        raise InputError(f"{pattern}: matches no file")
    for path in paths:
        if path.is_file():
            yield _file(path)
        elif path.is_dir() and "**" not in pattern:
            yield from _folder(path, out)


def _folder(folder: Path, out: Path) -> Iterator[Input | Missing]:
    """Yield the files below a folder. Links to folders are not followed, so that the walk ends."""
    problems: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=problems.append):
        directory = Path(parent)
        folders[:] = sorted(name for name in folders if (directory / name).resolve() != out)
        if directory.resolve() != out:
            yield from (_file(directory / name) for name in sorted(files))
    for problem in problems:
        yield Missing(name=str(problem.filename), reason=_why(problem))


def _file(path: Path, *, must: bool = False) -> Input | Missing:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        if must:
            raise InputError(f"{path}: can't be read: {_why(error)}") from None
        return Missing(name=str(path), reason=_why(error))
    if not stat.S_ISREG(status.st_mode):
        return Missing(name=str(path), reason="not a regular file")
    return Input(name=str(path), size=status.st_size, stamp=str(status.st_mtime_ns))


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()
