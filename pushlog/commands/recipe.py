"""`pushlog recipe`: how to fetch logs into a folder that `audit` reads."""

from __future__ import annotations

from typing import Annotated

import typer


def recipe(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[CI]", help="A CI system or a log store, such as gitlab-ci; none lists them."),
    ] = None,
) -> None:
    """A script that fetches the logs of a CI system or a log store into a folder for audit."""
    from pushlog.knowledge.recipes import recipes

    if name is None:
        for row in recipes():
            typer.echo(f"{row.id:<16}  {row.title}")
        return
    wanted = next((row for row in recipes() if row.id == name.strip().lower()), None)
    if wanted is None:
        raise typer.BadParameter(f"no recipe is called {name!r}; 'pushlog recipe' lists them all")
    typer.echo(str(wanted), nl=False)
