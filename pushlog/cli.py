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


class FailOn(StrEnum):
    """What makes the exit status 1."""

    NEVER = "never"
    FAILED = "failed"
    WARNING = "warning"


Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT[=PATH]",
        help="text, json, html, markdown, github, gitlab, sarif, junit or trace; repeatable. "
        "Without PATH to standard output; html=DIR/ writes a page and its stylesheet.",
    ),
]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 when a push failed, or for warnings too.")]
ExitClass = Annotated[
    bool,
    typer.Option(
        "--exit-class",
        help="Exit with the kind of failure: 10 push again, 11 auth, 12 permission, 13 missing, 14 size, 15 quota, "
        "16 registry, 17 network, 18 cancelled, 19 unknown.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 4 when a line inside a push was not understood.")]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Errors, registries and limits of your own, as TOML; repeatable, later files go first.",
    ),
]
Histories = Annotated[
    list[str] | None,
    typer.Option(
        "--history",
        metavar="FILE",
        help="What docker history --no-trunc --format json or docker image inspect printed: names the layers; "
        "repeatable.",
    ),
]
DaemonConfig = Annotated[
    str | None,
    typer.Option(
        "--daemon-config", metavar="FILE", help="The daemon's daemon.json: how many uploads it allows at a time."
    ),
]
WhatIf = Annotated[
    list[str] | None,
    typer.Option(
        "--what-if",
        metavar="KEY=VALUE",
        help="How long the push would have taken with concurrency=10, bandwidth=20MB/s, split-largest=4 or "
        "reuse=ID,ID; repeatable.",
    ),
]
Timing = Annotated[
    str | None,
    typer.Option("--timing", metavar="FILE", help="The timing file of a typescript that script(1) wrote."),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, whatever the terminal can.")]


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
    formats: Formats = None,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    rules_files: Rules = None,
    histories: Histories = None,
    daemon_config: DaemonConfig = None,
    what_if: WhatIf = None,
    timing: Timing = None,
    no_color: NoColor = False,
) -> int:
    """Post-mortem of captured logs: verdict, how far each push got, causes with their lines, what to do."""
    from pushlog.exits import status
    from pushlog.outputs import outputs, write

    wanted = outputs(formats or ["text"])
    from pushlog.formats.rules_file import knowledge
    from pushlog.intake.history import history
    from pushlog.intake.read import read as read_input
    from pushlog.pipeline import Options
    from pushlog.pipeline import analyze as read
    from pushlog.timeline.changes import change
    from pushlog.timeline.concurrency import setting

    options = Options(
        knowledge=knowledge(rules_files or ()),
        history=history(histories or ()),
        max_uploads=setting(daemon_config) if daemon_config is not None else None,
        what_if=tuple(change(text) for text in what_if or ()),
        timing=read_input(timing).data.decode("utf-8", "replace") if timing is not None else None,
    )
    results = [read(log, options) for log in logs]
    write(wanted, results, no_color=no_color)
    return int(status(results, fail_on=fail_on.value, classes=exit_class, strict=strict))


@app.command()
def report(
    result: Annotated[str, typer.Argument(metavar="RESULT", help="What analyze -f json wrote; - is standard input.")],
    formats: Formats = None,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    no_color: NoColor = False,
) -> int:
    """Any output again from a stored result, without the log."""
    from pushlog.exits import status
    from pushlog.outputs import outputs, write

    wanted = outputs(formats or ["text"])
    from pushlog.intake.read import read
    from pushlog.report.stored import logs

    stored = read(result)
    results = logs(stored.data.decode("utf-8", "replace"), stored.name)
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
