"""One call of `watch`: the screen that fits, the verdict handed on once, the report at the end."""

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


def watched(
    name: str,
    followed: Followed,
    tape: Tape,
    options: Options,
    *,
    patience: float,
    hook: str | None,
    no_color: bool,
) -> tuple[Log, bool]:
    """The analysis of all that came, and whether it came to its end; False when Ctrl-C ended it."""
    run = verdict.Hook(hook) if hook is not None else None
    with screen(no_color=no_color) as shown:

        def judged(found: verdict.Verdict) -> None:
            shown.say(found.verdict)
            if run is not None:
                run.run(found)

        watching = Watching(
            name=name, followed=followed, tape=tape, options=options, screen=shown, judged=judged, patience=patience
        )
        whole = watching.run()
    log = watching.log()
    if run is not None:
        last = verdict.ended(log.pushes[-1]) if log.pushes else None
        if last is not None and watching.board.number not in watching.told:
            run.run(last)
        if any(run.finish()):
            sys.stderr.write("pushlog: the command of --on-verdict failed\n")
    return log, whole


@contextmanager
def screen(*, no_color: bool) -> Iterator[Screen]:
    """Drawings where standard error is a terminal that can be drawn on, else lines; a signal leaves no mess behind."""
    if not sys.stderr.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        yield Calm(sys.stderr)
        return
    from pushlog.live.view import View

    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with View(color=not no_color and not os.environ.get("NO_COLOR")) as view:
            yield view
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
