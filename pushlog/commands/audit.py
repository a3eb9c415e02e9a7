"""`pushlog audit`: many logs, one page that says what is wrong with the pushes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pushlog.commands.inputs import BESIDE, named_inputs
from pushlog.commands.options import (
    ConfigFile,
    DaemonConfig,
    FailOn,
    FailOnOption,
    Ignore,
    Isolated,
    MetadataFile,
    NoColor,
    NoRedact,
    OtherLimits,
    Quiet,
    Rules,
    RulesUrl,
    Select,
    SourcePatternText,
    Strict,
    Timezone,
    WhatIf,
    With,
    settings_of,
)
from pushlog.commands.shown import additions, link_rules, selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.audit.gates import Gates
    from pushlog.audit.run import Audited, Plan
    from pushlog.audit.worker import Settings
    from pushlog.pipeline import Options
    from pushlog.selection import Selection

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help="Logs, folders, patterns, archives (zip, tar, gz, bz2, xz, zst), URLs (s3://, gs://, https://); - reads a "
        "list of them from standard input.",
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where results go; what is there is not read again.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=0, help="Processes; 0: as many as there are processors.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="URL", help="A Dask cluster instead: tcp://HOST:8786.")
]
TimeLimit = Annotated[float, typer.Option("--time-limit", min=0.1, metavar="S", help="Processor time for one log.")]
MaxLogSize = Annotated[
    int, typer.Option("--max-log-size", min=1, metavar="MIB", help="MiB that one log may have, unpacked.")
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        help="Leave out what is older, and what has no date: 2026-10-01, 2026-10-01T08:00Z, or 36h, 30d, 4w ago.",
    ),
]
Tables = Annotated[
    list[str] | None,
    typer.Option(
        "--tables", metavar="KIND", help="parquet, jsonl or csv; repeatable. Without it Parquet, where pyarrow is."
    ),
]
Exports = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT[=PATH]",
        help="Write more into the folder, or to PATH: prometheus (counts for node_exporter), otlp (spans), grafana (a "
        "dashboard of the counts); repeatable.",
    ),
]
MaxFailureRate = Annotated[
    float | None,
    typer.Option(
        "--max-failure-rate", min=0, max=100, metavar="PERCENT", help="Exit with 1 when more did not succeed."
    ),
]
MaxRetrySeconds = Annotated[
    float | None,
    typer.Option("--max-retry-seconds", min=0, metavar="S", help="Exit with 1 when retries took longer in all."),
]


def audit(
    context: typer.Context,
    paths: Paths,
    out: Out = Path("pushlog-audit"),
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    time_limit: TimeLimit = 10.0,
    max_log_size: MaxLogSize = 1024,
    rules_files: Rules = None,
    source_pattern: SourcePatternText = None,
    metadata_file: MetadataFile = None,
    since: Since = None,
    timezone: Timezone = None,
    daemon_config: DaemonConfig = None,
    with_files: With = None,
    what_if: WhatIf = None,
    limits: OtherLimits = None,
    no_redact: NoRedact = False,
    select: Select = None,
    ignore: Ignore = None,
    rules_url: RulesUrl = None,
    tables: Tables = None,
    exports: Exports = None,
    fail_on: FailOnOption = FailOn.NEVER,
    strict: Strict = False,
    max_failure_rate: MaxFailureRate = None,
    max_retry_seconds: MaxRetrySeconds = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
    isolated: Isolated = False,
    config_file: ConfigFile = None,
) -> int:
    """Read thousands of logs: one index page, a page per failed push.

    Folders, archives, patterns and URLs; beside the pages the tables as a dataset. It goes on where the last run
    stopped.
    """
    from pushlog.audit.dataset import MISSING
    from pushlog.audit.exports import parsed_exports, parsed_kinds
    from pushlog.audit.gates import Gates
    from pushlog.audit.run import Plan
    from pushlog.audit.since import parsed_since
    from pushlog.commands.analysis import analysis_options
    from pushlog.messages import tell

    analysis = analysis_options(context)
    wanted = selection(context)
    link_rules(rules_url)
    kinds = parsed_kinds(tables or ())
    if not kinds:
        tell(MISSING)
    plan = Plan(
        out=out,
        jobs=jobs,
        scheduler=scheduler,
        rules=tuple(rules_files or ()),
        source_pattern=source_pattern,
        metadata=metadata_file,
        beside=tuple(named_inputs(context, BESIDE)),
        since=parsed_since(since) if since is not None else None,
        tables=kinds,
        exports=parsed_exports(exports or ()),
        settings=_settings(analysis, max_log_size, wanted, rules_url, others=_others(with_files or ())),
        is_plain=no_color,
    )
    for note in additions(settings_of(context)):
        tell(note)
    gates = Gates(
        fail_on=fail_on.value, failure_percent=max_failure_rate, retry_seconds=max_retry_seconds, strict=strict
    )
    return _run(paths, plan, gates, quiet=quiet)


def _others(names: Sequence[str]) -> tuple[str, ...]:
    """Return the files of `--with`. Raises InputError for what no worker could open."""
    from pushlog.faults import InputError
    from pushlog.intake.read import STDIN
    from pushlog.intake.side_files import side_files, side_paths

    if STDIN in names:
        raise InputError("--with -: an audit reads these logs in several processes: give a file")
    paths = tuple(path for name in names for path in side_paths(name))
    side_files(paths)
    return paths


def _settings(
    analysis: Options, max_log_size: int, wanted: Selection, rules_url: str | None, *, others: tuple[str, ...]
) -> Settings:
    """Return the settings for every log. Its time is kept by the worker, which can end what takes no heed of it.

    `others`: paths of `--with`.
    """
    from dataclasses import replace

    from pushlog.audit.worker import Settings
    from pushlog.intake.limits import LIMITS, ArchiveLimits

    seconds, log_bytes = analysis.limits.seconds, analysis.limits.log_bytes
    assert seconds is not None
    return Settings(
        seconds=seconds,
        limits=ArchiveLimits(log_bytes=max_log_size << 20 if log_bytes == LIMITS.log_bytes else log_bytes),
        options=replace(analysis, limits=replace(analysis.limits, seconds=None, log_bytes=LIMITS.log_bytes)),
        # What the settings add is said once, not of every log.
        selection=replace(wanted, notes=()),
        rules_url=rules_url,
        others=others,
    )


def _run(paths: list[str], plan: Plan, gates: Gates, *, quiet: bool) -> int:
    """Audit and print the result; return the exit status."""
    from pushlog.audit.files import StoppedError
    from pushlog.audit.run import audit as run
    from pushlog.exits import Exit
    from pushlog.messages import tell

    try:
        audited = run(paths, plan)
    except StoppedError as error:
        tell(str(error))
        return int(Exit.INCOMPLETE_ANALYSIS)
    except KeyboardInterrupt:
        tell("stopped; what is finished is kept: run again to go on")
        return int(Exit.CTRL_C)
    return _report(audited, gates, str(plan.out), quiet=quiet)


def _report(audited: Audited, gates: Gates, out: str, *, quiet: bool) -> int:
    """Print the result and return the exit status. A gate that was met counts before a log that could not be read."""
    from pushlog.audit.terminal import render
    from pushlog.exits import Exit
    from pushlog.messages import tell

    violations = gates.met(audited.summary)
    for note in violations:
        tell(note)
    if strange := gates.not_understood(audited.summary):
        tell(strange)
    typer.echo(render(audited, out, quiet=quiet), nl=False)
    totals = audited.summary.totals
    if violations:
        return int(Exit.FAIL_ON_MET)
    if totals.unread or strange:
        return int(Exit.INCOMPLETE_ANALYSIS)
    return int(Exit.DONE if totals.pushes else Exit.NO_PUSH)
