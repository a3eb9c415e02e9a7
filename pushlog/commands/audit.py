"""`pushlog audit`: many logs, one page that says what is wrong with the pushes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pushlog.commands.options import (
    ConfigFile,
    FailOn,
    FailOnOption,
    Isolated,
    MetadataFile,
    Rules,
    SourcePatternText,
    settings_of,
)
from pushlog.commands.shown import additions

if TYPE_CHECKING:
    from pushlog.audit.gates import Gates
    from pushlog.audit.run import Audited, Plan

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
    fail_on: FailOnOption = FailOn.NEVER,
    max_failure_rate: MaxFailureRate = None,
    max_retry_seconds: MaxRetrySeconds = None,
    isolated: Isolated = False,
    config_file: ConfigFile = None,
) -> int:
    """Read thousands of logs: one index page, a page per failed push.

    Folders, archives, patterns and URLs; beside the pages a Parquet dataset. It goes on where the last run stopped.
    """
    from pushlog.audit.gates import Gates
    from pushlog.audit.run import Plan
    from pushlog.audit.since import parsed_since
    from pushlog.audit.worker import Settings
    from pushlog.commands.analysis import origin_options
    from pushlog.intake.limit_option import time_limit as checked
    from pushlog.intake.limits import ArchiveLimits
    from pushlog.messages import tell
    from pushlog.rules_file import load_rules

    settings = Settings(
        seconds=checked(time_limit),
        limits=ArchiveLimits(log_bytes=max_log_size << 20),
        knowledge=load_rules(rules_files) if rules_files else None,
        origin=origin_options(source_pattern, metadata_file),
    )
    plan = Plan(
        out=out,
        jobs=jobs,
        scheduler=scheduler,
        rules=tuple(rules_files or ()),
        source_pattern=source_pattern,
        metadata=metadata_file,
        since=parsed_since(since) if since is not None else None,
        settings=settings,
    )
    for note in additions(settings_of(context)):
        tell(note)
    gates = Gates(fail_on=fail_on.value, failure_percent=max_failure_rate, retry_seconds=max_retry_seconds)
    return _run(paths, plan, gates)


def _run(paths: list[str], plan: Plan, gates: Gates) -> int:
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
    return _report(audited, gates, str(plan.out))


def _report(audited: Audited, gates: Gates, out: str) -> int:
    """Print the result and return the exit status. A gate that was met counts before a log that could not be read."""
    from pushlog.audit.terminal import render
    from pushlog.exits import Exit
    from pushlog.messages import tell

    violations = gates.met(audited.summary)
    for note in (*audited.notes, *violations):
        tell(note)
    typer.echo(render(audited, out), nl=False)
    totals = audited.summary.totals
    if violations:
        return int(Exit.FAIL_ON_MET)
    if totals.unread:
        return int(Exit.INCOMPLETE_ANALYSIS)
    return int(Exit.DONE if totals.pushes else Exit.NO_PUSH)
