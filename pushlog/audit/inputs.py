"""Which files an audit reads: files, folders, patterns, URLs, and lists of them on standard input."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake import remote
from pushlog.redaction.find import redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = "-"
_PATTERN = "*?["


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file to read. `size` in bytes, None where it is not known before; `stamp` changes when the file does.

    `twin`: its number among those whose names are the same but for a secret, from 1.
    """

    name: str
    size: int | None
    stamp: str
    twin: int = 1

    @property
    def label(self) -> str:
        """The name as results carry it: no password of a URL, no other secret."""
        shown = redact_text(unsigned(self.name))
        return shown if self.twin == 1 else f"{shown} ({self.twin})"


def unsigned(name: str) -> str:
    """The name of a file, or a URL without password and signature: what tells one input from another."""
    return remote.label(name) if remote.is_remote(name) else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What was named and can't be read, and why."""

    name: str
    reason: str


def discover(names: Iterable[str], out: Path) -> tuple[list[Input], list[Missing]]:
    """The files behind the names, each once, in order of their names; the folder of results is left out.

    Raises InputError for a name that stands for nothing at all.
    """
    inputs: dict[str, Input] = {}
    missing: dict[str, Missing] = {}
    for found in _all(names, out.resolve()):
        if isinstance(found, Input):
            inputs.setdefault(unsigned(found.name), found)
        else:
            missing.setdefault(found.name, Missing(name=redact_text(found.name), reason=redact_text(found.reason)))
    twins: Counter[str] = Counter()
    for key in sorted(inputs):
        label = inputs[key].label
        twins[label] += 1
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
    """A line of a list: when it is wrong, it is a row of the result and not the end of the audit."""
    try:
        yield from _named(name, out)
    except InputError as error:
        yield Missing(name=name, reason=str(error).removeprefix(f"{name}: "))


def _named(name: str, out: Path) -> Iterator[Input | Missing]:
    if remote.is_remote(name):
        found = [Input(name=one.url, size=one.size, stamp=one.stamp) for one in remote.find(name)]
        if not found:
            raise InputError(f"{remote.label(name)}: no file is there")
        yield from found
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
    """The files below a folder; links to folders are not followed, so that none is walked twice or for ever."""
    problems: list[OSError] = []
    for at, folders, files in os.walk(folder, onerror=problems.append):
        here = Path(at)
        folders[:] = sorted(name for name in folders if (here / name).resolve() != out)
        if here.resolve() != out:
            yield from (_file(here / name) for name in sorted(files))
    for problem in problems:
        yield Missing(name=str(problem.filename), reason=_why(problem))


def _file(path: Path, *, must: bool = False) -> Input | Missing:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        if must:
            raise InputError(f"{path}: can't be read: {_why(error)}") from None
        return Missing(name=str(path), reason=_why(error))
    if not stat.S_ISREG(found.st_mode):
        return Missing(name=str(path), reason="not a regular file")
    return Input(name=str(path), size=found.st_size, stamp=str(found.st_mtime_ns))


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()
