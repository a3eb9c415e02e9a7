"""How fast, and how long still: always from the slowest to the fastest that was seen lately."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.live.board import KEPT
from pushlog.model import State
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.live.board import Board, Row

# An upload this young has no rate yet.
_YOUNG = 1.0
# A silence is one when it is so many times longer than any before it.
_SILENT = 1.5
# A day and more is no forecast.
_LONGEST = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A figure that lies between two."""

    low: float
    high: float


def rate(row: Row, now: float) -> Span | None:
    """Bytes a second of an upload: the lowest and highest over its last half minute, the half and the quarter of it.

    A silence longer than any between its figures counts: an upload that stands still gets slower. None while there is
    too little to go by, and once all was read.
    """
    if row.state is not State.PUSHING or row.through or len(row.figures) < 2:
        return None
    last = row.figures[-1][0]
    longest = max(later[0] - earlier[0] for earlier, later in pairwise(row.figures))
    end = now if now - last > max(_YOUNG, _SILENT * longest) else last
    age = min(KEPT, end - row.figures[0][0])
    if age < _YOUNG:
        return None
    rates = [_rate(row.figures, end - part, end) for part in (age, age / 2, age / 4)]
    return Span(low=min(rates), high=max(rates))


def _rate(figures: Sequence[tuple[float, int]], since: float, end: float) -> float:
    """From the last figure that is not later than `since`, so that figures far apart are not read as a standstill."""
    at, done = next((figure for figure in reversed(figures) if figure[0] <= min(since, end - _YOUNG / 4)), figures[0])
    return (figures[-1][1] - done) / (end - at)


def row_left(row: Row, now: float) -> Span | None:
    """Seconds until all of a layer is sent; None where that can't be said."""
    speed = rate(row, now)
    if speed is None or row.total is None or row.done is None:
        return None
    return _left(max(0, row.total - row.done), speed)


def together(board: Board, now: float) -> Span | None:
    """Bytes a second of all uploads together."""
    speeds = [speed for row in board.open if (speed := rate(row, now)) is not None]
    return Span(low=sum(s.low for s in speeds), high=sum(s.high for s in speeds)) if speeds else None


def left(board: Board, now: float) -> Span | None:
    """Seconds until all layers whose size is known are sent: at the rate of all, but not before the slowest of them."""
    speed = together(board, now)
    if speed is None:
        return None
    whole = _left(sum(max(0, row.total - (row.done or 0)) for row in board.open if row.total), speed)
    parts = [part for row in board.open if (part := row_left(row, now)) is not None]
    if whole is None or any(row_left(row, now) is None for row in board.open if rate(row, now) and row.total):
        return None
    return Span(low=max([whole.low, *(p.low for p in parts)]), high=max([whole.high, *(p.high for p in parts)]))


def _left(remaining: int, speed: Span) -> Span | None:
    if speed.low * _LONGEST < remaining or not speed.high:
        return None
    return Span(low=remaining / speed.high, high=remaining / speed.low if speed.low else 0.0)


def said(time: Span) -> str:
    """Return `about 4 s`, `20 to 35 s`, `50 s to 1 min 10 s`."""
    return _range(seconds(round(time.low)), seconds(round(time.high)), about="about ")


def said_rate(speed: Span) -> str:
    """Return `1.2 MB/s`, `1.2 to 1.5 MB/s`, in two digits."""
    low, high = (f"{size(round(float(f'{value:.2g}')))}/s" for value in (speed.low, speed.high))
    return _range(low, high)


def _range(low: str, high: str, *, about: str = "") -> str:
    """Two figures as one range; a unit that both have is said once."""
    if low == high:
        return f"{about}{high}"
    figure, _, unit = low.rpartition(" ")
    return f"{figure if high.endswith(f' {unit}') and ' ' not in figure else low} to {high}"
