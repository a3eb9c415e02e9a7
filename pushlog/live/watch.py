"""A push watched to its end: what arrives becomes a board, the board is shown, and the whole becomes a report."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from pushlog.intake.read import raw
from pushlog.live import verdict
from pushlog.live.arrivals import RESOLUTION, arrivals
from pushlog.live.board import Board, advanced
from pushlog.live.outlook import Refusals, outlook, refusals
from pushlog.live.prefix_stripper import Stripper
from pushlog.pipeline import analyze_raw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pushlog.live.follow import Followed
    from pushlog.live.outlook import Outlook
    from pushlog.live.tape import Tape
    from pushlog.live.verdict import Verdict
    from pushlog.model import Diagnosis, Log
    from pushlog.pipeline import Options

# At most this often is drawn, and at least: in seconds.
_REDRAW = 0.08
_CLOCK = 0.5
# An error may have more lines, another tag may follow a digest line: so long nothing must come.
_SETTLED = 0.5
# Docker's own ticks are that exact.
_SLACK = 0.05
# After Ctrl-C whoever writes into the pipe is stopping too.
_LAST_WORDS = 1.0


class Screen(Protocol):
    """Where a running push is shown."""

    def show(self, board: Board, now: float, ahead: Outlook | None) -> None:
        """The push now, and what is certain of its end."""

    def say(self, text: str) -> None:
        """One line that stays."""


@dataclass(slots=True, kw_only=True)
class Watching:
    """One input being watched. `patience`: a file that has not grown for so long after a push is done with.

    `judged` is called once for a push, as soon as its end is certain; the numbers of those pushes are `told`.
    """

    name: str
    followed: Followed
    tape: Tape
    options: Options
    screen: Screen
    judged: Callable[[Verdict], None]
    patience: float
    board: Board = field(default_factory=Board)
    seen: int = 0
    asked: float | None = None
    stripper: Stripper = field(default_factory=Stripper)
    told: set[int] = field(default_factory=set)
    refused: Refusals = field(default_factory=dict)

    def run(self) -> bool:
        """Follow to the end; False when Ctrl-C ended it."""
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
                self.board = advanced(before, data, self._last(), self.options.knowledge)
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
        """Whether the latest push has ended, by the board or, of a client that has none, by its verdict."""
        return self.board.ended is not None or (self.board.began is None and self.board.number in self.told)

    def _last(self) -> float:
        """When the last bytes came."""
        return self.tape.seconds[self.seen - 1] if self.seen else 0.0

    def _foresee(self, now: float) -> None:
        ahead = outlook(self.board, now, self.options.knowledge, self.refused)
        self.screen.show(self.board, now, ahead)
        if ahead is not None and ahead.certain and self.board.number not in self.told:
            self.told.add(self.board.number)
            self.judged(verdict.ahead(ahead))

    def _decide(self, now: float) -> None:
        """Judge a push that reads as ended, once its last lines are in; what proves nothing is asked again later.

        Of a client whose lines make no board a pipe shows the end by closing, a file by its silence alone.
        """
        silent = now - self._last()
        if self.board.began is None:
            ended = self.followed.grows and self.stripper.announced and silent >= max(_SETTLED, self.patience)
            asked = float(self.seen) if ended and self.board.number not in self.told else None
        else:
            asked = self.board.ended if silent >= _SETTLED else None
        if asked is not None and asked != self.asked:
            self.asked = asked
            self._judge(self.board, self.log().pushes)

    def _judge(self, board: Board, pushes: Sequence[Diagnosis]) -> None:
        """Hand on the verdict on the last of these pushes, once for a board."""
        found = verdict.ended(pushes[-1]) if pushes else None
        if found is None:
            return
        self.refused |= refusals(board.name, pushes[-1])
        if board.number not in self.told:
            self.told.add(board.number)
            self.judged(found)

    def log(self) -> Log:
        """The analysis of all that has come, with the times of its arrival where it carries none."""
        given = raw(self.name, b"".join(self.tape.parts))
        clock = arrivals(self.tape, given.data[:], already=self.followed.already)
        found = analyze_raw(given, replace(self.options, watch=clock))
        if any(_came_faster(push) for push in found.pushes):
            found = analyze_raw(given, self.options)
        notes = (*found.source.notes, *self.followed.notes)
        return replace(found, source=replace(found.source, notes=notes))


def _came_faster(push: Diagnosis) -> bool:
    """Whether the lines prove more time than they took to come: they were kept somewhere, and came late together."""
    took = push.duration.seconds
    return took is not None and push.duration.at_least > took * (1 + _SLACK) + RESOLUTION
