"""A running push for readers without a terminal: one line for every change, none in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.live import pace
from pushlog.live.outlook import Outlook, held_back, named, retry
from pushlog.model import State
from pushlog.report.visible import visible
from pushlog.units import count, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO

    from pushlog.live.board import Board, Row

# Of more layers that change alike at once, the number is told.
_NAMED = 3
# While nothing changes: a line this often, in seconds, for those who end jobs that are silent.
_HEARTBEAT = 60.0

_DONE = {State.PUSHED: "pushed", State.EXISTS: "already there", State.MOUNTED: "mounted", State.SKIPPED: "skipped"}


class Calm:
    """Writes to a stream that keeps all that is written."""

    def __init__(self, stream: TextIO) -> None:
        """Nothing is said yet."""
        self._stream = stream
        self._before: Board | None = None
        self._said = 0.0
        self._held = False
        self._foreseen: str | None = None

    def show(self, board: Board, now: float, ahead: Outlook | None) -> None:
        """Say what changed since the last time."""
        lines = list(changes(self._before, board, now))
        held = held_back(board, now)
        if held and not self._held:
            lines.append(held)
        if ahead and ahead.layer != self._foreseen:
            lines.append(str(ahead))
        if board.running and not lines and now - self._said >= _HEARTBEAT:
            lines.append(far(board, now))
        self._before, self._held, self._foreseen = board, held is not None, ahead.layer if ahead else None
        for line in lines:
            self.say(line, now - (board.began or now))
            self._said = now

    def say(self, text: str, at: float | None = None) -> None:
        """One line, with the seconds since the push began."""
        stamp = f"{seconds(max(0.0, at)):>7}  " if at is not None else ""
        self._stream.write(f"pushlog: {stamp}{visible(text)}\n")
        self._stream.flush()


def changes(before: Board | None, board: Board, now: float) -> Iterator[str]:
    """Yield what is new on a board, as sentences without a full stop."""
    new = before is None or before.number != board.number
    if board.began is not None and new:
        yield f"push to {named(board)}"
    old: Mapping[str, Row] = {} if before is None or new else before.layers
    yield from _done(board, [row for row in board.layers.values() if row.state in _DONE and _changed(old, row)])
    for row in board.layers.values():
        left = retry(row, now)
        if left is not None and (row.id not in old or old[row.id].retries != row.retries):
            yield (
                f"{row.id} upload {row.retries} failed; again in {left.next_in} s, {count(left.uploads, 'upload')} and "
                f"{seconds(left.waiting)} of waits left"
            )
    if board.tags and (new or before is None or before.tags != board.tags):
        yield f"{named(board)} is in the registry"
    if board.failed and (new or before is None or not before.failed):
        yield "the push ended with an error"


def _changed(old: Mapping[str, Row], row: Row) -> bool:
    return row.id not in old or old[row.id].state is not row.state


def _done(board: Board, rows: list[Row]) -> Iterator[str]:
    for state, word in _DONE.items():
        same = [row for row in rows if row.state is state]
        names = ", ".join(row.id for row in same) if len(same) <= _NAMED else count(len(same), "layer")
        if same:
            yield f"{names} {word} ({_reached(board)})"


def _reached(board: Board) -> str:
    return f"{len(board.layers) - len(board.open)} of {count(len(board.layers), 'layer')}"


def far(board: Board, now: float) -> str:
    """How far the push is, how fast, and how long still."""
    parts = [_reached(board)]
    done = sum(min(row.done or 0, row.total or 0) for row in board.layers.values())
    if done:
        parts.append(f"{size(done)} {board.verb}")
    speed, left = pace.together(board, now), pace.left(board, now)
    if speed:
        parts.append(pace.said_rate(speed))
    if left:
        parts.append(f"{pace.said(left)} left{_unknown(board)}")
    return ", ".join(parts)


def _unknown(board: Board) -> str:
    """What the time left does not count."""
    unsized = sum(row.total is None for row in board.open)
    return f" for what is under way, {count(unsized, 'layer')} not begun" if unsized else ""
