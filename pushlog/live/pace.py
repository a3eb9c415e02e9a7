"""Speed and time left, always as a range from the slowest to the fastest seen lately."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.live.board import RATE_WINDOW
from pushlog.model import State
from pushlog.record_class import record
from pushlog.units import seconds, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.live.board import Board, Row

# An upload has no rate in its first seconds.
_YOUNG = 1.0
# A pause counts as a silence when it is this many times longer than any before it.
_SILENT = 1.5
# No forecast goes beyond a day, in seconds.
_LONGEST = 86400.0


@record
class Span:
    """A range of a figure."""

    least: float
    most: float


def rate(row: Row, now: float) -> Span | None:
    """Return bytes a second of an upload: the range over its last half minute, half of that, and a quarter of it.

    A silence longer than any between its figures counts: an upload that stands still gets slower. None while there are
    too few figures, and once all was read.
    """
    if row.state is not State.PUSHING or row.through or len(row.figures) < 2:
        return None
    last = row.figures[-1][0]
    longest = max(later[0] - earlier[0] for earlier, later in pairwise(row.figures))
    end = now if now - last > max(_YOUNG, _SILENT * longest) else last
    age = min(RATE_WINDOW, end - row.figures[0][0])
    if age < _YOUNG:
        return None
    rates = [_rate(row.figures, end - part, end) for part in (age, age / 2, age / 4)]
    return Span(least=min(rates), most=max(rates))


def _rate(figures: Sequence[tuple[float, int]], since: float, end: float) -> float:
    """Return the rate from the last figure not later than `since`, so that figures far apart are no standstill."""
    at, done = next((figure for figure in reversed(figures) if figure[0] <= min(since, end - _YOUNG / 4)), figures[0])
    return (figures[-1][1] - done) / (end - at)


def row_left(row: Row, now: float) -> Span | None:
    """Return the seconds until all of a layer is sent; None where they are unknown."""
    speed = rate(row, now)
    if speed is None or row.total is None or row.done is None:
        return None
    return _left(max(0, row.total - row.done), speed)


def together(board: Board, now: float) -> Span | None:
    """Return bytes a second of all uploads together."""
    speeds = [speed for row in board.open if (speed := rate(row, now)) is not None]
    return Span(least=sum(s.least for s in speeds), most=sum(s.most for s in speeds)) if speeds else None


def left(board: Board, now: float) -> Span | None:
    """Return the seconds until all layers with a known size are sent, at the common rate; the slowest sets the end."""
    speed = together(board, now)
    if speed is None:
        return None
    whole = _left(sum(max(0, row.total - (row.done or 0)) for row in board.open if row.total), speed)
    parts = [part for row in board.open if (part := row_left(row, now)) is not None]
    if whole is None or any(row_left(row, now) is None for row in board.open if rate(row, now) and row.total):
        return None
    return Span(least=max([whole.least, *(p.least for p in parts)]), most=max([whole.most, *(p.most for p in parts)]))


def _left(remaining: int, speed: Span) -> Span | None:
    if speed.least * _LONGEST < remaining or not speed.most:
        return None
    return Span(least=remaining / speed.most, most=remaining / speed.least if speed.least else 0.0)


def time_text(time: Span) -> str:
    """Return `about 4 s`, `20 to 35 s`, `50 s to 1 min 10 s`."""
    return _range(seconds(round(time.least)), seconds(round(time.most)), about="about ")


def rate_text(speed: Span) -> str:
    """Return `1.2 MB/s`, `1.2 to 1.5 MB/s`, in two digits."""
    least, most = (f"{size(round(float(f'{value:.2g}')))}/s" for value in (speed.least, speed.most))
    return _range(least, most)


def _range(least: str, most: str, *, about: str = "") -> str:
    """Return two figures as one range; a unit that both have is printed once."""
    if least == most:
        return f"{about}{most}"
    figure, _, unit = least.rpartition(" ")
    return f"{figure if most.endswith(f' {unit}') and ' ' not in figure else least} to {most}"
