"""The manual page in the macros of man(7), made from the commands and options as `--help` shows them."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from pushlog.front_door import sections, summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer._click.core import Command, Context
    from typer.core import TyperGroup

_ENVIRONMENT = (
    ("NO_COLOR, FORCE_COLOR", "No colour; colour without a terminal."),
    ("TERM", "With dumb nothing is drawn anew and nothing is coloured."),
)
_SECURITY = "Nothing in a log is run, nothing is sent anywhere, and secrets are hidden in every output."


def man_page(root: Context) -> str:
    """Return the page of the program with all commands that its help shows. `root`: the context of the program."""
    return "\n".join(_page(root)) + "\n"


def _page(root: Context) -> Iterator[str]:
    program = cast("TyperGroup", root.command)
    yield f'.TH PUSHLOG 1 "" "pushlog {version("pushlog")}" "User Commands"'
    yield from (".SH NAME", f"pushlog \\- {_text(_first_small(summary(program)))}")
    yield from (".SH SYNOPSIS", ".B pushlog", "[\\fIcommand\\fR] [\\fIoptions\\fR] [\\fIfile\\fR...]")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(program.help or "")
    yield ".SH OPTIONS"
    yield from _options(program, root)
    yield ".SH COMMANDS"
    for name, command in program.commands.items():
        if command.hidden:
            continue
        context = command.make_context(name, [], parent=root, resilient_parsing=True)
        yield f".SS {_text(context.get_usage().removeprefix('Usage: '))}"
        yield from _paragraphs(command.help or "")
        yield from _options(command, context)
        yield from _literal(command.epilog or "")
    yield ".SH ENVIRONMENT"
    for name, meaning in _ENVIRONMENT:
        yield from (".TP", f".B {_text(name)}", _text(meaning))
    yield from (".SH SECURITY", _text(_SECURITY))
    yield ".SH EXAMPLES"
    yield from _literal(program.epilog or "")


def _options(command: Command, context: Context) -> Iterator[str]:
    for parameters in sections(command.get_params(context)).values():
        for parameter in parameters:
            record = parameter.get_help_record(context)
            if record is not None:
                yield from (".TP", f"\\fB{_text(record[0])}\\fR", _text(" ".join(record[1].split())))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield from (".PP", _text(" ".join(paragraph.split())))


def _literal(text: str) -> Iterator[str]:
    """Yield lines as they stand, in the font of a terminal."""
    if text.strip():
        yield from (".PP", ".nf", *(_text(line) for line in text.strip("\n").splitlines()), ".fi")


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _text(text: str) -> str:
    """Return text that is no request and no escape of roff; a hyphen stays the one that is typed."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
