"""The command line: its commands, and how the program ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from pushlog.faults import UserError
from pushlog.front_door import OPTIONS, FrontDoor, GroupedCommand, routed
from pushlog.guard import run_isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

# In the order of `pushlog --help`, by what they are for, with their summaries: only the module of the command that is
# called is loaded, and the help needs none.
COMMANDS = {
    "Read logs": {
        "analyze": "Show why a push failed, how far it got, what to do.",
        "audit": "Read thousands of logs: one index page, a page per failed push.",
        "compare": "Compare two pushes or two audits.",
        "report": "Re-render any output from a saved JSON result.",
    },
    "While it pushes": {
        "watch": "Follow a running push live, then show its report.",
        "record": "Run a push and record it with its times.",
    },
    "Look up": {
        "explain": "Explain a rule, or an error text without a log.",
        "rules": "List all rules, or check a rules file.",
        "recipe": "Print a script that fetches the logs of a CI system into a folder for audit.",
        "config": "Show the settings, and where each comes from.",
        "schema": "Print the JSON Schema of a result, an audit, or a file of yours.",
    },
    "Pass on": {
        "redact": "Remove secrets from logs; the analysis stays the same.",
    },
}
# Not in the help: for packagers.
HIDDEN = {"man": "Print the manual page."}
# A module of commands/ has the name of its command, but for these.
MODULES = {"explain": "rules"}
COMPLETION = "_PUSHLOG_COMPLETE"
EXAMPLES = """
Examples:
  pushlog push-log.txt                    why a push failed, and what to do now
  docker push IMAGE 2>&1 | pushlog        the same for a push that is piped in
  pushlog explain 'denied: requested access to the resource is denied'
                                          what an error text means, without a log

Where to go on:
  pushlog COMMAND --help                  options, examples and exit statuses of a command
  pushlog explain --help                  topics: clients, captures, CI, formats, settings ...
  pushlog audit FOLDER                    hundreds of logs at once
  pushlog --install-completion            completion for bash, zsh and fish
"""


def program(wanted: Collection[str] | None) -> typer.Typer:
    """Return the program with these commands as they are, and the others by name and summary; None: all of them."""
    app = typer.Typer(
        name="pushlog",
        cls=FrontDoor,
        epilog=EXAMPLES,
        subcommand_metavar="[COMMAND] [FILE...]",
        context_settings={"help_option_names": ["-h", "--help"]},
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(pushlog)
    for panel, commands in (*COMMANDS.items(), ("", HIDDEN)):
        for name, summary in commands.items():
            is_wanted = wanted is None or name in wanted
            function = _command(name) if is_wanted else _stand_in(summary)
            epilog = _epilog(name) if is_wanted else None
            app.command(name, cls=GroupedCommand, rich_help_panel=panel, epilog=epilog, hidden=commands is HIDDEN)(
                function
            )
    return app


def _command(name: str) -> Callable[..., object]:
    from importlib import import_module

    function: Callable[..., object] = getattr(import_module(f"pushlog.commands.{MODULES.get(name, name)}"), name)
    return function


def _epilog(name: str) -> str | None:
    from pushlog.commands.epilogs import EPILOGS

    return EPILOGS.get(name)


def _stand_in(summary: str) -> Callable[[], None]:
    def command() -> None:
        """Do nothing: it stands in the help alone."""

    command.__doc__ = summary
    return command


def _wanted(arguments: Sequence[str]) -> Collection[str] | None:
    """Return the command that a call needs; the manual page and completion need all."""
    names = {name for commands in (*COMMANDS.values(), HIDDEN) for name in commands}
    first = routed(arguments, names, OPTIONS)[:1]
    return None if COMPLETION in os.environ or first == ["man"] else first


def main() -> NoReturn:
    """Run the command line; an error that a user or a log can cause prints no traceback."""
    from pushlog.exits import Exit

    try:
        code = run_isolated(sys.argv[1:])
        if code is None:
            code = program(_wanted(sys.argv[1:]))(prog_name="pushlog", standalone_mode=False)
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


def pushlog(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Show what happened in captured docker push output: how far it got, why it failed, what to do now.

    pushlog FILE... is short for pushlog analyze FILE..., and a log can be piped in. Nothing is sent anywhere.
    """
