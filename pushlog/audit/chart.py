"""Pushes over time as stacked bars on a true axis of time, with a line of the share that did not succeed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pushlog.audit.words import number, percent
from pushlog.record_class import record
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.audit.totals import Period

HEIGHT = 120
# The width of the plot in units of its own; it is stretched to the page.
WIDTH = 1000
# More bars than this are thinner than a line.
BARS = 250


@record
class Bar:
    """One period. `x` and `width` are per cent of the chart, the rest are pixels from its top."""

    x: str
    width: str
    good_y: float
    good: float
    bad_y: float
    bad: float
    title: str


@record
class Chart:
    """All bars and the labels around them. `rates`: lines through the shares, one for each run of periods."""

    bars: tuple[Bar, ...]
    rates: tuple[str, ...]
    height: int
    width: int
    unit: str
    most: str
    first: str
    middle: str
    last: str
    description: str


def chart(periods: tuple[Period, ...]) -> Chart | None:
    """Return the bars of the latest periods; None for fewer than two periods."""
    if len(periods) < 2:
        return None
    places = [_place(period) for period in periods]
    latest = [(place, period) for place, period in zip(places, periods, strict=True) if places[-1] - place < BARS]
    first = latest[0][0]
    slots = latest[-1][0] - first + 1
    shown = [period for _, period in latest]
    most = max(p.pushes for p in shown)
    worst = min(shown, key=lambda p: p.succeeded / p.pushes)
    return Chart(
        bars=tuple(_bar(p, 100 * (place - first) / slots, 100 / slots, HEIGHT / most) for place, p in latest),
        rates=tuple(_lines([((place - first + 0.4) / slots, p.rate, place) for place, p in latest])),
        height=HEIGHT,
        width=WIDTH,
        unit=shown[0].unit,
        most=number(most),
        first=_named(shown[0]),
        middle=_named(shown[len(shown) // 2]) if len(shown) > 4 and slots == len(shown) else "",
        last=_named(shown[-1]),
        description=f"From {_named(shown[0])} to {_named(shown[-1])}, by {shown[0].unit}; the worst was "
        f"{_named(worst)} with {percent(worst.succeeded, worst.pushes)} succeeded of {number(worst.pushes)}.",
    )


def _place(period: Period) -> int:
    """Return the number of a period on the axis of its unit."""
    text = period.begins
    if period.unit == "month":
        return int(text[:4]) * 12 + int(text[5:7])
    if period.unit == "hour":
        return int(dt.datetime.fromisoformat(text).timestamp()) // 3600
    return dt.date.fromisoformat(text).toordinal() // (7 if period.unit == "week" else 1)


def _lines(points: Sequence[tuple[float, float, int]]) -> list[str]:
    """Return the points of each run of periods without a gap, as SVG writes them."""
    lines: list[list[str]] = []
    before = None
    for x, rate, place in points:
        if before is None or place != before + 1:
            lines.append([])
        lines[-1].append(f"{x * WIDTH:.1f},{HEIGHT * (1 - rate):.1f}")
        before = place
    return [" ".join(line) for line in lines if len(line) > 1]


def _named(period: Period) -> str:
    return period.begins.replace("T", " ").removesuffix("Z")


def _bar(period: Period, x: float, step: float, scale: float) -> Bar:
    succeeded, others = period.succeeded * scale, (period.pushes - period.succeeded) * scale
    failed = period.pushes - period.succeeded
    took = f", median {seconds(period.seconds)}" if period.seconds is not None else ""
    week = "week of " if period.unit == "week" else ""
    return Bar(
        x=f"{x:.3f}%",
        width=f"{step * 0.8:.3f}%",
        good_y=round(HEIGHT - succeeded, 1),
        good=round(succeeded, 1),
        bad_y=round(HEIGHT - succeeded - others, 1),
        bad=round(others, 1),
        title=f"{week}{_named(period)}: {number(failed)} of {number(period.pushes)} did not succeed "
        f"({percent(failed, period.pushes)}){took}",
    )
