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
from pushlog.commands.config import config
from pushlog.commands.epilogs import EPILOGS
from pushlog.commands.man import man
from pushlog.commands.recipe import recipe
from pushlog.commands.record import record
from pushlog.commands.redact import redact
from pushlog.commands.report import report
from pushlog.commands.rules import explain, rules
from pushlog.commands.schema import schema
from pushlog.commands.watch import watch
from pushlog.faults import UserError
from pushlog.front_door import FrontDoor, GroupedCommand
from pushlog.guard import run_isolated

# In the order of `pushlog --help`, by what they are for. A module of commands/ imports the heavy packages inside its
# function.
COMMANDS = {
    "Read logs": (analyze, audit, compare, report),
    "While it pushes": (watch, record),
    "Look up": (explain, rules, recipe, config, schema),
    "Pass on": (redact,),
}
EXAMPLES = """
Examples:
  pushlog push-log.txt                    why a push failed, and what to do now
  docker push IMAGE 2>&1 | pushlog        the same for a push that is piped in
  pushlog explain 'denied: requested access to the resource is denied'
                                          what an error text means, without a log

Where to go on:
  pushlog COMMAND --help                  options, examples and exit statuses of a command
  pushlog audit FOLDER                    hundreds of logs at once
  pushlog --install-completion            completion for bash, zsh and fish
"""

app = typer.Typer(
    name="pushlog",
    cls=FrontDoor,
    epilog=EXAMPLES,
    subcommand_metavar="[COMMAND] [FILE...]",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> NoReturn:
    """Run the command line; an error that a user or a log can cause prints no traceback."""
    from pushlog.exits import Exit

    try:
        code = run_isolated(sys.argv[1:])
        if code is None:
            code = app(prog_name="pushlog", standalone_mode=False)
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
    """Show what happened in captured docker push output: how far it got, why it failed, what to do now.

    pushlog FILE... is short for pushlog analyze FILE..., and a log can be piped in. Nothing is sent anywhere.
    """


for _panel, _commands in COMMANDS.items():
    for _command in _commands:
        app.command(cls=GroupedCommand, rich_help_panel=_panel, epilog=EPILOGS.get(_command.__name__))(_command)
app.command(cls=GroupedCommand, hidden=True)(man)
