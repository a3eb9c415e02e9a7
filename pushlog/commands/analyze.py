"""`pushlog analyze`: the post-mortem of captured logs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

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
    MetadataFile,
    NoColor,
    NoRedact,
    OtherLimits,
    OutputFiles,
    Quiet,
    Rules,
    RulesUrl,
    Select,
    SourcePatternText,
    Strict,
    TimeLimit,
    Timezone,
    Timing,
    Verbose,
    WhatIf,
    With,
)
from pushlog.commands.shown import selection, show
from pushlog.faults import InputError
from pushlog.outputs import Color

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.model import Log
    from pushlog.pipeline import Options


Logs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[LOG]...",
        help="Captured output of docker push, an archive, or a recording; - or a pipe is standard input.",
        show_default=False,
    ),
]


def analyze(
    context: typer.Context,
    logs: Logs = None,
    formats: Formats = None,
    files: OutputFiles = None,
    select: Select = None,
    ignore: Ignore = None,
    rules_url: RulesUrl = None,
    fail_on: FailOnOption = FailOn.NEVER,
    exit_class: ExitClass = False,
    strict: Strict = False,
    rules_files: Rules = None,
    histories: Histories = None,
    manifest_file: ManifestFile = None,
    with_files: With = None,
    daemon_config: DaemonConfig = None,
    what_if: WhatIf = None,
    timing: Timing = None,
    timezone: Timezone = None,
    time_limit: TimeLimit = None,
    limits: OtherLimits = None,
    source_pattern: SourcePatternText = None,
    metadata_file: MetadataFile = None,
    no_redact: NoRedact = False,
    color: ColorOption = Color.AUTO,
    verbose: Verbose = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
    isolated: Isolated = False,
    config_file: ConfigFile = None,
) -> int:
    """Show why a push failed, how far it got, what to do.

    The post-mortem of captured logs: the verdict, the error with its line, what to do now, and whether pushing again
    helps. `pushlog LOG...` is short for it.
    """
    from pushlog.outputs import outputs

    targets = outputs(formats or (), files or ())
    keep_inputs(context, targets)
    from pushlog.commands.analysis import analysis_options

    options = analysis_options(context)
    analyzed = (_analyzed(log, options) for log in logs or _piped()) if logs or not with_files else _rebuilt(options)
    return int(show(context, targets, analyzed, selection(context)))


def _rebuilt(options: Options) -> Iterator[Log]:
    """Yield the pushes that other logs show by themselves; no client's log is asked for then."""
    from pushlog.rebuild import analyze_others

    yield analyze_others(options)


def _piped() -> list[str]:
    """Return standard input as the only log. Raises InputError for a terminal."""
    if sys.stdin.isatty():
        raise InputError(
            "nothing to analyze: name a log, `pushlog push-log.txt`, or pipe one, `docker push IMAGE 2>&1 | pushlog`"
        )
    return ["-"]


def _analyzed(name: str, options: Options) -> Log:
    from pushlog.commands.waiting import waiting
    from pushlog.pipeline import analyze as analyze_log

    with waiting(name):
        return analyze_log(name, options)
