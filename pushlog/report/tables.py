"""The tables of the HTML page: all layers, the waterfall's times, and what a change would have brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.model import Phase, State
from pushlog.report.quote import Link, link
from pushlog.report.waterline import marks
from pushlog.report.words import seconds, size, state_word
from pushlog.units import instruction

if TYPE_CHECKING:
    from pushlog.model import Diagnosis, Estimate, Layer

NONE = "\u2013"
# Longer ones are scripts; their beginning tells which it is.
INSTRUCTION = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """One layer in the table of all layers."""

    id: str
    mark: str
    state: str
    detail: str
    size: str
    attempts: str
    waited: str
    created_by: str
    lines: Link
    bad: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseRow:
    """One layer's times: when it began and ended, and the seconds of each phase."""

    id: str
    start: str
    end: str
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """A change and the duration that the push would have had."""

    change: str
    seconds: str
    range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """All what-if answers and the assumptions behind them, each said once."""

    rows: tuple[EstimateRow, ...]
    assumptions: tuple[str, ...]


def _size(layer: Layer) -> str:
    done, total = layer.bytes_done, layer.bytes_total
    if layer.state in (State.EXISTS, State.MOUNTED, State.SKIPPED):
        return size(total) if total is not None else "not printed"
    if layer.state is State.PUSHED or done is None or done == total:
        known = total if total is not None else done
        return (
            size(known) if done is not None or layer.state is State.PUSHED or known is None else f"? of {size(known)}"
        )
    return f"{size(done)} of {size(total)}"


def _detail(layer: Layer) -> str:
    return f"from {layer.mounted_from}" if layer.mounted_from else ""


def layer_rows(push: Diagnosis, anchored: dict[int, str]) -> tuple[LayerRow, ...]:
    """Return every layer in the order of the log."""
    return tuple(
        LayerRow(
            id=layer.id,
            mark=marks(layer.state),
            state=state_word(layer, push),
            detail=_detail(layer),
            size=_size(layer),
            attempts=str(layer.attempts) if layer.attempts else NONE,
            waited=seconds(layer.retry_wait) if layer.retry_wait else NONE,
            created_by=instruction(layer.created_by or "", INSTRUCTION),
            lines=link(layer.lines, anchored),
            bad=layer.state is State.FAILED,
        )
        for layer in push.layers
    )


def _spent(layer: Layer, phase: Phase) -> str:
    times = [i.end - i.start for i in layer.intervals if i.phase is phase]
    return seconds(sum(times)) if times else NONE


def phase_rows(push: Diagnosis) -> tuple[PhaseRow, ...]:
    """Return the waterfall's times as figures, for the layers that have any."""
    return tuple(
        PhaseRow(
            id=layer.id,
            start=seconds(min(i.start for i in layer.intervals)),
            end=seconds(max(i.end for i in layer.intervals)),
            times=tuple(_spent(layer, phase) for phase in Phase),
        )
        for layer in push.layers
        if layer.intervals
    )


def _change(estimate: Estimate) -> str:
    parts = []
    for key, value in estimate.change.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        if key == "bandwidth" and isinstance(value, int | float):
            shown = f"{size(round(value))}/s"
        parts.append(f"{key.replace('_', ' ')}: {shown}")
    return "; ".join(parts)


def _estimate(estimate: Estimate) -> EstimateRow:
    bounds = ""
    if estimate.low is not None and estimate.high is not None:
        bounds = f"{seconds(estimate.low)} to {seconds(estimate.high)}"
    took = seconds(estimate.seconds) if estimate.seconds is not None else "the log can't tell"
    return EstimateRow(change=_change(estimate), seconds=took, range=bounds)


def estimates(push: Diagnosis) -> Estimates:
    """Return the answers to every what-if that was asked."""
    assumptions = dict.fromkeys(text for estimate in push.what_if for text in estimate.assumptions)
    return Estimates(rows=tuple(_estimate(estimate) for estimate in push.what_if), assumptions=tuple(assumptions))
