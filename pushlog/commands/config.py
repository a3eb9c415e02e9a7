"""`pushlog config`: the settings as they are here, and where each comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from pushlog.commands.options import ConfigFile, Isolated, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.settings import Settings


def config(
    context: typer.Context,
    config_file: ConfigFile = None,
    isolated: Isolated = False,
) -> None:
    """Show the settings, and where each comes from.

    `pushlog explain settings` explains every one, and the form of the file.
    """
    from pushlog.report.visible import visible

    settings = settings_of(context)
    for line in _lines(settings):
        typer.echo(visible(line.replace("\n", " ")))


def _lines(settings: Settings) -> Iterator[str]:
    from pushlog.settings import SETTINGS, variable

    yield f"settings file: {settings.path or 'none'}"
    yield from settings.passed_over
    yield ""
    for key in SETTINGS:
        name = variable(key.name)
        if os.environ.get(name):
            yield f"{key.name:<16}{os.environ[name]:<24}  {name}"
        elif key.name in settings.values:
            value = settings.values[key.name]
            words = " ".join(map(str, value)) if isinstance(value, list) else str(value)
            line = settings.lines[key.name]
            yield f"{key.name:<16}{words:<24}  {settings.path}{'' if line is None else f':{line}'}"
        else:
            yield f"{key.name:<16}{'':<24}  default"
    yield from _unknown_variables()
    for entry in settings.suppressions:
        details = [
            entry.reason,
            *([f"until {entry.until}"] if entry.until else []),
            *([entry.image] if entry.image else []),
        ]
        yield f"{'suppress':<16}{entry.rule:<24}  {entry.place}  {', '.join(details)}"


def _unknown_variables() -> Iterator[str]:
    """Yield the variables that look like settings and are none."""
    from pushlog.settings import SETTINGS, variable
    from pushlog.suggest import did_you_mean

    names = {variable(name) for name in (*(key.name for key in SETTINGS), "config")}
    for name in sorted(os.environ):
        if name.startswith(variable("")) and name not in names:
            yield f"{name}: is no setting{did_you_mean(name, names)}"
