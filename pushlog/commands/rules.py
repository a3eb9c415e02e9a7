"""`pushlog rules` and `pushlog explain`: what can be found, and each of it in full."""

from __future__ import annotations

from typing import Annotated

import typer


def rules() -> None:
    """The catalogue of rules: code, name, severity and what each means."""
    from pushlog.rule_pages import pages

    for page in pages():
        typer.echo(f"{page.code}  {page.severity:<7}  {page.name:<26}  {page.title}")


def explain(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="The name or code of a rule, such as retry-exhausted or PL101.")
    ],
) -> None:
    """One rule in full: what it means, how it is recognised, what to do, where the knowledge comes from."""
    from pushlog.rule_pages import page

    rule_page = page(rule)
    if rule_page is None:
        raise typer.BadParameter(f"no rule is called {rule!r}; 'pushlog rules' lists them all")
    typer.echo(rule_page.text)
