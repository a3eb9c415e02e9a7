"""The words that every output shares: sizes, times, counts, states of layers and the bands of the waterline."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pushlog.model import Clock, Diagnosis, Duration, Family, Fate, Layer, Outcome, State
from pushlog.record_class import record
from pushlog.units import count, plural, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["count", "plural", "seconds", "size"]

# Among so many pushes, those that went well are folded: what failed is what one looks for.
FOLD_FROM = 7
# The registry, or something before it, read the request and said no; the rest are transport and local faults.
ANSWERED = frozenset(
    {
        Family.AUTH,
        Family.PERMISSION,
        Family.REPOSITORY_MISSING,
        Family.SIZE_LIMIT,
        Family.QUOTA,
        Family.RATE_LIMIT,
        Family.IMMUTABLE_TAG,
        Family.MANIFEST_INVALID,
        Family.BLOB_UPLOAD_INVALID,
        Family.DIGEST_MISMATCH,
        Family.TOKEN_EXPIRED,
    }
)

# Nothing was sent to a registry.
_BEFORE_IT_BEGAN = frozenset({Family.CLIENT_USAGE, Family.LOCAL_IMAGE_MISSING, Family.DAEMON_UNREACHABLE})

STATES = {
    State.PUSHED: "pushed",
    State.EXISTS: "existed",
    State.MOUNTED: "mounted",
    State.PUSHING: "in flight",
    State.RETRYING: "waiting to retry",
    State.WAITING: "queued",
    State.PREPARING: "preparing",
    State.SKIPPED: "skipped",
    State.FAILED: "failed",
    State.UNKNOWN: "unknown",
}

# A fate that says more than the last state; at the end of a push nothing is under way any more.
FATES = {Fate.GAVE_UP: "gave up"}
FATES_AT_THE_END = {
    **FATES,
    Fate.CANCELLED: "cancelled",
    Fate.UNFINISHED: "not finished",
    Fate.NOT_STARTED: "not started",
}

OUTCOMES = {
    Outcome.SUCCEEDED: "Push succeeded",
    Outcome.FAILED: "Push failed",
    Outcome.INTERRUPTED: "Push interrupted",
    Outcome.INCOMPLETE: "Push incomplete",
}


class Stand(StrEnum):
    """Where a layer stood when the log ended: the bands of the waterline, from done to untouched."""

    EXISTED = "existed"
    MOUNTED = "mounted"
    PUSHED = "pushed"
    SKIPPED = "skipped"
    REFUSED = "refused"
    IN_FLIGHT = "in-flight"
    NEVER = "never-started"
    UNKNOWN = "unknown"


STANDS = {
    State.EXISTS: Stand.EXISTED,
    State.MOUNTED: Stand.MOUNTED,
    State.PUSHED: Stand.PUSHED,
    State.SKIPPED: Stand.SKIPPED,
    State.FAILED: Stand.REFUSED,
    State.PUSHING: Stand.IN_FLIGHT,
    State.RETRYING: Stand.IN_FLIGHT,
    State.WAITING: Stand.NEVER,
    State.PREPARING: Stand.NEVER,
    State.UNKNOWN: Stand.UNKNOWN,
}


def stand_of(layer: Layer) -> Stand:
    """Return the band of a layer: by its fate, where that is known, else by its last state."""
    if layer.fate in (Fate.FAILED, Fate.GAVE_UP):
        return Stand.REFUSED
    return STANDS[layer.state]


@record
class Band:
    """The layers that stood alike. `bytes` adds the sizes that are known, None when none is; `sized` counts those."""

    stand: Stand
    word: str
    layers: int
    bytes: int | None
    sized: int

    @property
    def exact(self) -> bool:
        """Whether `bytes` covers every layer of the band."""
        return self.sized == self.layers


# At least one layer failed that the log does not name: without it the bar would look full.
_UNNAMED = Band(stand=Stand.UNKNOWN, word="or more not named", layers=1, bytes=None, sized=0)


def duration(d: Duration, clock: Clock) -> str:
    """Return how long the push took, as far as the clock can tell."""
    if d.seconds is not None:
        return seconds(d.seconds)
    if d.telling:
        return f"at least {seconds(d.at_least)}"
    return "no timestamps in the log" if clock in (Clock.NONE, Clock.INFERRED) else "unknown"


def part(done: int | None, total: int) -> str:
    """Return how much of it: `9.2 MB of 30 MB`, `? of 9 MB`; a tar read to its end counts more than its files."""
    if done is None:
        return f"? of {size(total)}"
    return f"{size(done)} of {size(total)}" if done < total else f"all of {size(total)}"


def span(lines: tuple[int, int]) -> str:
    """Return `line 7` or `lines 7-56`."""
    first, last = lines
    return f"line {first}" if first == last else f"lines {first}-{last}"


def outcome(push: Diagnosis) -> str:
    """Return how the push ended: `Push failed`."""
    return OUTCOMES[push.outcome]


def refused(push: Diagnosis) -> bool:
    """Whether the end was an answer (`refused`) rather than a broken connection or a local fault (`failed`)."""
    error = push.error
    return error is not None and (error.family in ANSWERED or 400 <= (error.http_status or 0) < 500)


def state_word(layer: Layer, push: Diagnosis) -> str:
    """Return the last state of a layer in one or two words, true for how this push ended."""
    if layer.state.done or layer.state is State.SKIPPED:
        return STATES[layer.state]
    if layer.fate is Fate.FAILED:
        return "refused" if refused(push) else "failed"
    ended = push.outcome in (Outcome.FAILED, Outcome.INTERRUPTED)
    return (FATES_AT_THE_END if ended else FATES).get(layer.fate, STATES[layer.state])


def _band_word(stand: Stand, push: Diagnosis) -> str:
    if stand is Stand.REFUSED:
        return "refused" if refused(push) else "failed"
    if stand is Stand.UNKNOWN:
        return "state unknown"
    if stand is Stand.IN_FLIGHT and push.outcome in (Outcome.FAILED, Outcome.INTERRUPTED):
        fates = {layer.fate for layer in push.layers if stand_of(layer) is stand}
        return "cancelled" if fates == {Fate.CANCELLED} else "not finished"
    return stand.value.replace("-", " ")


def _weight(layer: Layer, stand: Stand) -> int | None:
    # A pushed layer without a printed total still shows how much was sent.
    return layer.bytes_total if layer.bytes_total is not None or stand is not Stand.PUSHED else layer.bytes_done


def _band(stand: Stand, layers: Iterable[Layer], push: Diagnosis) -> Band | None:
    members = [layer for layer in layers if stand_of(layer) is stand]
    if not members:
        return None
    sizes = [weight for layer in members if (weight := _weight(layer, stand)) is not None]
    return Band(
        stand=stand,
        word=_band_word(stand, push),
        layers=len(members),
        bytes=sum(sizes) if sizes else None,
        sized=len(sizes),
    )


def waterline(push: Diagnosis) -> tuple[Band, ...]:
    """Return how far the push got: its layers in bands, from those the registry had to those never started."""
    bands = tuple(band for stand in Stand if (band := _band(stand, push.layers, push)) is not None)
    return (*bands, _UNNAMED) if bands and partly_named(push) else bands


def partly_named(push: Diagnosis) -> bool:
    """Return whether the log names only layers that are in the registry, though a push of another one failed."""
    is_full = push.layers_settled == push.progress.layers_total
    return push.outcome is Outcome.FAILED and is_full and not push.manifest_refused


def reached(push: Diagnosis) -> str:
    """Return `2 of 3 layers`, or that the log names none."""
    progress = push.progress
    if progress.layers_total == 0:
        return "rows without ids in the log" if progress.rows_without_ids else "no layers in the log"
    foreign = push.layers_settled - progress.layers_done
    return (
        f"{push.layers_settled} of {count(progress.layers_total, 'layer')}{' named' if partly_named(push) else ''}"
        f"{f', {foreign} of them foreign and not sent' if foreign else ''}"
    )


def manifest(push: Diagnosis) -> str:
    """Return what became of the manifest, without which no tag changes: `sent`, `not sent`, `unknown` and the like."""
    if push.outcome is not Outcome.SUCCEEDED and push.reference.digests:
        return f"sent for {count(len(push.reference.digests), 'tag')}"
    if push.outcome is Outcome.SUCCEEDED or push.reference.digest is not None:
        return "sent"
    if push.outcome is Outcome.INCOMPLETE:
        return "unknown"
    if push.manifest_refused:
        return "not accepted"
    # A log that names no layer does not tell how far the push got, unless it never began.
    has_begun = push.error is None or push.error.family not in _BEFORE_IT_BEGAN
    return "unknown" if has_begun and not push.layers else "not sent"
