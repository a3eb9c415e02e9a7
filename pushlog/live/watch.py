"""A push watched to its end: arriving bytes update a board, the board is shown, and the whole log becomes a report."""

from __future__ import annotations

import time
from dataclasses import field, replace
from typing import TYPE_CHECKING, Protocol

from pushlog.intake.read import raw
from pushlog.live import verdict
from pushlog.live.arrivals import RESOLUTION, arrivals
from pushlog.live.board import Board, advance
from pushlog.live.outlook import Refusals, outlook, refusals
from pushlog.live.prefix_stripper import Stripper
from pushlog.pipeline import analyze_raw
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pushlog.live.follow import Followed
    from pushlog.live.outlook import Outlook
    from pushlog.live.tape import Tape
    from pushlog.live.verdict import Verdict
    from pushlog.model import Diagnosis, Log
    from pushlog.pipeline import Options

# The shortest and the longest time between two drawings, in seconds.
_REDRAW = 0.08
_CLOCK = 0.5
# An error may have more lines, and another tag may follow a digest line: a push has ended after this many silent
# seconds.
_SETTLED = 0.5
# Docker's own ticks are exact to this share.
_SLACK = 0.05
# After Ctrl-C the writer of the pipe is stopping too: its last bytes are waited for, in seconds.
_LAST_WORDS = 1.0


class Screen(Protocol):
    """The place where a running push is shown."""

    def show(self, board: Board, now: float, ahead: Outlook | None) -> None:
        """Show the push as it is now, and its outlook."""

    def say(self, text: str) -> None:
        """Print one line that stays."""


@record(frozen=False)
class Watching:
    """One input being watched. `patience`: seconds after a push in which a file must not grow before the watch ends.

    `on_verdict` is called once for a push, as soon as its end is certain; `judged_numbers` are those pushes.
    """

    name: str
    followed: Followed
    tape: Tape
    options: Options
    screen: Screen
    on_verdict: Callable[[Verdict], None]
    patience: float
    board: Board = field(default_factory=Board)
    seen: int = 0
    judged_end: float | None = None
    stripper: Stripper = field(default_factory=Stripper)
    judged_numbers: set[int] = field(default_factory=set)
    refused: Refusals = field(default_factory=dict)

    def run(self) -> bool:
        """Follow the input to its end; return False when Ctrl-C ended it."""
        try:
            self._follow()
        except KeyboardInterrupt:
            self.followed.stop()
            self.tape.ended.wait(_LAST_WORDS)
            return False
        return True

    def _follow(self) -> None:
        while True:
            is_last = self.tape.ended.is_set()  # asked before the last bytes are taken
            self.tape.news.clear()
            parts = self.tape.parts[self.seen :]
            self.seen += len(parts)
            data = self.stripper.strip(b"".join(parts), last=is_last)
            if data:
                before = self.board
                self.board = advance(before, data, self._last(), self.options.knowledge)
                if before.ended is not None and before.number != self.board.number:
                    self._judge(before, self.log().pushes[:-1])
            now = self.tape.now()
            self._foresee(now)
            if is_last:
                return
            self._decide(now)
            if self._is_over and now - self._last() >= self.patience:
                self.followed.stop()
            time.sleep(_REDRAW)
            self.tape.news.wait(_CLOCK)

    @property
    def _is_over(self) -> bool:
        """Return whether the latest push has ended, by the board or, for a client without one, by its verdict."""
        return self.board.ended is not None or (self.board.began is None and self.board.number in self.judged_numbers)

    def _last(self) -> float:
        """Return the time of the last bytes."""
        return self.tape.seconds[self.seen - 1] if self.seen else 0.0

    def _foresee(self, now: float) -> None:
        ahead = outlook(self.board, now, self.options.knowledge, self.refused)
        self.screen.show(self.board, now, ahead)
        if ahead is not None and ahead.certain and self.board.number not in self.judged_numbers:
            self.judged_numbers.add(self.board.number)
            self.on_verdict(verdict.early_verdict(ahead))

    def _decide(self, now: float) -> None:
        """Judge a push that seems to have ended, once its last lines are in; an open end is judged again later.

        For a client whose lines make no board, a pipe shows the end by closing, a file only by its silence.
        """
        silent = now - self._last()
        if self.board.began is None:
            is_silent = self.followed.grows and self.stripper.announced and silent >= max(_SETTLED, self.patience)
            end = float(self.seen) if is_silent and self.board.number not in self.judged_numbers else None
        else:
            end = self.board.ended if silent >= _SETTLED else None
        if end is not None and end != self.judged_end:
            self.judged_end = end
            self._judge(self.board, self.log().pushes)

    def _judge(self, board: Board, pushes: Sequence[Diagnosis]) -> None:
        """Report the verdict on the last of these pushes, once for a board."""
        reached = verdict.final_verdict(pushes[-1]) if pushes else None
        if reached is None:
            return
        self.refused |= refusals(board.name, pushes[-1])
        if board.number not in self.judged_numbers:
            self.judged_numbers.add(board.number)
            self.on_verdict(reached)

    def log(self) -> Log:
        """Return the analysis of all that has come, with the arrival times where the log carries none."""
        source = replace(raw(self.name, b"".join(self.tape.parts)), modified=self.followed.modified)
        clock = arrivals(self.tape, source.data[:], already=self.followed.already)
        log = analyze_raw(source, replace(self.options, timestamps=clock))
        if any(_came_faster(push) for push in log.pushes):
            log = analyze_raw(source, self.options)
        notes = (*log.source.notes, *self.followed.notes)
        return replace(log, source=replace(log.source, notes=notes))


def _came_faster(push: Diagnosis) -> bool:
    """Return whether the lines prove more time than they took to come: they were buffered and came late together."""
    seconds = push.duration.seconds
    return seconds is not None and push.duration.at_least > seconds * (1 + _SLACK) + RESOLUTION
