"""`pushlog record`: a push on a terminal of its own, kept with its times, and pushed again where that can help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pushlog.live.cast import Cast


def record(
    command: Annotated[list[str], typer.Argument(metavar="-- CMD...", help="The command, such as docker push IMAGE.")],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="Where the recording goes (asciicast); left out: push-DATE-TIME.cast. An older file is never written "
            "over: the new one gets a number.",
        ),
    ] = None,
    retry: Annotated[
        int,
        typer.Option(
            "--retry",
            metavar="N",
            min=0,
            max=100,
            help="Run the command again, at most N times, where pushing again can help; after the wait that the cause "
            "asks for.",
        ),
    ] = 0,
    analyze: Annotated[bool, typer.Option("--analyze", help="Print the post-mortem when the command failed.")] = False,
) -> int:
    """Run a push and record it with its times.

    The command runs on a terminal of its own and is shown unchanged. The exit status is that of the command, of its
    last attempt with --retry.
    """
    import shutil
    from shlex import quote

    from pushlog.messages import tell

    if shutil.which(command[0]) is None:
        tell(f"{command[0]}: no such command")
        return 127
    try:
        from pushlog.live.record import record as run
    except ImportError as error:  # Windows has no pseudo-terminal
        raise typer.BadParameter("recording needs a pseudo-terminal, which this system does not have") from error
    from pushlog.live import terminal
    from pushlog.live.cast import start_cast

    size = terminal.size()
    recording = start_cast(output or _name(), size, command)
    status, attempts = run(command, recording, size), 1
    while status and attempts <= retry and _goes_on(recording, attempts, retry):
        attempts += 1
        status = run(command, recording, size)
    recording.ended(status)
    if recording.broken is not None:
        tell(f"{recording.path}: the recording is cut: {recording.broken}")
    times = f"{attempts} attempts, " if attempts > 1 else ""
    ended = f", ended with status {status}" if status else ""
    tell(f"recorded {times}{recording.seconds:.0f} s in {recording.path}{ended}: pushlog {quote(recording.path)}")
    if status and analyze:
        _post_mortem(recording.path)
    return status


def _name() -> str:
    """Return a name that no earlier recording has: the moment, by the clock on the wall."""
    from datetime import datetime

    return f"push-{datetime.now().astimezone():%Y%m%d-%H%M%S}.cast"


def _goes_on(recording: Cast, attempts: int, retry: int) -> bool:
    """Say in a line whether the command is run again, and wait; Ctrl-C while waiting ends the attempts."""
    import time

    from pushlog.faults import UserError
    from pushlog.live.again import decide
    from pushlog.messages import tell
    from pushlog.pipeline import analyze

    try:
        decision = decide(analyze(recording.last_attempt()), attempts)
    except UserError as error:
        tell(f"not pushed again: its output can't be read: {error}")
        return False
    if not decision.again:
        tell(f"not pushed again: {decision.why}")
        return False
    tell(f"pushing again in {decision.wait:.0f} s, {attempts} of {retry}: {decision.why}")
    try:
        time.sleep(decision.wait)
    except KeyboardInterrupt:
        tell("stopped: not pushed again")
        return False
    recording.next_attempt(f"attempt {attempts + 1}: {decision.why}")
    return True


def _post_mortem(path: str) -> None:
    """Print the report of the recording; the command's exit status stands whatever hinders this."""
    import os
    import sys

    from pushlog.outputs import outputs, write
    from pushlog.pipeline import analyze

    try:
        write(outputs(["text"]), [analyze(path)], no_color=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
