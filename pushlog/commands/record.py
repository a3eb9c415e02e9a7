"""`pushlog record`: a push on a terminal of its own, kept with its times."""

from __future__ import annotations

from typing import Annotated

import typer


def record(
    command: Annotated[list[str], typer.Argument(metavar="-- CMD...", help="The command, such as docker push IMAGE.")],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="PATH", help="Where the recording goes (asciicast).")
    ] = "push.cast",
    analyze: Annotated[bool, typer.Option("--analyze", help="Print the post-mortem when the command failed.")] = False,
) -> int:
    """Run a push and record it with its times.

    The command runs on a terminal of its own and is shown unchanged. The exit status is that of the command.
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
    recording = start_cast(output, size, command)
    status = run(command, recording, size)
    if recording.broken is not None:
        tell(f"{output}: the recording is cut: {recording.broken}")
    if status and analyze:
        _post_mortem(output)
    elif status:
        tell(f"ended with status {status}; why: pushlog analyze {quote(output)}")
    return status


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
