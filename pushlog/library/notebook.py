"""The library's results for notebooks and scripts: logs that draw themselves, one or many, from whatever holds them."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, overload

from pushlog import model
from pushlog.faults import InputError
from pushlog.pipeline import analyze as analyze_one
from pushlog.pipeline import analyze_raw
from pushlog.report.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.pipeline import Options

    # A log: its path (`-` for standard input), its bytes, an open file, or what `analyze` answered.
    Source = str | Path | bytes | BinaryIO | model.Log
    # One of these, a folder or a pattern of paths, or a list of all of those.
    Sources = Source | Iterable[Source]

_PATTERN = "*?["
_FRAME = '<iframe sandbox srcdoc="{}" title="{}" style="width:100%;height:40em;border:0"></iframe>'


class Log(model.Log):
    """One log with the pushes found in it; a notebook shows its report."""

    __slots__ = ()

    def to_html(self) -> str:
        """Return the report as one page that needs nothing else."""
        return _rendered("html", [self])

    def to_markdown(self) -> str:
        """Return the report as Markdown."""
        return _rendered("markdown", [self])

    def to_json(self) -> str:
        """Return the document that `pushlog analyze -f json` writes."""
        return _rendered("json", [self])

    def to_dict(self) -> dict[str, object]:
        """Return the log as dicts and lists: an entry of `logs` in that document."""
        return _plain(self)

    def _repr_html_(self) -> str:
        return _framed([self])

    def __repr__(self) -> str:
        """Return the log in a line: its whole record can have thousands."""
        ends = ", ".join(push.outcome.value for push in self.pushes[:5])
        more = f", {len(self.pushes) - 5} more" if len(self.pushes) > 5 else ""
        return f"<Log {self.source.name!r}: {count(len(self.pushes), 'push')}{': ' if ends else ''}{ends}{more}>"


class Logs(Sequence[Log]):
    """Several logs in order; a notebook shows one report of them all."""

    def __init__(self, logs: Iterable[Log]) -> None:
        """Keep the logs."""
        self._logs = tuple(logs)

    @overload
    def __getitem__(self, index: int) -> Log: ...
    @overload
    def __getitem__(self, index: slice) -> Logs: ...
    def __getitem__(self, index: int | slice) -> Log | Logs:
        """Return one log, or some."""
        return Logs(self._logs[index]) if isinstance(index, slice) else self._logs[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._logs)

    @property
    def pushes(self) -> tuple[model.Diagnosis, ...]:
        """All pushes of all logs."""
        return tuple(push for log in self._logs for push in log.pushes)

    def to_html(self) -> str:
        """Return one report of all logs, as a page that needs nothing else."""
        return _rendered("html", self._logs)

    def to_markdown(self) -> str:
        """Return one report of all logs as Markdown."""
        return _rendered("markdown", self._logs)

    def to_json(self) -> str:
        """Return the document that `pushlog analyze -f json` writes; `pushlog.load` reads it."""
        return _rendered("json", self._logs)

    def to_dict(self) -> dict[str, object]:
        """Return the same document as dicts and lists."""
        from pushlog.report.json import SCHEMA

        return {"schema": SCHEMA, "logs": [log.to_dict() for log in self._logs]}

    def _repr_html_(self) -> str:
        return _framed(self._logs)

    def __repr__(self) -> str:
        """Return the logs in a line."""
        return f"<Logs: {count(len(self._logs), 'log')} with {count(len(self.pushes), 'push')}>"


@overload
def analyze(  # type: ignore[overload-overlap] # a text is a list of texts, too, and means a path
    source: str | Path | bytes | BinaryIO, options: Options | None = None
) -> Log: ...
@overload
def analyze(source: Iterable[Source], options: Options | None = None) -> Logs: ...
def analyze(source: Sources, options: Options | None = None) -> Log | Logs:
    """Return what a log says of its pushes: a path, `-` for standard input, bytes, or an open file.

    A list of those is several logs; a folder in it stands for its files, in order of their names, a pattern for the
    paths that fit. Raises InputError.
    """
    if isinstance(source, str | Path | bytes | model.Log) or hasattr(source, "read"):
        return log_of(source, options)  # type: ignore[arg-type]
    return Logs(logs_of(source, options))


def load(path: str | Path) -> Logs:
    """Return the logs of a stored result, as `to_json` and `pushlog analyze -f json` write it. Raises InputError."""
    from pushlog.intake.read import read
    from pushlog.report.stored import logs

    stored = read(str(path))
    return Logs(_as_log(log) for log in logs(stored.data[:].decode("utf-8", "replace"), stored.name))


def log_of(source: Source, options: Options | None = None) -> Log:
    """Return one log. Raises InputError."""
    if isinstance(source, model.Log):
        return _as_log(source)
    if isinstance(source, str | Path | bytes):
        if not isinstance(source, bytes) and Path(source).is_dir():
            raise InputError(
                f"{source}: is a folder: put it in a list to analyze its files, analyze([{str(source)!r}])"
            )
        return _as_log(analyze_one(source, options))
    from pushlog.intake.read import raw

    return _as_log(analyze_raw(raw(str(getattr(source, "name", "file")), source.read()), options))


def logs_of(sources: Sources, options: Options | None = None) -> Iterator[Log]:
    """Yield the logs of sources of any kind, in order. Raises InputError."""
    if isinstance(sources, str | Path):
        for path in paths(sources):
            yield log_of(path, options)
    elif isinstance(sources, bytes | model.Log) or hasattr(sources, "read"):
        yield log_of(sources, options)  # type: ignore[arg-type]
    else:
        for source in sources:
            yield from logs_of(source, options)


def paths(name: str | Path) -> list[str]:
    """Return the files that a path, a folder or a pattern stands for; hidden ones in folders are left out."""
    path = Path(name)
    if path.is_dir():
        files = (entry for entry in path.rglob("*") if entry.is_file())
        return sorted(
            str(entry) for entry in files if not any(part.startswith(".") for part in entry.parts[len(path.parts) :])
        )
    if any(sign in str(name) for sign in _PATTERN) and not path.exists():
        found_paths = sorted(glob.glob(str(name), recursive=True))  # noqa: PTH207 - the pattern may be absolute
        if not found_paths:
            raise InputError(f"{name}: no file fits this pattern")
        return found_paths
    return [str(name)]


def _as_log(log: model.Log) -> Log:
    return log if isinstance(log, Log) else Log(source=log.source, pushes=log.pushes)


def _rendered(name: str, logs: Sequence[model.Log]) -> str:
    from importlib import import_module

    text: str = import_module(f"pushlog.report.{name}").render(logs)
    return text


def _plain(log: model.Log) -> dict[str, object]:
    from pushlog.report.json import plain

    document = plain(log)
    assert isinstance(document, dict)
    return document


def _framed(logs: Sequence[model.Log]) -> str:
    """Return the page in a frame of its own, where its style is its alone and nothing can run."""
    from html import escape

    return _FRAME.format(escape(_rendered("html", logs)), "Report of pushlog")
