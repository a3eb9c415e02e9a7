"""`pushlog compare`: two pushes, or two audits, side by side."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from pushlog.commands.inputs import named_inputs

if TYPE_CHECKING:
    from pushlog.audit.compare import Comparison

FORMATS = ("text", "json", "html", "markdown")


class FailOn(StrEnum):
    """What makes the exit status 1."""

    NEVER = "never"
    NEW_FAILURE = "new-failure"


Old = Annotated[
    str, typer.Argument(metavar="OLD", help="A log, what analyze -f json wrote, or the folder of an audit.")
]
New = Annotated[str, typer.Argument(metavar="NEW", help="The same, later.")]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT[=PATH]",
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; repeatable. Without PATH to standard output.",
    ),
]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", help="Exit with 1 when the new side has a failure that the old one has not.")
]


def compare(
    context: typer.Context, old: Old, new: New, formats: Formats = None, fail_on: FailOnOption = FailOn.NEVER
) -> int:
    """Compare two pushes or two audits.

    What was reused, uploaded again, grew or got slower; which failures are new and which are gone.
    """
    from pushlog.audit.compare import compare as compare_sides
    from pushlog.audit.sides import files, side
    from pushlog.exits import Exit
    from pushlog.outputs import targets_of, write_text
    from pushlog.overwriting import refuse_inputs
    from pushlog.redaction.result import redact_record

    targets = targets_of(formats or ["text"], FORMATS)
    refuse_inputs((path for _, path in targets), map(files, named_inputs(context)))
    comparison = redact_record(compare_sides(side(old), side(new)))
    for name, path in targets:
        write_text(path, _render(name, comparison))
    if not (comparison.old.pushes and comparison.new.pushes):
        return int(Exit.NO_PUSH)
    is_met = fail_on is FailOn.NEW_FAILURE and bool(comparison.new_failures)
    return int(Exit.FAIL_ON_MET if is_met else Exit.DONE)


def _render(name: str, comparison: Comparison) -> str:
    """Return the comparison in one format."""
    from pushlog.audit.compare import document

    if name == "json":
        return document(comparison)
    text: str = import_module(f"pushlog.audit.compare_{name}").render(comparison)
    return text
