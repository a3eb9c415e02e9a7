"""`pushlog schema`: the JSON Schemas of what pushlog writes and reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Document(StrEnum):
    """What has a schema."""

    RESULT = "result"
    AUDIT = "audit"
    RULES = "rules"
    CONFIG = "config"


def schema(
    document: Annotated[
        Document,
        typer.Argument(
            help="result: analyze -f json; audit: audit.json; rules: a file for --rules; config: pushlog.toml.",
            show_default=False,
        ),
    ],
) -> None:
    """Print the JSON Schema of a result, an audit, or a file of yours."""
    from pushlog.schemas import schema as text_of

    typer.echo(text_of(document.value), nl=False)
