"""One call of `watch`: a screen for the terminal at hand, the verdict handed on once, the report at the end."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pushlog.live import verdict
from pushlog.live.calm import Calm
from pushlog.live.watch import Watching

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
    log = watching.log()
    if command is not None:
        last = verdict.final_verdict(log.pushes[-1]) if log.pushes else None
        if last is not None and watching.board.number not in watching.judged_numbers:
            command.run(last)
        if any(command.finish()):
            sys.stderr.write("pushlog: the command of --on-verdict failed\n")
    return log, is_whole


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
