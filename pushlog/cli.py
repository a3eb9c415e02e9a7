"""The command line: arguments in, exit status out; heavy rooms are imported inside the commands."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from pushlog.faults import UserError

app = typer.Typer(
    name="pushlog",
    help="Reads captured docker push output and tells what happened: how far it got, why it failed, what to do now.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

FORMATS = ("text", "json", "html")


class FailOn(StrEnum):
    """What makes the exit status 1."""

    NEVER = "never"
    FAILED = "failed"
    WARNING = "warning"


def main() -> NoReturn:
    """The console script: no traceback for what a user can cause."""
    from pushlog.exits import Exit

    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = Exit.CTRL_C
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not fail again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.DONE
    except typer.Abort:
        code = Exit.CTRL_C
    except (TyperException, UserError) as error:
        code = _usage_error(error)
    sys.exit(int(code or 0))


def _usage_error(error: TyperException | UserError) -> int:
    """One line on standard error and status 2."""
    from pushlog.exits import Exit
    from pushlog.report.visible import visible

    text = error.format_message() if isinstance(error, TyperException) else str(error)
    sys.stderr.write(f"pushlog: {visible(text)}\n")
    return Exit.USAGE


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"pushlog {version('pushlog')}")
        raise typer.Exit


@app.callback()
def pushlog(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Reads captured docker push output and tells what happened: how far it got, why it failed, what to do now."""


@app.command()
def analyze(
    logs: Annotated[
        list[str], typer.Argument(metavar="LOG...", help="Captured output of docker push; - is standard input.")
    ],
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "-f",
            "--format",
            metavar="FORMAT[=PATH]",
            help="text, json or html; repeatable. Without PATH to standard output; "
            "html=DIR/ writes a page and its stylesheet.",
        ),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 1 when a push failed, or for warnings too.")
    ] = FailOn.NEVER,
    exit_class: Annotated[
        bool,
        typer.Option(
            "--exit-class",
            help="Exit with the kind of failure: 10 push again, 11 auth, 12 permission, 13 missing, 14 size, 15 quota, "
            "16 registry, 17 network, 18 cancelled, 19 unknown.",
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 when a line inside a push was not understood.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour, whatever the terminal can.")] = False,
) -> int:
    """Post-mortem of captured logs: verdict, how far each push got, causes with their lines, what to do."""
    from pushlog.exits import status
    from pushlog.outputs import outputs, write

    wanted = outputs(formats or ["text"])
    from pushlog.pipeline import analyze as read

    results = [read(log) for log in logs]
    write(wanted, results, no_color=no_color)
    return int(status(results, fail_on=fail_on.value, classes=exit_class, strict=strict))


@app.command()
def rules() -> None:
    """The catalogue of rules: code, name, severity and what each means."""
    from pushlog.rules.pages import pages

    for page in pages():
        typer.echo(f"{page.code}  {page.severity:<7}  {page.name:<26}  {page.title}")


@app.command()
def explain(
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="The name or code of a rule, such as retry-exhausted or PL101.")
    ],
) -> None:
    """One rule in full: what it means, how it is recognised, what to do, where the knowledge comes from."""
    from pushlog.rules.pages import page

    found = page(rule)
    if found is None:
        raise typer.BadParameter(f"no rule is called {rule!r}; 'pushlog rules' lists them all")
    typer.echo(found.text)
