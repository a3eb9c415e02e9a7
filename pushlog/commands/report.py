"""`pushlog report`: any output again from a stored result."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.commands.options import (
    ExitClass,
    FailOn,
    FailOnOption,
    Formats,
    NoColor,
    NoRedact,
    Quiet,
    Strict,
    Verbose,
)


def report(
    result: Annotated[str, typer.Argument(metavar="RESULT", help="What analyze -f json wrote; - is standard input.")],
    formats: Formats = None,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    no_redact: NoRedact = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Re-render any output from a saved JSON result."""
    from pushlog.exits import status
    from pushlog.outputs import outputs, write

    targets = outputs(formats or ["text"])
    from pushlog.intake.read import read
    from pushlog.redaction.result import redact_result
    from pushlog.report.stored import logs

    stored = read(result)
    results = logs(stored.data[:].decode("utf-8", "replace"), stored.name)
    if not no_redact:
        results = tuple(redact_result(log) for log in results)
    write(targets, results, no_color=no_color, verbose=verbose, quiet=quiet)
    return int(status(results, fail_on=fail_on.value, classes=exit_class, strict=strict))
