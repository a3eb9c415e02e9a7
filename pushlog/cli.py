"""The command line: its commands, and how the program ends."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from pushlog.commands.analyze import analyze
from pushlog.commands.audit import audit
from pushlog.commands.compare import compare
from pushlog.commands.recipe import recipe
from pushlog.commands.record import record
from pushlog.commands.redact import redact
from pushlog.commands.report import report
from pushlog.commands.rules import explain, rules
from pushlog.commands.watch import watch
from pushlog.faults import UserError
from pushlog.guard import run_isolated

# In the order of `pushlog --help`. A module of commands/ imports the heavy packages inside its function.
COMMANDS = (analyze, watch, record, audit, compare, report, redact, recipe, rules, explain)

app = typer.Typer(
    name="pushlog",
    help="Reads captured docker push output and tells what happened: how far it got, why it failed, what to do now.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> NoReturn:
    """Run the command line; an error that a user or a log can cause prints no traceback."""
    from pushlog.exits import Exit

    try:
        code = run_isolated(sys.argv[1:])
        if code is None:
            code = app(standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = Exit.CTRL_C
    except BrokenPipeError:
        _drop_stdout()
        code = Exit.DONE
    except (TyperException, UserError) as error:
        code = _print_error(error.format_message() if isinstance(error, TyperException) else str(error))
    except OSError as error:
        code = _print_error(_os_error(error))
    except MemoryError:
        code = _print_error("not enough memory for this log")
    sys.exit(int(code or 0))


def _os_error(error: OSError) -> str:
    """Return what can't be used, and why: the file that the error names, else standard output, on a full disk, say."""
    why = (error.strerror or str(error)).lower()
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: can't be used: {why}"
    _drop_stdout()
    return f"standard output: can't be written: {why}"


def _drop_stdout() -> None:
    """Send the rest of standard output nowhere: its reader is gone or full, and the last flush must not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_error(text: str) -> int:
    """Print one line on standard error and return status 2."""
    from pushlog.exits import Exit
    from pushlog.messages import tell

    tell(text)
    return Exit.USAGE


def _print_version(is_requested: bool) -> None:
    if is_requested:
        from importlib.metadata import version

        typer.echo(f"pushlog {version('pushlog')}")
        raise typer.Exit


@app.callback()
def pushlog(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Reads captured docker push output and tells what happened: how far it got, why it failed, what to do now."""


for _command in COMMANDS:
    app.command()(_command)
