"""`pushlog redact`: a log that can be given away."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer


def redact(
    log: Annotated[str, typer.Argument(metavar="LOG", help="Captured output of docker push; - is standard input.")],
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; without it to standard output.")
    ] = None,
    pseudonyms: Annotated[
        bool,
        typer.Option(
            "--pseudonyms",
            help="Put hosts, repositories, addresses and users under other names: the same name is always the same "
            "pseudonym within a log.",
        ),
    ] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            min=0.1,
            metavar="S",
            help="CPU time limit in seconds; beyond it nothing is written, exit 4.",
        ),
    ] = None,
) -> int:
    """Remove secrets from a log; the analysis stays the same.

    What was hidden is listed on standard error.
    """
    from pushlog.exits import Exit
    from pushlog.intake.deadline import TimeUpError, deadline
    from pushlog.intake.limit_option import time_limit as checked
    from pushlog.intake.read import read
    from pushlog.messages import tell
    from pushlog.outputs import write_bytes
    from pushlog.redaction.result import by_kind
    from pushlog.share import redact_log

    try:
        with nullcontext() if time_limit is None else deadline(checked(time_limit), hard=False):
            clean = redact_log(read(log), pseudonyms=pseudonyms)
    except TimeUpError:
        tell(f"{log}: took more than {time_limit:g} s of processor time; nothing was written")
        return int(Exit.INCOMPLETE_ANALYSIS)
    write_bytes(output, clean.data)
    for line in by_kind(clean.redacted):
        typer.echo(line, err=True)
    if clean.differs:
        typer.echo(f"pushlog: what was hidden changes the analysis: {', '.join(clean.differs)}", err=True)
        return int(Exit.INCOMPLETE_ANALYSIS)
    return int(Exit.DONE)
