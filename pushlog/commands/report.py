"""`pushlog report`: any output again from a stored result."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.commands.inputs import keep_inputs
from pushlog.commands.options import (
    ColorOption,
    ConfigFile,
    ExitClass,
    FailOn,
    FailOnOption,
    Formats,
    Ignore,
    Isolated,
    NoColor,
    NoRedact,
    OutputFiles,
    Quiet,
    RulesUrl,
    Select,
    Strict,
    Verbose,
)
from pushlog.commands.shown import selection, show
from pushlog.outputs import Color


def report(
    context: typer.Context,
    result: Annotated[str, typer.Argument(metavar="RESULT", help="What analyze -f json wrote; - is standard input.")],
    formats: Formats = None,
    files: OutputFiles = None,
    select: Select = None,
    ignore: Ignore = None,
    rules_url: RulesUrl = None,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    no_redact: NoRedact = False,
    color: ColorOption = Color.AUTO,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    isolated: Isolated = False,
    config_file: ConfigFile = None,
) -> int:
    """Re-render any output from a saved JSON result."""
    from pushlog.outputs import outputs

    targets = outputs(formats or (), files or ())
    keep_inputs(context, targets)
    from pushlog.intake.read import read
    from pushlog.redaction.result import redact_result
    from pushlog.report.stored import logs

    stored = read(result)
    results = list(logs(stored.data[:].decode("utf-8", "replace"), stored.name))
    if not no_redact:
        results = [redact_result(log) for log in results]
    return int(show(context, targets, results, selection(context)))
