"""What is shown of the results: the findings that the user wants to see, where the outputs go, the exit status."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pushlog.commands.options import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import typer

    from pushlog.exits import Exit
    from pushlog.model import Log
    from pushlog.outputs import Output
    from pushlog.selection import Selection
    from pushlog.settings import Settings


def show(context: typer.Context, targets: Sequence[Output], logs: Iterable[Log], wanted: Selection) -> Exit:
    """Write the results as the options of the call say. Raises UserError, OutputError."""
    from pushlog.exits import status
    from pushlog.outputs import Color, write

    options = context.params
    link_rules(options["rules_url"])
    results = _shown(logs, wanted)
    write(
        targets,
        results,
        no_color=options["no_color"],
        color=Color(options["color"]),
        verbose=options["verbose"],
        quiet=options["quiet"],
    )
    _tell_left_out(targets, results)
    _tell_written(targets)
    return status(results, fail_on=options["fail_on"], classes=options["exit_class"], strict=options["strict"])


def selection(context: typer.Context) -> Selection:
    """Return what the options, the environment and the settings hide. Raises UserError for a rule that is none."""
    from datetime import UTC, datetime

    from pushlog.selection import Selection, rule_names

    settings = settings_of(context)
    rule_names([entry.rule for entry in settings.suppressions])
    return Selection(
        select=rule_names(context.params["select"] or ()),
        ignore=rule_names(context.params["ignore"] or ()),
        suppressions=settings.suppressions,
        origins=(_origin(context, "select", settings), _origin(context, "ignore", settings)),
        today=datetime.now(UTC).date() if settings.suppressions else None,
        notes=tuple(additions(settings)),
        found_file=None if settings.is_named else settings.name or None,
    )


def _origin(context: typer.Context, name: str, settings: Settings) -> str:
    """Return where the value of an option comes from, as a note may say it."""
    source = context.get_parameter_source(name)
    if source is not None and source.name == "DEFAULT_MAP":
        return f"{name} in {settings.name}"
    if source is not None and source.name == "ENVIRONMENT":
        from pushlog.settings import variable

        return variable(name)
    return f"--{name}"


def additions(settings: Settings) -> Iterable[str]:
    """Yield what a file that nobody named adds to the results."""
    if settings.path is None or settings.is_named:
        return
    if "rules" in settings.values:
        yield f"{settings.name} adds the rules of {', '.join(map(_base_name, _texts(settings.values['rules'])))}"
    if "rules-url" in settings.values:
        yield f"{settings.name} lets rules link to {settings.values['rules-url']}"


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _base_name(path: str) -> str:
    from pathlib import Path

    return Path(path).name


def _shown(logs: Iterable[Log], wanted: Selection) -> list[Log]:
    """Return the results with the findings that are wanted.

    An error that a file hides which nobody named is said at once: notes are read when one looks for them.
    """
    if wanted.is_empty:
        return list(logs)
    from dataclasses import replace

    from pushlog.messages import tell
    from pushlog.selection import selected

    results = list(logs)
    if wanted.found_file:
        for note in wanted.notes:
            tell(f"{note}; --isolated reads no settings")
        by_file = replace(
            wanted,
            select=wanted.select if wanted.origins[0].endswith(wanted.found_file) else (),
            ignore=wanted.ignore if wanted.origins[1].endswith(wanted.found_file) else (),
        )
        hidden = _errors(results) - _errors(selected(log, by_file) for log in results)
        if hidden:
            name = f"finding{'s' * (hidden > 1)}"
            tell(f"{wanted.found_file} hides {hidden} {name} of severity error; --isolated shows all")
    return [selected(log, wanted) for log in results]


def _errors(logs: Iterable[Log]) -> int:
    from pushlog.model import Severity

    return sum(finding.severity is Severity.ERROR for log in logs for push in log.pushes for finding in push.findings)


def link_rules(address: str | None) -> None:
    """Let findings link to the published pages of rules. Raises UserError for what is no address."""
    if address is None:
        return
    from pushlog.faults import UserError
    from pushlog.report.rule_links import publish_at

    try:
        publish_at(address)
    except ValueError as error:
        raise UserError(f"--rules-url: {error}") from None


def _tell_left_out(targets: Sequence[Output], logs: Sequence[Log]) -> None:
    """Say what an output has no place for."""
    from pushlog.messages import tell

    if any(output.format == "otlp" for output in targets):
        from pushlog.report.otlp import left_out

        for note in left_out(logs):
            tell(note)


def _tell_written(targets: Sequence[Output]) -> None:
    """Name the files that were written, on a terminal."""
    from pushlog.messages import tell

    paths = [output.path for output in targets if output.path is not None]
    if paths and sys.stderr.isatty():
        tell(f"wrote {', '.join(paths)}")
