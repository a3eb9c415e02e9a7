"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from pushlog.outputs import FORMATS

# The headings of `--help`.
OUTPUT, VERDICT, BESIDE, WHAT_IF, LIMITS = "Output", "Exit status", "Files beside the log", "What if", "Limits"


class FailOn(StrEnum):
    """What makes the exit status 1."""

    NEVER = "never"
    FAILED = "failed"
    WARNING = "warning"


def _formats(incomplete: str) -> list[str]:
    """Return the formats that begin so, for completion."""
    return [name for name in FORMATS if name.startswith(incomplete)]


Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT[=PATH]",
        autocompletion=_formats,
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; repeatable. "
        "Without PATH to standard output; html=DIR/ writes a page and its stylesheet.",
        rich_help_panel=OUTPUT,
    ),
]
FailOnOption = Annotated[
    FailOn,
    typer.Option("--fail-on", help="Exit with 1 when a push failed, or for warnings too.", rich_help_panel=VERDICT),
]
ExitClass = Annotated[
    bool,
    typer.Option(
        "--exit-class",
        help="Exit with the kind of failure: 10 push again, 11 auth, 12 permission, 13 missing, 14 size, 15 quota, "
        "16 registry, 17 network, 18 cancelled, 19 unknown.",
        rich_help_panel=VERDICT,
    ),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Exit with 4 when a line inside a push was not understood.", rich_help_panel=VERDICT),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Errors, registries and limits of your own, as TOML; repeatable, later files go first.",
        rich_help_panel=BESIDE,
    ),
]
Histories = Annotated[
    list[str] | None,
    typer.Option(
        "--history",
        metavar="FILE",
        help="What docker history --no-trunc --format json or docker image inspect printed: names the layers; "
        "repeatable.",
        rich_help_panel=BESIDE,
    ),
]
ManifestFile = Annotated[
    str | None,
    typer.Option(
        "--manifest",
        metavar="FILE",
        help="What docker manifest inspect -v printed: the sizes of the layers as sent; with --history, their names.",
        rich_help_panel=BESIDE,
    ),
]
DaemonConfig = Annotated[
    str | None,
    typer.Option(
        "--daemon-config",
        metavar="FILE",
        help="The daemon's daemon.json: how many uploads it allows at a time.",
        rich_help_panel=BESIDE,
    ),
]
WhatIf = Annotated[
    list[str] | None,
    typer.Option(
        "--what-if",
        metavar="KEY=VALUE",
        help="How long the push would have taken with concurrency=10, bandwidth=20MB/s, split-largest=4 or "
        "reuse=ID,ID; repeatable.",
        rich_help_panel=WHAT_IF,
    ),
]
Timing = Annotated[
    str | None,
    typer.Option(
        "--timing", metavar="FILE", help="The timing file of a typescript that script(1) wrote.", rich_help_panel=BESIDE
    ),
]
SourcePatternText = Annotated[
    str | None,
    typer.Option(
        "--source-pattern",
        metavar="PATTERN",
        help="What the ends of paths tell of runs: '{owner}/{repo}/{run}/{attempt}.zip'; also ci, project, workflow, "
        "job, runner, ref, sha, org, host, id, date, and * for anything.",
        rich_help_panel=BESIDE,
    ),
]
MetadataFile = Annotated[
    str | None,
    typer.Option(
        "--metadata",
        metavar="FILE",
        help="What gh run list --json, an API or a table told of the runs, joined by the id in the path: JSON, JSON "
        "lines or CSV.",
        rich_help_panel=BESIDE,
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="ZONE",
        help="The zone of time stamps that name none, such as Europe/Berlin, UTC or +02:00.",
        rich_help_panel=BESIDE,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        min=0.1,
        metavar="S",
        help="CPU time limit per log in seconds; partial result, exit 4.",
        rich_help_panel=LIMITS,
    ),
]
OtherLimits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="KEY=N",
        help="How much of a log is read: size=MIB, pushes=N, layers=N or findings=N; repeatable. Beyond it: exit 4.",
        rich_help_panel=LIMITS,
    ),
]
NoRedact = Annotated[
    bool,
    typer.Option(
        "--no-redact",
        help="Show secrets as they stand in the log; the result says that it does.",
        rich_help_panel=OUTPUT,
    ),
]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="No colour, whatever the terminal can.", rich_help_panel=OUTPUT)
]
Verbose = Annotated[
    bool,
    typer.Option(
        "-v",
        "--verbose",
        help="Text: all findings with their lines, layers, times, how it was read.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("-q", "--quiet", help="Text: the verdict alone, one line for each push.", rich_help_panel=OUTPUT),
]
