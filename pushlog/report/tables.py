"""The tables of the HTML page: all layers, the waterfall's times, and what a change would have brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Fate, Phase, State
from pushlog.record_class import record
from pushlog.report.quote import Link, link
from pushlog.report.waterline import marks, percent
from pushlog.report.words import count, part, seconds, size, stand_of, state_word
from pushlog.units import blob, instruction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Diagnosis, Estimate, Layer

NONE = "\u2013"
# Longer ones are scripts; their beginning tells which it is.
INSTRUCTION = 300
# So many layers that never started are named in a sentence.
FOLD_FROM = 4


@record
class Share:
    """A layer beside the largest one, in percent: its whole size and what of it was sent; `kind` colours the latter."""

    whole: str
    done: str
    kind: str


@record
class LayerRow:
    """One layer in the table of all layers."""

    id: str
    mark: str
    state: str
    detail: str
    size: str
    stored: str
    attempts: str
    waited: str
    created_by: str
    lines: Link
    bad: bool
    retried: bool
    share: Share | None


@record
class LayerTable:
    """All layers; the rest says whether attempts and sizes have anything to tell, and sizes can be compared."""

    rows: tuple[LayerRow, ...]
    idle: str
    retried: bool
    sized: bool
    with_bars: bool


@record
class PhaseRow:
    """One layer's times: when it began and ended, and the seconds of each phase."""

    id: str
    start: str
    end: str
    times: tuple[str, ...]


@record
class EstimateRow:
    """A change and the duration that the push would have had."""

    change: str
    seconds: str
    range: str
    marks: tuple[int, ...]


@record
class Estimates:
    """All what-if answers and the assumptions behind them, each said once; a row has the numbers of its own."""

    rows: tuple[EstimateRow, ...]
    assumptions: tuple[str, ...]


def _size(layer: Layer) -> str:
    done, total = layer.bytes_done, layer.bytes_total
    if layer.state in (State.EXISTS, State.MOUNTED, State.SKIPPED):
        return size(total) if total is not None else "not printed"
    if layer.state is State.PUSHED or total is None:
        return size(total if total is not None else done)
    return part(done, total)


def _detail(layer: Layer) -> str:
    return f"from {layer.mounted_from}" if layer.mounted_from else ""


def _stored(layer: Layer) -> str:
    """The bytes that cross the network, where the figures count something else."""
    if layer.bytes_stored is None or layer.bytes_stored == layer.bytes_total:
        return ""
    return f"{size(layer.bytes_stored)} compressed"


def _share(layer: Layer, largest: int) -> Share | None:
    total = layer.bytes_total if layer.bytes_total is not None else layer.bytes_done
    if not total:
        return None
    # The smallest layer is still to be seen.
    whole = max(100 * total / largest, 2.0)
    sent = 1.0 if layer.state.done else min((layer.bytes_done or 0) / total, 1.0)
    return Share(whole=percent(whole), done=percent(whole * sent), kind=stand_of(layer).value)


def layer_table(push: Diagnosis, anchored: dict[int, str]) -> LayerTable:
    """Return the table of all layers with what is worth a column; many that never started share one sentence."""
    untouched = [layer for layer in push.layers if _is_untouched(layer)]
    fold = len(untouched) >= FOLD_FROM
    rows = tuple(
        row
        for row, layer in zip(layer_rows(push, anchored), push.layers, strict=True)
        if not fold or layer not in untouched
    )
    return LayerTable(
        rows=rows,
        idle=_named(untouched, push) if fold else "",
        retried=any(row.retried for row in rows),
        sized=any(row.share is not None or row.stored for row in rows),
        with_bars=sum(row.share is not None for row in rows) > 1,
    )


def _is_untouched(layer: Layer) -> bool:
    """Whether nothing is known of a layer but its name."""
    return layer.fate is Fate.NOT_STARTED and layer.bytes_total is None and not layer.created_by


def _named(layers: Sequence[Layer], push: Diagnosis) -> str:
    names = ", ".join(blob(layer.id) for layer in layers)
    return f"{count(len(layers), 'layer')} {state_word(layers[0], push)}: {names}"


def layer_rows(push: Diagnosis, anchored: dict[int, str]) -> tuple[LayerRow, ...]:
    """Return every layer in the order of the log."""
    largest = max((layer.bytes_total or layer.bytes_done or 0 for layer in push.layers), default=0)
    return tuple(
        LayerRow(
            id=blob(layer.id),
            mark=marks(layer),
            state=state_word(layer, push),
            detail=_detail(layer),
            size=_size(layer),
            stored=_stored(layer),
            attempts=str(layer.attempts) if layer.attempts else NONE,
            waited=seconds(layer.retry_wait) if layer.retry_wait else NONE,
            created_by=instruction(layer.created_by or "", INSTRUCTION),
            lines=link(layer.lines, anchored),
            bad=layer.fate in (Fate.FAILED, Fate.GAVE_UP),
            retried=layer.attempts > 1 or layer.retry_wait > 0,
            share=_share(layer, largest),
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
            id=blob(layer.id),
            start=NONE if layer.intervals[0].phase is Phase.UNSEEN else seconds(min(i.start for i in layer.intervals)),
            end=seconds(max(i.end for i in layer.intervals)),
            times=tuple(_spent(layer, phase) for phase in Phase if phase is not Phase.UNSEEN),
        )
        for layer in push.layers
        if layer.intervals
    )


def change_words(estimate: Estimate) -> str:
    """Return what would have been different: `10 uploads at a time`, `20 MB/s`."""
    parts = []
    for key, value in estimate.change.items():
        match key, value:
            case "concurrency", int():
                parts.append(count(value, "upload") + " at a time")
            case "bandwidth", int() | float():
                parts.append(f"{size(round(value))}/s")
            case "split_largest", int():
                parts.append(f"largest layer split in {value}")
            case "reuse", list() | tuple():
                parts.append(f"{', '.join(map(str, value))} reused")
            case _:
                parts.append(f"{key.replace('_', ' ')}: {value}")
    return "; ".join(parts)


def _estimate(estimate: Estimate, assumptions: Sequence[str]) -> EstimateRow:
    bounds = ""
    if estimate.low is not None and estimate.high is not None:
        bounds = f"{seconds(estimate.low)} to {seconds(estimate.high)}"
    unknown = "no single figure" if bounds else "the log can't tell"
    took = seconds(estimate.seconds) if estimate.seconds is not None else unknown
    marks = tuple(assumptions.index(text) + 1 for text in estimate.assumptions)
    return EstimateRow(change=change_words(estimate), seconds=took, range=bounds, marks=marks)


def estimates(push: Diagnosis) -> Estimates:
    """Return the answers to every what-if that was asked."""
    assumptions = tuple(dict.fromkeys(text for estimate in push.what_if for text in estimate.assumptions))
    rows = tuple(_estimate(estimate, assumptions) for estimate in push.what_if)
    return Estimates(rows=rows, assumptions=assumptions)
