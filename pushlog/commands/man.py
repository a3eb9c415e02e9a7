"""`pushlog man`: the manual page, for packagers; made from the same texts as `--help`."""

from __future__ import annotations

import typer


def man(context: typer.Context) -> None:
    """Print the manual page.

    In the format of man(1): `pushlog man > pushlog.1`, or `pushlog man | man -l -` to read it.
    """
    from pushlog.commands.man_page import man_page

    typer.echo(man_page(context.find_root()), nl=False)
