"""The end of a recorded command: a signal that ended it stopped the push that was still running."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import Mark, MarkKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.parsed_push import ParsedPush

# The status of a command that a signal ended is 128 and its number: a lost terminal, Ctrl-C, killed, told to stop.
_SIGNALS = {129: "SIGHUP", 130: "SIGINT", 137: "SIGKILL", 143: "SIGTERM"}


def with_recorded_end(pushes: Sequence[ParsedPush], status: int | None) -> tuple[ParsedPush, ...]:
    """Return the pushes of a log, the last one with a mark of the signal that ended the recorded command.

    An error or a digest line in the log still says more: the mark counts only for a push without either.
    """
    signal = _SIGNALS.get(status or 0)
    if signal is None or not pushes:
        return tuple(pushes)
    last = pushes[-1]
    fields = {"WHY": f"The recorded command was ended by a signal ({signal}, status {status})."}
    mark = Mark(kind=MarkKind.INTERRUPT, start=last.stop, stop=last.stop, line=last.lines[1], fields=fields)
    return (*pushes[:-1], replace(last, marks=(*last.marks, mark)))
