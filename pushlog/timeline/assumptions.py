"""What an estimate rests on, in words; and where nothing can be told, why not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pushlog.model import Outcome, Store
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Diagnosis
    from pushlog.timeline.changes import Change

_NOT_OBEYED = (
    "The containerd image store obeys `max-concurrent-uploads` only from docker 29.7.0 on, and the log does not show "
    "that it did."
)
_NOT_BEGUN = (
    "The log shows when layers were done, not when their uploads began; what a terminal shows, recorded (asciicast), "
    "would tell."
)
_RETRIED = (
    "The log has no timestamps, and layers were sent again after errors; "
    "a recording (asciicast) or time stamps would show it."
)


def clocked(push: Diagnosis) -> bool:
    """Whether the times of the push can be reckoned with: measured ones, or the ticks of containerd's display."""
    if push.clock.measured:
        return bool(push.duration.seconds)
    return push.store is Store.CONTAINERD and push.duration.at_least > 0 and _sized(push)


def silence(push: Diagnosis, change: Change, *, obeyed: bool, begun: bool) -> str | None:
    """Why nothing can be told of a change, None where something can.

    `obeyed`: whether the store keeps to the limit of uploads, by its kind or by what the log shows; `begun`: whether
    the log shows when each upload began.
    """
    return next((why for why, holds in _reasons(push, change, obeyed=obeyed, begun=begun) if holds), None)


def _reasons(push: Diagnosis, change: Change, *, obeyed: bool, begun: bool) -> Iterator[tuple[str, bool]]:
    yield "The push did not succeed, so the log does not hold all of its time.", push.outcome is not Outcome.SUCCEEDED
    yield "Nothing was uploaded.", not any(layer.attempts for layer in push.layers)
    yield "Several tags were pushed one after the other; that is not modelled.", len(push.reference.tags) > 1
    if change.reuse is not None:
        unknown = [layer for layer in change.reuse if layer not in {layer.id for layer in push.layers}]
        yield f"The push has no layer {', '.join(unknown)}.", bool(unknown)
    if change.bandwidth is not None:
        yield "The log shows no sizes, so a bandwidth can't be turned into time.", not _sized(push)
    if change.concurrency is not None:
        yield _NOT_OBEYED, not obeyed
    if clocked(push):
        yield _NOT_BEGUN, not begun
    else:
        yield "The log has neither timestamps nor sizes; a recording (asciicast) keeps both.", not _sized(push)
        yield _RETRIED, any(layer.attempts > 1 for layer in push.layers)


def assumptions(push: Diagnosis, change: Change, ends: Sequence[tuple[float, float]]) -> Iterator[str]:
    """What was taken for granted.

    `ends`: width and outcome in seconds of the narrowest and of the widest line that fit, none where that makes no
    difference; the width is endless where each connection had a limit of its own.
    """
    if not clocked(push):
        yield "The log has no timestamps: the time is that of the bytes alone, over a line that all uploads share."
    elif not push.clock.measured:
        yield "Seconds are counted in the display's steps of 0.1 s, of which a slow reader loses some."
    if ends:
        yield _line(*ends, sized=_sized(push))
    if change.bandwidth is not None and not stored(push):
        yield "The sizes are those before compression: layers that compress well are sent in less."
    if change.concurrency is not None:
        yield "Disk and processor keep up, and nothing else pushes at the same time."
    if change.reuse is not None:
        yield "A layer that the registry has takes one question and no upload."
    if change.split_largest is not None:
        yield "The largest layer falls into equal parts."
    waited = sum(layer.retry_wait for layer in push.layers)
    if waited:
        yield f"The {seconds(waited)} of waiting to retry come again as they did."
    if clocked(push):
        yield "Everything else takes as long as it did; a tenth either way is allowed for."


def _line(narrowest: tuple[float, float], widest: tuple[float, float], *, sized: bool) -> str:
    why = "this log can't tell" if sized else "the log shows no sizes, so it can't tell"
    (low_width, shared), (high_width, apart) = narrowest, widest
    if low_width <= 1 and math.isinf(high_width):
        return (
            f"If all uploads shared one line, about {seconds(shared)}; if each connection had a limit of its own, "
            f"about {seconds(apart)}: {why} which it was, and the interval covers both."
        )
    most = "all" if math.isinf(high_width) else f"{high_width:.1f}"
    return (
        f"The line carried {low_width:.1f} to {most} connections at full speed, {why} better: with the fewest about "
        f"{seconds(shared)}, with the most about {seconds(apart)}."
    )


def share(low: float, high: float) -> str:
    """What the sizes alone tell of a change."""
    ratio = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    between = "" if f"{low:.2f}" == f"{high:.2f}" else ", from a line that all share to a limit on each connection"
    return (
        "The log has no timestamps, so seconds can't be estimated. By the sizes of its layers the push would have "
        f"taken {ratio} of its time{between}. A recording (asciicast) or time stamps would show it."
    )


def _sized(push: Diagnosis) -> bool:
    return all(layer.bytes_stored or layer.bytes_total for layer in push.layers if layer.attempts)


def stored(push: Diagnosis) -> bool:
    """Whether all sizes are known as what crosses the network."""
    return all(layer.bytes_stored for layer in push.layers if layer.attempts)
