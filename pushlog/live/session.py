"""One call of `watch`: a screen for the terminal at hand, the verdict handed on once, the report at the end."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.live import verdict
from pushlog.live.calm import Calm
from pushlog.live.watch import Watching
from pushlog.model import Outcome

# The rule that speaks of a log which ends before its push; here the watch ended.
_CUT = "truncated-log"

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from pushlog.live.follow import Followed
    from pushlog.live.tape import Tape
    from pushlog.live.watch import Screen
    from pushlog.model import Log
    from pushlog.pipeline import Options


def run_watch(
    name: str,
    followed: Followed,
    tape: Tape,
    options: Options,
    *,
    patience: float,
    hook: str | None,
    no_color: bool,
) -> tuple[Log, bool]:
    """Return the analysis of all that came, and whether the input came to its end; False when Ctrl-C ended it."""
    command = verdict.Hook(hook) if hook is not None else None
    with screen(no_color=no_color) as display:

        def on_verdict(reached: verdict.Verdict) -> None:
            display.say(reached.verdict)
            if command is not None:
                command.run(reached)

        watching = Watching(
            name=name,
            followed=followed,
            tape=tape,
            options=options,
            screen=display,
            on_verdict=on_verdict,
            patience=patience,
        )
        is_whole = watching.run()
    log = watching.log() if is_whole else stopped(watching.log())
    if command is not None:
        last = verdict.final_verdict(log.pushes[-1]) if log.pushes else None
        if last is not None and watching.board.number not in watching.judged_numbers:
            command.run(last)
        if any(command.finish()):
            sys.stderr.write("pushlog: the command of --on-verdict failed\n")
    return log, is_whole


def stopped(log: Log) -> Log:
    """Return the log of a watch that Ctrl-C ended: an open push was not broken off, nobody looked any longer."""
    note = "you stopped watching (Ctrl-C); the push itself may still be running"
    pushes = tuple(
        replace(
            push,
            verdict=f"You stopped watching: {push.progress.layers_done} of {push.progress.layers_total} layers so far",
            advice="The push itself may still be running.",
            findings=tuple(finding for finding in push.findings if finding.name != _CUT),
        )
        if push.outcome is Outcome.INCOMPLETE
        else push
        for push in log.pushes
    )
    return replace(log, source=replace(log.source, notes=(*log.source.notes, note)), pushes=pushes)


@contextmanager
def screen(*, no_color: bool) -> Iterator[Screen]:
    """Yield a drawing screen where standard error is a terminal that can be drawn on, else one of lines.

    A signal leaves the terminal as it was.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        yield Calm(sys.stderr)
        return
    from pushlog.live.view import View

    # Windows has no SIGHUP.
    ending = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, _leave) for number in ending}
    try:
        with View(color=not no_color and not os.environ.get("NO_COLOR")) as view:
            yield view
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
