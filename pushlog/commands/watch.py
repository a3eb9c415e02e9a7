"""`pushlog watch`: a running push followed to its end, then its post-mortem."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.commands.inputs import keep_inputs
from pushlog.commands.options import (
    ColorOption,
    ConfigFile,
    DaemonConfig,
    ExitClass,
    FailOn,
    FailOnOption,
    Formats,
    Histories,
    Ignore,
    Isolated,
    ManifestFile,
    NoColor,
    NoRedact,
    OutputFiles,
    Quiet,
    Rules,
    RulesUrl,
    Select,
    Strict,
    Timezone,
    Verbose,
    WhatIf,
    With,
)
from pushlog.commands.shown import selection, show
from pushlog.outputs import Color

OnVerdict = Annotated[
    str | None, typer.Option("--on-verdict", metavar="CMD", help="Run CMD with the verdict as JSON once it is certain.")
]
Patience = Annotated[
    float,
    typer.Option(
        "--patience", metavar="SECONDS", min=0, help="Stop following a file that is silent for so long after a push."
    ),
]


def watch(
    context: typer.Context,
    log: Annotated[
        str,
        typer.Argument(
            metavar="[LOG]", help="A log that grows, or will be there soon; - or nothing is standard input."
        ),
    ] = "-",
    formats: Formats = None,
    files: OutputFiles = None,
    select: Select = None,
    ignore: Ignore = None,
    rules_url: RulesUrl = None,
    on_verdict: OnVerdict = None,
    patience: Patience = 3.0,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    rules_files: Rules = None,
    histories: Histories = None,
    manifest_file: ManifestFile = None,
    with_files: With = None,
    daemon_config: DaemonConfig = None,
    what_if: WhatIf = None,
    timezone: Timezone = None,
    no_redact: NoRedact = False,
    color: ColorOption = Color.AUTO,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    isolated: Isolated = False,
    config_file: ConfigFile = None,
) -> int:
    """Follow a running push live, then show its report."""
    from pushlog.outputs import outputs

    targets = outputs(formats or (), files or ())
    keep_inputs(context, targets)
    # Before all modules that load slowly, so that no input waits.
    from pushlog.live.follow import Followed
    from pushlog.live.tape import Tape
    from pushlog.report.visible import visible

    followed = Followed(log)
    if followed.is_awaited:
        typer.echo(f"pushlog: waiting for {visible(log)}", err=True)
    tape = Tape(followed.chunks())
    from pushlog.commands.analysis import analysis_options
    from pushlog.exits import Exit
    from pushlog.live.session import run_watch

    options = analysis_options(context)
    wanted = selection(context)
    name = "standard input" if log == "-" else log
    result, is_whole = run_watch(name, followed, tape, options, patience=patience, hook=on_verdict, no_color=no_color)
    status = show(context, targets, [result], wanted)
    return int(status if is_whole else Exit.CTRL_C)
