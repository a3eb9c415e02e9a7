"""`pushlog redact`: logs that can be given away."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from pushlog.commands.inputs import named_inputs

# Bytes of a secret that nobody tries all of.
_SHORTEST = 16


def redact(
    context: typer.Context,
    logs: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG...",
            help="Captured output of docker push, and the daemon's, a proxy's and the registry's logs of it; - is "
            "standard input.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to, of several logs a folder; without it to standard output."
        ),
    ] = None,
    pseudonyms: Annotated[
        bool,
        typer.Option(
            "--pseudonyms",
            help="Put hosts, repositories, addresses and users under other names: the same name is always the same "
            "pseudonym in all logs of a call.",
        ),
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="FILE", help="Make pseudonyms by the secret in this file: the same ones in every call."
        ),
    ] = None,
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
    """Remove secrets from logs; the analysis stays the same.

    Several logs of one push still can be joined. What was hidden is listed on standard error.
    """
    from pushlog.exits import Exit
    from pushlog.intake.deadline import TimeUpError, deadline
    from pushlog.intake.limit_option import time_limit as checked
    from pushlog.intake.read import read
    from pushlog.messages import tell
    from pushlog.outputs import write_bytes
    from pushlog.overwriting import refuse_inputs
    from pushlog.redaction.counts import by_kind
    from pushlog.share import redact_logs

    targets = _targets(logs, output)
    refuse_inputs(targets, named_inputs(context))
    if output is not None and len(logs) > 1:
        _make_folder(output)
    secret = None if key is None else _secret(key, logs)
    try:
        with nullcontext() if time_limit is None else deadline(checked(time_limit)):
            clean = redact_logs([read(log) for log in logs], pseudonyms=pseudonyms or secret is not None, key=secret)
    except TimeUpError:
        tell(f"{', '.join(logs)}: took more than {time_limit:g} s of processor time; nothing was written")
        return int(Exit.INCOMPLETE_ANALYSIS)
    for target, log in zip(targets, clean, strict=True):
        write_bytes(target, log.data)
    for line in by_kind(tuple(item for log in clean for item in log.redacted)):
        typer.echo(line, err=True)
    differs = dict.fromkeys(fact for log in clean for fact in log.differs)
    if differs:
        typer.echo(f"pushlog: what was hidden changes the analysis: {', '.join(differs)}", err=True)
        return int(Exit.INCOMPLETE_ANALYSIS)
    return int(Exit.DONE)


def _targets(logs: list[str], output: str | None) -> list[str | None]:
    """Return where each log goes to. Raises UserError where two would be one file."""
    from pushlog.faults import OutputError

    if len(logs) == 1:
        return [output]
    if output is None:
        raise OutputError("several logs do not go to standard output: name a folder, -o FOLDER")
    names = [Path(log).name for log in logs]
    if len(set(names)) < len(names):
        raise OutputError("two of these logs have the same name, and would be one file: rename one")
    return [str(Path(output) / name) for name in names]


def _make_folder(name: str) -> None:
    """Make the folder of several logs. Raises OutputError."""
    from pushlog.faults import OutputError

    try:
        Path(name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{name}: can't be a folder: {(error.strerror or str(error)).lower()}") from error


def _secret(key: str, logs: list[str]) -> bytes:
    """Return the secret in a file. Raises UserError for none that is worth the name."""
    from pushlog.faults import InputError
    from pushlog.intake.read import read
    from pushlog.overwriting import is_same

    if any(is_same(key, log) for log in logs):
        raise InputError(f"{key}: is one of the logs, and no secret: make a key with `openssl rand -hex 32`")
    secret = read(key).data[:].strip()
    if len(secret) < _SHORTEST:
        raise InputError(f"{key}: holds fewer than {_SHORTEST} bytes, which can be guessed: `openssl rand -hex 32`")
    return secret
