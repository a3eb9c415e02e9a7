"""Pushes over time as bars: those that succeeded, and those that did not on top of them."""

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
    """One period. Places across are per cent, heights pixels from the top."""

    x: str
    width: str
    good_y: float
    good: float
    bad_y: float
    bad: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All bars, and the words around them."""

    bars: tuple[Bar, ...]
    height: int
    most: str
    first: str
    last: str
    description: str


def chart(periods: tuple[Period, ...]) -> Chart | None:
    """The bars of at least two periods, the latest where there are too many; None for fewer."""
    shown = periods[-BARS:]
    if len(shown) < 2:
        return None
    most = max(p.pushes for p in shown)
    step = 100 / len(shown)
    worst = min(shown, key=lambda p: p.succeeded / p.pushes)
    return Chart(
        bars=tuple(_bar(p, at * step, step, HEIGHT / most) for at, p in enumerate(shown)),
        height=HEIGHT,
        most=number(most),
        first=_named(shown[0]),
        last=_named(shown[-1]),
        description=f"From {_named(shown[0])} to {_named(shown[-1])}; the worst was {_named(worst)} with "
        f"{percent(worst.succeeded, worst.pushes)} succeeded of {number(worst.pushes)}.",
    )


def _named(period: Period) -> str:
    return period.begins.replace("T", " ").removesuffix("Z")


def _bar(period: Period, x: float, step: float, scale: float) -> Bar:
    good, bad = period.succeeded * scale, (period.pushes - period.succeeded) * scale
    return Bar(
        x=f"{x:.3f}%",
        width=f"{step * 0.8:.3f}%",
        good_y=round(HEIGHT - good, 1),
        good=round(good, 1),
        bad_y=round(HEIGHT - good - bad, 1),
        bad=round(bad, 1),
        title=f"{_named(period)}: {number(period.succeeded)} of {number(period.pushes)} succeeded",
    )
