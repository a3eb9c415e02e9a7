"""A running push for readers without a terminal: one line for every change, none in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.live import pace
from pushlog.live.outlook import Outlook, held_back, image_name, retry
from pushlog.model import State
from pushlog.report.visible import visible
from pushlog.units import count, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TextIO

    from pushlog.live.board import Board, Row

# Above this many layers that change alike at once, their number is printed instead of their ids.
_NAMED = 3
# While nothing changes, a line is printed this often, in seconds: some CI systems end jobs that are silent.
_HEARTBEAT = 60.0

_DONE = {State.PUSHED: "pushed", State.EXISTS: "already there", State.MOUNTED: "mounted", State.SKIPPED: "skipped"}


class Calm:
    """Writer of changes to a stream that keeps every line, such as a CI log."""

    def __init__(self, stream: TextIO) -> None:
        """Start without a previous board."""
        self._stream = stream
        self._before: Board | None = None
        self._last_line_at = 0.0
        self._was_held_back = False
        self._foreseen: str | None = None

    def show(self, board: Board, now: float, ahead: Outlook | None) -> None:
        """Write the changes since the last call."""
        lines = list(changes(self._before, board, now))
        is_certain = ahead is not None and ahead.certain
        # A refusal that is certain explains why layers wait together.
        reason = None if is_certain else held_back(board, now)
        if reason and not self._was_held_back:
            lines.append(reason)
        # Of several layers refused together now one, now another is the next to give up.
        foreseen = None if ahead is None else "all" if is_certain else ahead.layer
        if ahead and foreseen != self._foreseen:
            lines.append(str(ahead))
        if board.running and not lines and now - self._last_line_at >= _HEARTBEAT:
            lines.append(progress_line(board, now))
        self._before, self._was_held_back = board, reason is not None
        self._foreseen = foreseen
        for line in lines:
            self.say(line, now - (board.began or now))
            self._last_line_at = now

    def say(self, text: str, at: float | None = None) -> None:
        """Write one line, with the seconds since the push began."""
        stamp = f"{seconds(max(0.0, at)):>7}  " if at is not None else ""
        self._stream.write(f"pushlog: {stamp}{visible(text)}\n")
        self._stream.flush()


def changes(before: Board | None, board: Board, now: float) -> Iterator[str]:
    """Yield the changes of a board as sentences without a full stop."""
    is_new = before is None or before.number != board.number
    if board.began is not None and is_new:
        yield f"push to {image_name(board)}"
    old: Mapping[str, Row] = {} if before is None or is_new else before.layers
    yield from _done(board, [row for row in board.layers.values() if row.state in _DONE and _changed(old, row)])
    for row in board.layers.values():
        left = retry(row, now)
        if left is not None and (row.id not in old or old[row.id].retries != row.retries):
            yield (
                f"{row.id} upload {row.retries} failed; again in {left.next_in} s, {count(left.uploads, 'upload')} and "
                f"{seconds(left.waiting)} of waits left"
            )
    if board.tags and (is_new or before is None or before.tags != board.tags):
        yield f"{image_name(board)} is in the registry"
    if board.failed and (is_new or before is None or not before.failed):
        yield "the push ended with an error"


def _changed(old: Mapping[str, Row], row: Row) -> bool:
    return row.id not in old or old[row.id].state is not row.state


def _done(board: Board, rows: list[Row]) -> Iterator[str]:
    for state, word in _DONE.items():
        same = [row for row in rows if row.state is state]
        names = ", ".join(row.id for row in same) if len(same) <= _NAMED else count(len(same), "layer")
        if same:
            yield f"{names} {word} ({_layers_done(board)})"


def _layers_done(board: Board) -> str:
    return f"{len(board.layers) - len(board.open)} of {count(len(board.layers), 'layer')}"


def progress_line(board: Board, now: float) -> str:
    """Return how far the push is, its speed and the time left."""
    parts = [_layers_done(board)]
    done = sum(min(row.done or 0, row.total or 0) for row in board.layers.values())
    if done:
        parts.append(f"{size(done)} {board.verb}")
    speed, left = pace.together(board, now), pace.left(board, now)
    if speed:
        parts.append(pace.rate_text(speed))
    if left:
        parts.append(f"{pace.time_text(left)} left{_unknown(board)}")
    return ", ".join(parts)


def _unknown(board: Board) -> str:
    """Return what the time left does not count: layers without a size."""
    unsized = sum(row.total is None for row in board.open)
    return f" for what is under way, {count(unsized, 'layer')} not begun" if unsized else ""
