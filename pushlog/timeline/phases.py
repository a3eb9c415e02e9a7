"""A layer's phases: waiting for its turn, uploading, counting down to a retry, finishing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.events import EventKind
from pushlog.model import Interval, Phase
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UPLOAD_ENDS = (EventKind.RETRYING, EventKind.PUSHED, EventKind.FAILED)


@record
class Run:
    """Events of one layer with one kind and attempt: first and last earliest second, first and last countdown value.

    `full`: when the figures first reached the layer's size, None if they did not.
    """

    kind: EventKind
    attempt: int
    start: float
    last: float
    wait: int
    left: int
    full: float | None = None


def phases(
    layer_runs: Sequence[Run], *, gave_up: bool, end: float, turn: float | None = None, tells_start: bool = True
) -> Iterator[Interval]:
    """The phases that a layer's runs prove, in order; `gave_up`: its last countdown ran out and was of no use.

    A pipe prints nothing while a layer uploads: then the upload is what lies between the lines around it, and that of a
    layer which waited begins at its `turn`, when another layer made room for it. Where no line comes before the one
    that says it is over, it lies anywhere before that, unless the display `tells_start`.
    """
    ready = layer_runs[0].start if layer_runs else 0.0
    before: Run | None = None
    for run, later in zip(layer_runs, [*layer_runs[1:], None], strict=True):
        if run.kind in _UPLOAD_ENDS and before is None and not tells_start:
            yield from _interval(Phase.UNSEEN, 0.0, run.start, run.attempt)
        elif run.kind in _UPLOAD_ENDS and (before is None or before.kind != EventKind.PUSHING):
            yield from _interval(Phase.UPLOADING, ready, run.start, run.attempt)
        stop = _stop(run, later, gave_up=gave_up)
        if run.kind == EventKind.WAITING and turn is not None and later and later.kind != EventKind.PUSHING:
            stop = min(max(stop, turn), later.start)
        if run.kind == EventKind.WAITING:
            yield from _interval(Phase.WAITING, run.start, stop, 0)
        elif run.kind == EventKind.RETRYING:
            yield from _interval(Phase.RETRYING, run.start, stop, run.attempt)
        elif run.kind == EventKind.PUSHING:
            # A full bar before a countdown is drawn over an attempt that was cut: only a pushed layer was finishing.
            finishing = run.full is not None and (later is None or later.kind == EventKind.PUSHED)
            read = run.full if finishing and run.full is not None else stop
            yield from _interval(Phase.UPLOADING, run.start, read, run.attempt)
            yield from _interval(Phase.FINISHING, read, stop, run.attempt)
        ready, before = max(ready, stop), run
    if gave_up and before and before.kind == EventKind.RETRYING:
        yield from _interval(Phase.UPLOADING, ready, max(end, ready), before.attempt + 1)


def _stop(run: Run, later: Run | None, *, gave_up: bool) -> float:
    """When a run was over, by the next line of its layer where that tells, else by its own last line."""
    if run.kind == EventKind.RETRYING:
        over = run.start + run.wait - (0 if later or gave_up else run.left)
        return min(over, later.start) if later else over
    if later and EventKind.PUSHING in {run.kind, later.kind}:
        return later.start
    return run.last


def _interval(phase: Phase, start: float, end: float, attempt: int) -> Iterator[Interval]:
    """Rounded to the clock's own step; of a phase of no proven length only an upload is kept, to mark that it was."""
    if end > start or phase in (Phase.UPLOADING, Phase.UNSEEN):
        yield Interval(phase=phase, start=round(start, 3), end=round(max(end, start), 3), attempt=attempt)
