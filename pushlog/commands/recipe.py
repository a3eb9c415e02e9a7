"""`pushlog recipe`: how to fetch logs into a folder that `audit` reads."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.faults import UserError


def _ids(incomplete: str) -> list[str]:
    """Return the recipes whose names begin so, for completion."""
    from pushlog.knowledge.recipes import recipes

    return [row.id for row in recipes() if row.id.startswith(incomplete)]


def recipe(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[CI]",
            help="A CI system or a log store, such as gitlab-ci; none lists them.",
            autocompletion=_ids,
        ),
    ] = None,
) -> None:
    """Print a script that fetches the logs of a CI system into a folder for audit."""
    from pushlog.knowledge.recipes import recipes

    if name is None:
        for row in recipes():
            typer.echo(f"{row.id:<16}  {row.title}")
        return
    wanted = next((row for row in recipes() if row.id == name.strip().lower()), None)
    if wanted is None:
        from pushlog.suggest import did_you_mean

        hint = did_you_mean(name, (row.id for row in recipes())) or "; 'pushlog recipe' lists them all"
        raise UserError(f"no recipe is called {name!r}{hint}")
    typer.echo(str(wanted), nl=False)
