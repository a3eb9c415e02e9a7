"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pushlog.outputs import FORMATS, Color

if TYPE_CHECKING:
    from pushlog.settings import Settings

# The headings of `--help`.
OUTPUT, VERDICT, BESIDE, WHAT_IF, LIMITS, SET = (
    "Output",
    "Exit status",
    "Files beside the log",
    "What if",
    "Limits",
    "Settings",
)


class FailOn(StrEnum):
    """What makes the exit status 1."""

    NEVER = "never"
    FAILED = "failed"
    WARNING = "warning"


def _formats(incomplete: str) -> list[str]:
    """Return the formats that begin so, for completion."""
    return [name for name in FORMATS if name.startswith(incomplete)]


SETTINGS = "pushlog.settings"


def _load(context: typer.Context, value: str | None) -> str | None:
    """Read the settings before all other options, whose defaults they are."""
    if not context.resilient_parsing:
        from pushlog.settings import NONE, load_settings, settings_for

        isolated = context.params.get("isolated")
        settings = NONE if isolated and value is None else load_settings(value)
        context.meta[SETTINGS] = settings
        obeyed = {key.name for key in settings_for(context.command.name)}
        names = {f"--{name}": found_value for name, found_value in settings.values.items() if name in obeyed}
        context.default_map = {
            str(parameter.name): names[option]
            for parameter in context.command.params
            for option in parameter.opts
            if option in names
        }
    return value


def settings_of(context: typer.Context) -> Settings:
    """Return the settings that `--config` read for this call."""
    settings: Settings = context.meta[SETTINGS]
    return settings


# Before `--config`, which asks for it: both are eager, and are read in this order.
Isolated = Annotated[
    bool,
    typer.Option(
        "--isolated", is_eager=True, help="Read no settings but those that --config names.", rich_help_panel=SET
    ),
]
ConfigFile = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="FILE",
        is_eager=True,
        callback=_load,
        help="Settings, as pushlog.toml or [tool.pushlog] of pyproject.toml hold them; see pushlog explain settings.",
        rich_help_panel=SET,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select", metavar="RULE", help="Show only findings of these rules; repeatable.", rich_help_panel=OUTPUT
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="RULE",
        help="Show no findings of these rules; repeatable. Verdict and exit status of a failed push stay.",
        rich_help_panel=OUTPUT,
    ),
]
OutputFiles = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH",
        help="Write to this file, in the format of its name unless -f says; repeatable.",
        rich_help_panel=OUTPUT,
    ),
]
ColorOption = Annotated[
    Color, typer.Option("--color", help="Colour: on a terminal, or always, or never.", rich_help_panel=OUTPUT)
]
RulesUrl = Annotated[
    str | None,
    typer.Option(
        "--rules-url",
        metavar="URL",
        help="Where the pages of pushlog rules -f html=DIR/ are published; findings link there.",
        rich_help_panel=OUTPUT,
    ),
]
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
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="FILE",
        help="A log of the daemon, of a proxy or of the registry, or a folder of them: who broke each upload, and why; "
        "repeatable.",
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
        help="What the ends of paths say of runs: '{owner}/{repo}/{run}/{attempt}.zip'; also ci, project, workflow, "
        "job, runner, ref, sha, org, host, id, date, and * for anything.",
        rich_help_panel=BESIDE,
    ),
]
MetadataFile = Annotated[
    str | None,
    typer.Option(
        "--metadata",
        metavar="FILE",
        help="What gh run list --json, an API or a table says of the runs, joined by the id in the path: JSON, JSON "
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
