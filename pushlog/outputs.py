"""The requested outputs and where they go; files are written whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pushlog.faults import OutputError
from pushlog.files import put
from pushlog.record_class import record
from pushlog.report.text import Detail
from pushlog.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log
    from pushlog.report.output import Output as OutputModule

# Each is drawn by the module of its name in report/, which is loaded on use.
FORMATS = (
    *("text", "json", "html", "markdown", "github", "gitlab", "azure", "sarif", "junit", "trace", "otlp", "jsonl"),
    *("slack", "teams"),
)
# What html=DIR/ writes.
FOLDER_FILES = ("index.html", "report.css")
# Formats that describe the rules themselves.
DESCRIBED = ("sarif",)
STDOUT = "-"
# The longer ones first.
ENDINGS = {
    "gl-code-quality-report.json": "gitlab",
    ".trace.json": "trace",
    ".sarif.json": "sarif",
    ".otlp.json": "otlp",
    ".jsonl": "jsonl",
    ".json": "json",
    ".sarif": "sarif",
    ".html": "html",
    ".htm": "html",
    "/": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".xml": "junit",
    ".txt": "text",
}


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@record
class Output:
    """A format and its path; None is standard output."""

    format: str
    path: str | None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are written; none for standard output."""
        if self.path is None:
            return ()
        return tuple(f"{self.path}{name}" for name in FOLDER_FILES) if self.is_folder else (self.path,)

    @property
    def is_folder(self) -> bool:
        """Whether a page and its stylesheet are written into a folder."""
        return self.format == "html" and self.path is not None and self.path.endswith(("/", os.sep))


def outputs(names: Sequence[str], paths: Sequence[str] = ()) -> tuple[Output, ...]:
    """Return the outputs named by `FORMAT[=PATH]` or by a file name, and those that go to `paths`; none is text.

    One path takes the format that has none; else the name of each path tells its format. Raises OutputError for an
    unknown format or for one that clashes.
    """
    targets = [_named(item) for item in names]
    homeless = [output for output in targets if output.path is None]
    if len(paths) == 1 and len(homeless) == 1:
        targets = [
            output if output.path else Output(format=output.format, path=_file_or_stdout(paths[0]))
            for output in targets
        ]
    else:
        targets += [_by_path(path) for path in paths]
    if sum(output.path is None for output in targets) > 1:
        raise OutputError("only one format can go to standard output; give the others a path: -f json=result.json")
    return tuple(targets) or (Output(format="text", path=None),)


def _named(item: str) -> Output:
    name, equals_sign, path = item.partition("=")
    if name not in FORMATS:
        guess = None if equals_sign else format_of(item)
        if guess is not None:
            return Output(format=guess, path=item)
        hint = did_you_mean(name, FORMATS)
        raise OutputError(f"no format is called {name!r}{hint or '; there are ' + ', '.join(FORMATS)}")
    if equals_sign and not path:
        raise OutputError(f"{item!r}: a path is missing after '='")
    return Output(format=name, path=path or None)


def _by_path(path: str) -> Output:
    if path == STDOUT:
        return Output(format="text", path=None)
    name = format_of(path)
    if name is None:
        raise OutputError(f"{path}: its name does not tell the format: write -f FORMAT={path}")
    return Output(format=name, path=path)


def _file_or_stdout(path: str) -> str | None:
    return None if path == STDOUT else path


def format_of(path: str) -> str | None:
    """Return the format that a file name tells; None where it tells none."""
    lowered = path.lower()
    return next((name for ending, name in ENDINGS.items() if lowered.endswith(ending)), None)


