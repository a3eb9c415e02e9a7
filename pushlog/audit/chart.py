"""Pushes over time as stacked bars: the succeeded ones, and the others on top of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.audit.words import number, percent

if TYPE_CHECKING:
    from pushlog.audit.totals import Period

HEIGHT = 120
# More bars than this are thinner than a line.
BARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One period. `x` and `width` are per cent of the chart, the rest are pixels from its top."""

    x: str
    width: str
    good_y: float
    good: float
    bad_y: float
    bad: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All bars and the labels around them."""

    bars: tuple[Bar, ...]
    height: int
    most: str
    first: str
    last: str
    description: str


def chart(periods: tuple[Period, ...]) -> Chart | None:
    """Return the bars of the latest periods; None for fewer than two periods."""
    latest = periods[-BARS:]
    if len(latest) < 2:
        return None
    most = max(p.pushes for p in latest)
    step = 100 / len(latest)
    worst = min(latest, key=lambda p: p.succeeded / p.pushes)
    return Chart(
        bars=tuple(_bar(p, index * step, step, HEIGHT / most) for index, p in enumerate(latest)),
        height=HEIGHT,
        most=number(most),
        first=_named(latest[0]),
        last=_named(latest[-1]),
        description=f"From {_named(latest[0])} to {_named(latest[-1])}; the worst was {_named(worst)} with "
        f"{percent(worst.succeeded, worst.pushes)} succeeded of {number(worst.pushes)}.",
    )


def _named(period: Period) -> str:
    return period.begins.replace("T", " ").removesuffix("Z")


def _bar(period: Period, x: float, step: float, scale: float) -> Bar:
    succeeded, others = period.succeeded * scale, (period.pushes - period.succeeded) * scale
    return Bar(
        x=f"{x:.3f}%",
        width=f"{step * 0.8:.3f}%",
        good_y=round(HEIGHT - succeeded, 1),
        good=round(succeeded, 1),
        bad_y=round(HEIGHT - succeeded - others, 1),
        bad=round(others, 1),
        title=f"{_named(period)}: {number(period.succeeded)} of {number(period.pushes)} succeeded",
    )
