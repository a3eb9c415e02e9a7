"""The waterfall: every layer's phases on one axis, as coordinates that the template only places.

Across, everything is in percent, so that the drawing fills any width and its letters keep their size; down, in pixels.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pushlog.model import Clock, Diagnosis, Interval, Layer, Phase
from pushlog.record_class import record
from pushlog.report.waterline import marks, percent
from pushlog.report.words import count, duration, seconds, size, state_word
from pushlog.units import blob

if TYPE_CHECKING:
    from collections.abc import Sequence

TOP = 30
PITCH, DENSE = 26, 20
DENSE_FROM = 25
# The plot ends before the edge: there is the mark behind the last bar, and on a wide page its seconds and bytes.
PLOT = 84.0
# Widths at which a label of the given length still fits: the plot is 790 px wide on a desk, 200 px on a telephone.
LETTER, PAD = 6.6, 8.0
WIDE, NARROW = 790.0, 200.0
# The least width of a bar in percent: 4 px on a wide page.
LEAST = 0.6
# So many letters fit behind the end of the longest bar.
LONGEST_LABEL = 18
# More rows than this fit no sheet of paper; the tables have them all.
MOST_ROWS = 60
# More layers than this without times of their own are named in a sentence, not drawn.
MOST_IDLE = 6
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)

HEIGHTS = {Phase.WAITING: 2, Phase.UNSEEN: 6, Phase.UPLOADING: 14, Phase.RETRYING: 14, Phase.FINISHING: 6}
PHASE_WORDS = {
    Phase.WAITING: "waiting to start",
    Phase.UNSEEN: "uploaded some time before",
    Phase.UPLOADING: "uploading",
    Phase.RETRYING: "waiting to retry",
    Phase.FINISHING: "waiting for the registry to confirm",
}
AXES = {
    Clock.STAMPED: "measured: the log's time stamps",
    Clock.RECORDED: "measured: recorded with the output",
    Clock.INFERRED: "inferred: earliest possible times",
    Clock.NONE: "no clock",
}


@record
class Tick:
    """A grid line and its time; `minor` ones keep their line but lose their label where space is scarce."""

    x: str
    label: str
    minor: bool
    first: bool


@record
class Block:
    """One phase of one layer. `label` is empty where it never fits, `roomy` says that it only fits a wide page.

    `number`: which upload of its layer it is, where there are several.
    """

    phase: Phase
    x: str
    width: str
    y: int
    height: int
    label: str
    label_x: str
    roomy: bool
    title: str
    number: str


@record
class Row:
    """One layer: its blocks and the mark at its end; `state` stands in for the blocks of a layer that has none.

    `end_label`: how long it took and how much it was; `critical`: the push had to wait for it.
    """

    id: str
    critical: bool
    y: int
    text_y: int
    blocks: tuple[Block, ...]
    mark: str
    mark_x: str
    state: str
    end_label: str


@record
class Waterfall:
    """The drawing; `sure`: `measured` or `inferred`, `height` in pixels, `left_out`: the layers that did not fit."""

    axis: str
    sure: str
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    pitch: int
    height: int
    phases: tuple[Phase, ...]
    marks: tuple[str, ...]
    description: str
    left_out: int
    idle: str


def end(layer: Layer) -> float:
    """Return when its last phase ended."""
    return max((interval.end for interval in layer.intervals), default=0.0)


def begin(layer: Layer) -> float:
    """Return when the layer began to move: what waited for a slot sorts behind what did not."""
    moving = [i.end if i.phase is Phase.UNSEEN else i.start for i in layer.intervals if i.phase is not Phase.WAITING]
    return min(moving, default=end(layer))


def ticks(total: float) -> tuple[Tick, ...]:
    """Return the grid lines of an axis of so many seconds."""
    step = next((step for step in STEPS if total / step <= 8), STEPS[-1] * max(1, round(total / STEPS[-1] / 8)))
    labels = [seconds(i * step) for i in range(int(total / step + 1e-9) + 1)]
    # On a telephone every second label stays, or every fourth, as their length demands.
    need = max(map(len, labels)) * LETTER + PAD
    apart = PLOT / 100 * NARROW * step / total
    major_every = next((step_kept for step_kept in (2, 4) if step_kept * apart >= need), 8)
    return tuple(
        Tick(x=percent(PLOT * i * step / total), label=label, minor=i % major_every > 0, first=i == 0)
        for i, label in enumerate(labels)
    )


def _title(interval: Interval) -> str:
    attempt = f"attempt {interval.attempt}: " if interval.attempt else ""
    if interval.phase is Phase.UNSEEN:
        return f"{PHASE_WORDS[interval.phase]} {seconds(interval.end)}"
    times = f"{seconds(interval.start)} to {seconds(interval.end)}"
    return f"{attempt}{PHASE_WORDS[interval.phase]}, {times}"


def _block(interval: Interval, total: float, y: int, *, numbered: bool) -> Block:
    share = (interval.end - interval.start) / total
    width = max(PLOT * share, LEAST)
    label = seconds(interval.end - interval.start) if interval.phase is Phase.RETRYING else ""
    need = len(label) * LETTER + PAD
    if width / 100 * WIDE < need:
        label = ""
    x = PLOT * interval.start / total
    height = HEIGHTS[interval.phase]
    return Block(
        phase=interval.phase,
        x=percent(x),
        width=percent(width),
        y=y - height // 2,
        height=height,
        label=label,
        label_x=percent(x + width / 2),
        roomy=width / 100 * NARROW < need,
        title=_title(interval),
        number=str(interval.attempt) if numbered and interval.phase is Phase.UPLOADING else "",
    )


def _row(layer: Layer, push: Diagnosis, total: float, y: int) -> Row:
    # Waiting is drawn first, so that a bar that begins where it ends lies on top.
    ordered = sorted(layer.intervals, key=lambda i: (i.phase is not Phase.WAITING, i.start))
    last = end(layer)
    numbered = layer.attempts > 1
    return Row(
        id=blob(layer.id),
        critical=any(step.layer == layer.id for step in push.critical_path),
        y=y,
        text_y=y + 4,
        blocks=tuple(_block(interval, total, y, numbered=numbered) for interval in ordered),
        mark=marks(layer),
        mark_x=percent(max(PLOT * last / total, LEAST) if layer.intervals else 0.0),
        state="" if layer.intervals else state_word(layer, push),
        end_label=_end_label(layer),
    )


def _end_label(layer: Layer) -> str:
    """How long a layer was under way, and its bytes: `39 s · 12 MB`; the rate where that is known."""
    moving = [interval for interval in layer.intervals if interval.phase is not Phase.WAITING]
    if not moving:
        return ""
    took = max(i.end for i in moving) - min(i.start for i in moving)
    parts = [seconds(took)] if took > 0 else []
    if layer.state.done and layer.bytes_total is not None:
        parts.append(size(layer.bytes_total))
    text = " \N{MIDDLE DOT} ".join(parts)
    return text if len(text) <= LONGEST_LABEL else parts[0]


def _idle(push: Diagnosis) -> str:
    """Say how many layers took no time of their own, by their states."""
    words = Counter(state_word(layer, push) for layer in push.layers if not layer.intervals)
    parts = ", ".join(f"{number} {word}" for word, number in words.items())
    return f"Not drawn, for want of times of their own: {count(words.total(), 'layer')} ({parts})."


def _shown_layers(layers: Sequence[Layer]) -> list[Layer]:
    # In order of their start; where they are too many, those that took longest.
    ids = {layer.id for layer in sorted(layers, key=end, reverse=True)[:MOST_ROWS]}
    rows = [layer for layer in layers if layer.id in ids]
    return sorted(rows, key=lambda layer: (not layer.intervals, begin(layer)))[:MOST_ROWS]


def _waits(layer: Layer) -> list[float]:
    return [i.end - i.start for i in layer.intervals if i.phase is Phase.RETRYING]


def _story(layer: Layer, push: Diagnosis) -> str:
    waits = _waits(layer)
    parts = " + ".join(seconds(wait) for wait in waits)
    waited = f"waited {count(len(waits), 'time')} to retry ({parts})"
    return f"Layer {blob(layer.id)} {waited}; its last state: {state_word(layer, push)}."


def _description(push: Diagnosis) -> str:
    retried = [layer for layer in push.layers if _waits(layer)]
    longest = max(push.layers, key=end)
    stories = [_story(layer, push) for layer in retried[:3]]
    if len(retried) > 3:
        stories.append(f"{len(retried) - 3} more layers waited to retry.")
    took = duration(push.duration, push.clock)
    return " ".join(
        (
            f"{count(len(push.layers), 'layer')}, {took}.",
            f"Layer {blob(longest.id)} was the last to end, at {seconds(end(longest))}.",
            *stories,
            "A table with the same times follows.",
        )
    )


def last_second(push: Diagnosis) -> float | None:
    """Return the end of the axis, None where the log gives no times to draw."""
    last = max((end(layer) for layer in push.layers), default=0.0)
    if push.clock is Clock.NONE or last <= 0:
        return None
    return max(last, push.duration.seconds or push.duration.at_least)


def waterfall(push: Diagnosis) -> Waterfall | None:
    """Return the drawing, None where the log gives no times to draw."""
    total = last_second(push)
    if total is None:
        return None
    timed = [layer for layer in push.layers if layer.intervals]
    fold = len(push.layers) - len(timed) > MOST_IDLE
    layers = _shown_layers(timed if fold else push.layers)
    pitch = DENSE if len(layers) >= DENSE_FROM else PITCH
    rows = tuple(_row(layer, push, total, TOP + pitch * i + pitch // 2) for i, layer in enumerate(layers))
    present = {block.phase for row in rows for block in row.blocks}
    ends = {row.mark for row in rows}
    return Waterfall(
        axis=AXES[push.clock],
        sure=AXES[push.clock].partition(":")[0],
        rows=rows,
        ticks=ticks(total),
        pitch=pitch,
        height=TOP + pitch * len(rows) + 6,
        phases=tuple(phase for phase in Phase if phase in present),
        marks=tuple(mark for mark in ("tick", "cross", "ring") if mark in ends),
        description=_description(push),
        left_out=(len(timed) if fold else len(push.layers)) - len(layers),
        idle=_idle(push) if fold else "",
    )
