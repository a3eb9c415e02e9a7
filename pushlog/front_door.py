"""The way in: what a call means that names no command, and a help that is worth reading."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from pushlog.faults import UserError
from pushlog.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from typer._click.core import Command, Context, Parameter
    from typer._click.formatting import HelpFormatter

ANALYZE = "analyze"
HELP = "--help"
CONFIG = "--config"
OTHER_OPTIONS = "Options"
# Those of the program itself.
OPTIONS = ("-h", HELP, "--version", "--install-completion", "--show-completion")


def routed(arguments: Sequence[str], commands: Collection[str], options: Collection[str]) -> list[str]:
    """Return the arguments with the command that they leave out.

    `pushlog FILE…`, `pushlog -f json FILE` and `… | pushlog` analyze; `pushlog` alone on a terminal is the help, and
    `pushlog help CMD` that of a command. `options`: those of the program itself. A word that is neither a command nor
    looks like a file stays where it is: it is a typo.
    """
    if not arguments:
        return [HELP] if sys.stdin.isatty() else [ANALYZE, "-"]
    first, *rest = arguments
    if first in commands or first.partition("=")[0] in options:
        return list(arguments)
    if first == "help":
        return [*rest[:1], HELP]
    return [ANALYZE, *arguments] if first.startswith("-") or is_file_name(first) else list(arguments)


def is_file_name(word: str) -> bool:
    """Return whether a word names a file, or one that could be there: commands hold neither dots nor slashes."""
    return any(sign in word for sign in "./\\*") or os.path.lexists(word)


_ONE_IMAGE = "knows the layers of one image, and an audit sees many: pushlog analyze LOG {option} FILE"
# Options of an analysis that another command has no use for, and why.
REFUSED = {
    "audit": {
        "--history": _ONE_IMAGE,
        "--manifest": _ONE_IMAGE,
        "--timing": "belongs to one recording: pushlog analyze LOG {option} FILE",
        "--exit-class": "is of one failure, and an audit sees many: read causes in audit.json, or use --fail-on failed",
        "--verbose": "has nothing to add: index.html, audit.json and the tables hold all",
        "-v": "has nothing to add: index.html, audit.json and the tables hold all",
        "--output": "names a file, and an audit writes a folder: use --out DIR",
        "-o": "names a file, and an audit writes a folder: use --out DIR",
        "--color": "has no use: what an audit prints has no colour",
    }
}


class FrontDoor(TyperGroup):
    """The program itself: its commands, and what stands for one."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Add the command that the arguments leave out, for completion too."""
        if ctx.resilient_parsing and not args:
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, routed(args, self.commands, OPTIONS))

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """Find the command. Raises UserError."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            visible = [name for name, command in self.commands.items() if not command.hidden]
            hint = did_you_mean(args[0], visible) or "; 'pushlog --help' lists the commands"
            raise UserError(f"no command and no file is called {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the commands by what they are for, with their summaries whole."""
        shown = [(name, self.commands[name]) for name in self.list_commands(ctx) if not self.commands[name].hidden]
        for panel in dict.fromkeys(_panel(command) for _, command in shown):
            rows = [(name, summary(command)) for name, command in shown if _panel(command) == panel]
            with formatter.section(panel):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples as they stand."""
        _write_epilog(self, ctx, formatter)


class GroupedCommand(TyperCommand):
    """A command whose help groups its options, and whose settings may stand in the environment."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Give each setting its variable: `PUSHLOG_FAIL_ON` for `--fail-on`. Raises UserError for a refused option."""
        refused = REFUSED.get(self.name or "", {})
        for option in (argument.partition("=")[0] for argument in args):
            if option in refused:
                raise UserError(f"{self.name} takes no {option}: it {refused[option].format(option=option)}")
        if any(CONFIG in parameter.opts for parameter in self.params):
            for parameter, variable in _variables(self.name, self.params):
                parameter.envvar = variable
                # A wrong value is then told with its variable.
                parameter.show_envvar = variable in os.environ  # type: ignore[attr-defined]  # click has it on options alone
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, then each group of options."""
        for title, parameters in sections(self.get_params(ctx)).items():
            rows = [row for parameter in parameters if (row := parameter.get_help_record(ctx)) is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples as they stand."""
        _write_epilog(self, ctx, formatter)


def _variables(command: str | None, parameters: Iterable[Parameter]) -> Iterator[tuple[Parameter, str]]:
    from pushlog.settings import settings_for, variable

    names = {f"--{key.name}": variable(key.name) for key in settings_for(command)}
    names[CONFIG] = variable(CONFIG.strip("-"))
    yield from ((parameter, names[option]) for parameter in parameters for option in parameter.opts if option in names)


def sections(parameters: Iterable[Parameter]) -> dict[str, list[Parameter]]:
    """Return the parameters by the heading that they stand under in a help."""
    grouped: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        title = "Arguments" if parameter.param_type_name == "argument" else _panel(parameter) or OTHER_OPTIONS
        grouped.setdefault(title, []).append(parameter)
    others = grouped.pop(OTHER_OPTIONS, [])
    return {**grouped, OTHER_OPTIONS: others} if others else grouped


def summary(command: Command) -> str:
    """Return the first line of a command's help, without its full stop."""
    return (command.help or "").strip().partition("\n")[0].rstrip(".")


def _panel(entry: object) -> str:
    panel: Any = getattr(entry, "rich_help_panel", None)
    return panel if isinstance(panel, str) else ""


def _write_epilog(command: Command, _ctx: Context, formatter: HelpFormatter) -> None:
    if command.epilog:
        formatter.write_paragraph()
        formatter.write(f"{command.epilog.strip()}\n")
