"""What went over the line, and when: slots taken over time, throughput, and the critical path.

All of it follows from the upload slots (`timeline/slots.py`). On an inferred clock the seconds are the earliest ones,
so that a speed from them is the highest that it can have been.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.model import Basis, Clock, Outcome, PathStep, Store, Throughput
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Diagnosis, Layer
    from pushlog.timeline.slots import Slot

# Below a clock's usual step a speed is noise.
_LEAST_SECONDS = 0.1


@record(kw_only=False)
class _Sent:
    """Bytes of a layer that were sent in its last attempt, and the seconds from and to which that took."""

    bytes: int
    start: float
    end: float


def with_flow(push: Diagnosis, slots: Sequence[Slot]) -> Diagnosis:
    """The push with its speeds, slots over time and critical path; `slots` is `slots` of its events."""
    if not slots or len(push.reference.tags) > 1:  # the layers are listed anew for each tag
        return push
    dated = _dated(push)
    # Where an upload may have begun at any time, no moment has a number of them, and it may have waited for any other.
    begun = all(slot.begun for slot in slots if slot.uploads)
    sent = [_sent(layer, slot) if dated else None for layer, slot in zip(push.layers, slots, strict=True)]
    return replace(
        push,
        layers=tuple(_with_speed(layer, upload) for layer, upload in zip(push.layers, sent, strict=True)),
        concurrency=replace(push.concurrency, over_time=tuple(_over_time(slots)) if begun else ()),
        throughput=_throughput(push, [upload for upload in sent if upload]),
        critical_path=tuple(_critical_path(push, slots)) if begun else (),
    )


def without_times(push: Diagnosis) -> Diagnosis:
    """The push without the times of its layers: a pasted screen shows their last words, in the order of its rows."""
    return replace(push, layers=tuple(replace(layer, intervals=()) for layer in push.layers), sent=())


def _dated(push: Diagnosis) -> bool:
    """Whether times can be divided by: measured ones, or the ticks of containerd's display."""
    if push.clock.measured:
        return True
    return push.clock is Clock.INFERRED and push.store is Store.CONTAINERD


def _sent(layer: Layer, slot: Slot) -> _Sent | None:
    """What was sent of a layer whose size or figure is known."""
    if not slot.uploads or not (slot.begun or len(slot.uploads) > 1):
        return None
    start, end = slot.uploads[-1]
    size = (layer.bytes_stored or layer.bytes_total) if layer.state.done else layer.bytes_done
    return _Sent(size, start, end) if size and end - start >= _LEAST_SECONDS else None


def _with_speed(layer: Layer, upload: _Sent | None) -> Layer:
    return replace(layer, bytes_per_second=round(upload.bytes / (upload.end - upload.start), 1)) if upload else layer


def _throughput(push: Diagnosis, sent: Sequence[_Sent]) -> Throughput | None:
    seconds = _covered([(upload.start, upload.end) for upload in sent])
    if seconds < _LEAST_SECONDS:
        return None
    total = sum(upload.bytes for upload in sent)
    stored = all(layer.bytes_stored for layer in push.layers if layer.attempts)
    basis = Basis.COMPRESSED if stored else push.layers[0].basis
    measured = push.clock.measured
    return Throughput(
        bytes=total,
        seconds=round(seconds, 3),
        bytes_per_second=round(total / seconds, 1),
        basis=basis,
        at_most=not measured or basis is not Basis.COMPRESSED,
    )


def _covered(spans: Sequence[tuple[float, float]]) -> float:
    """Seconds that at least one span covers."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def _over_time(slots: Sequence[Slot]) -> Iterator[tuple[float, int]]:
    """How many slots were taken from each second on, where that changes; layers that took no upload took none."""
    steps: dict[float, int] = {}
    for slot in slots:
        if slot.uploads and slot.end > slot.start:
            for second, change in ((slot.start, 1), (slot.end, -1)):
                at = round(second, 3)
                steps[at] = steps.get(at, 0) + change
    now = 0
    for second in sorted(steps):
        if steps[second]:
            now += steps[second]
            yield second, now


def _critical_path(push: Diagnosis, slots: Sequence[Slot]) -> Iterator[PathStep]:
    """From the layer that ended last back to the one that did not have to wait for another."""
    uploaded = [slot for slot in slots if slot.uploads]
    if not uploaded or push.outcome is not Outcome.SUCCEEDED:
        return
    by_layer = {slot.layer: slot for slot in slots}
    path = [max(uploaded, key=lambda slot: slot.last)]
    while (before := path[-1].after) is not None and by_layer[before] not in path:
        path.append(by_layer[before])
    for slot in reversed(path):
        yield PathStep(layer=push.layers[slot.layer].id, start=round(slot.start, 3), end=round(slot.end, 3))