def write(
    targets: Sequence[Output],
    logs: Sequence[Log],
    *,
    no_color: bool,
    color: Color = Color.AUTO,
    verbose: bool = False,
    quiet: bool = False,
) -> None:
    """Draw every output, files first, so that a full disk is known before anything is printed.

    `verbose` and `quiet` are for text alone: all that is known, or one line for each push.
    """
    detail = Detail.EVERYTHING if verbose else Detail.VERDICT if quiet else Detail.ANSWER
    no_color = no_color or color is Color.NEVER
    forced = color is Color.ALWAYS
    for output in sorted(targets, key=lambda o: o.path is None):
        if output.path is None:
            _print(
                _render(output.format, logs, no_color=no_color, forced=forced, for_file=False, detail=detail).encode(
                    "utf-8", "replace"
                )
            )
        elif output.is_folder:
            _folder(output.path, logs)
        else:
            _file(
                output.path,
                _render(output.format, logs, no_color=no_color, for_file=True, detail=detail).encode(
                    "utf-8", "replace"
                ),
            )


def _render(
    name: str, logs: Sequence[Log], *, no_color: bool, for_file: bool, detail: Detail, forced: bool = False
) -> str:
    if name != "text":
        if name in DESCRIBED:
            from pushlog.manual.rule_pages import generic
            from pushlog.report.rule_links import describe_by

            describe_by(generic)
        module: OutputModule = cast("OutputModule", import_module(f"pushlog.report.{name}"))
        return module.render(logs)
    from pushlog.report import text

    encoding = "utf-8" if for_file else (sys.stdout.encoding or "ascii")
    return text.render(
        logs,
        width=80 if for_file else shutil.get_terminal_size().columns if sys.stdout.isatty() else 80,
        color=not for_file and not no_color and (forced or _color()),
        detail=detail,
        ascii_only=not encoding.lower().replace("-", "").startswith("utf"),
    )


def _color() -> bool:
    """Return whether to use colour: by NO_COLOR and FORCE_COLOR, else on a terminal (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _print(data: bytes) -> None:
    """Write to standard output; all formats but text are UTF-8 whatever the locale says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def targets_of(items: Sequence[str], formats: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    """Return name and path of what `FORMAT[=PATH]` asks for, files first; no path is standard output.

    Raises OutputError.
    """
    targets: list[tuple[str, str | None]] = []
    for item in items:
        name, equals_sign, path = item.partition("=")
        if name not in formats:
            hint = did_you_mean(name, formats)
            raise OutputError(f"no format is called {name!r}{hint or '; there are ' + ', '.join(formats)}")
        if equals_sign and not path:
            raise OutputError(f"{item!r}: a path is missing after '='")
        targets.append((name, path or None))
    if sum(path is None for _, path in targets) > 1:
        raise OutputError("only one format can go to standard output; give the others a path: -f json=result.json")
    return tuple(sorted(targets, key=lambda target: target[1] is None))


def write_text(path: str | None, text: str) -> None:
    """Write a document to a file, whole or not at all, or to standard output. Raises OutputError."""
    data = text.encode("utf-8", "replace")
    if path is None:
        _print(data)
    else:
        _file(path, data)


def write_bytes(path: str | None, data: bytes) -> None:
    """Write to a file, whole or not at all, or to standard output. Raises OutputError."""
    if path is None and sys.stdout.isatty():
        raise OutputError("a log can hold codes that act on a terminal: name a file with -o, or use a pipe")
    if path is None:
        _print(data)
    else:
        _file(path, data)


def _file(path: str, data: bytes) -> None:
    """Replace a file: the old one stays until the new one is whole."""
    target = Path(path)
    try:
        if target.exists() and not target.is_file():  # a device or a pipe is written to, never replaced
            if target.is_dir():
                raise OutputError(f"{path}: is a folder: name a file in it, or write a page there with html={path}/")
            target.write_bytes(data)
            return
        put(target, data)
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {(error.strerror or str(error)).lower()}") from error


def _folder(path: str, logs: Sequence[Log]) -> None:
    from pushlog.report import html

    try:
        html.write_folder(logs, Path(path))
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {(error.strerror or str(error)).lower()}") from error
