"""`pushlog compare`: two pushes, or two audits, side by side."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Form(StrEnum):
    """The form of a comparison."""

    TEXT = "text"
    JSON = "json"


Old = Annotated[
    str, typer.Argument(metavar="OLD", help="A log, what analyze -f json wrote, or the folder of an audit.")
]
New = Annotated[str, typer.Argument(metavar="NEW", help="The same, later.")]
Format = Annotated[Form, typer.Option("-f", "--format", help="For people or for programs.")]


def compare(old: Old, new: New, form: Format = Form.TEXT) -> int:
    """Compare two pushes or two audits.

    What was reused, uploaded again, grew or got slower; which failures are new and which are gone.
    """
    from pushlog.audit import compare_text
    from pushlog.audit.compare import compare as compare_sides
    from pushlog.audit.compare import document
    from pushlog.audit.sides import side
    from pushlog.exits import Exit
    from pushlog.redaction.result import redact_record

    comparison = redact_record(compare_sides(side(old), side(new)))
    typer.echo(document(comparison) if form is Form.JSON else compare_text.render(comparison), nl=False)
    return int(Exit.DONE if comparison.old.pushes and comparison.new.pushes else Exit.NO_PUSH)
