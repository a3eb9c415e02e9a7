"""Bytes over time on the waterfall's axis: what was handed over by each moment, or else what the registry accepted."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pushlog.model import Basis, Outcome, State
from pushlog.record_class import record
from pushlog.report.waterfall import PLOT, last_second
from pushlog.report.waterline import percent
from pushlog.report.words import seconds, size

if TYPE_CHECKING:
    from pushlog.model import Diagnosis

# The drawing has a grid of its own, stretched over the plot: its units are not pixels.
WIDTH, HEIGHT = 400, 44
# Fewer steps than this say nothing that the waterfall does not.
FEWEST = 4
_ACCEPTED = "accepted"

Moments = list[tuple[float, int]]


@record
class Growth:
    """The drawing: the outline of an area as an SVG path; `whole` is the sum that its top stands for."""

    path: str
    width: int
    height: int
    plot: str
    verb: str
    whole: str
    description: str


def _accepted(push: Diagnosis, last: float) -> Moments:
    """The moments at which layers were accepted; none unless all layers that were sent have a time and a size."""
    pushed = [layer for layer in push.layers if layer.state is State.PUSHED]
    if any(layer.bytes_total is None or not layer.intervals for layer in pushed):
        return []
    gains: Counter[int] = Counter()
    for layer in pushed:
        gains[round(max(i.end for i in layer.intervals) / last * WIDTH)] += layer.bytes_total or 0
    columns = sorted(gains)
    return list(zip((x * last / WIDTH for x in columns), accumulate(gains[x] for x in columns), strict=True))


def _path(moments: Moments, last: float, top: int) -> str:
    """The outline in steps: what is known at a moment holds until the next one."""
    parts = [f"M0 {HEIGHT}"]
    for second, total in moments:
        parts.append(f"H{round(WIDTH * second / last, 1):g}V{round(HEIGHT - (HEIGHT - 2) * total / top, 1):g}")
    return "".join((*parts, f"H{WIDTH}V{HEIGHT}Z"))


def _description(moments: Moments, verb: str, *, whole: bool) -> str:
    top = max(total for _, total in moments)
    if any(later < earlier for (_, earlier), (_, later) in pairwise(moments)):
        return f"Up to {size(top)} {verb}; where the line falls, an upload broke off, and its bytes are lost."
    if not whole:
        return f"{size(top)} {verb} when the log ends."
    half = next(second for second, total in moments if total * 2 >= top)
    last = next(second for second, total in moments if total == top)
    rest = " Then the registry had to confirm it." if verb != _ACCEPTED else ""
    return f"Half of {size(top)} was {verb} by {seconds(half)}, all of it by {seconds(last)}.{rest}"


def _verb(push: Diagnosis) -> str:
    """What the figures count: bytes read from a layer, or put into a connection; neither are those that arrived."""
    counted = {layer.basis for layer in push.layers if layer.bytes_done is not None}
    return "read" if counted == {Basis.UNCOMPRESSED} else "handed over"


def growth(push: Diagnosis) -> Growth | None:
    """Return the drawing, None where too little is known of times and sizes to make a curve."""
    last = last_second(push)
    if last is None:
        return None
    figures = list(push.sent)
    moments = figures or _accepted(push, last)
    top = max((total for _, total in moments), default=0)
    if len(moments) < FEWEST or not top:
        return None
    verb = _verb(push) if figures else _ACCEPTED
    return Growth(
        path=_path(moments, last, top),
        width=WIDTH,
        height=HEIGHT,
        plot=percent(PLOT),
        verb=verb,
        whole=size(top),
        description=_description(moments, verb, whole=push.outcome is Outcome.SUCCEEDED),
    )
