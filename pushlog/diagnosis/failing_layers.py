"""Which layers failed: named by the error, proven by the countdowns, or one of those under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.knowledge.docker import MAX_ATTEMPTS, MAX_RETRIES
from pushlog.model import Confidence, Outcome, State, Store
from pushlog.record_class import record
from pushlog.timeline.blob import is_blob, shortened

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case

# An error that ends a push at once, in the words of `signatures.RETRIED`.
_NEVER_RETRIED = "never"
_NOT_DONE = (State.PUSHING, State.RETRYING, State.FAILED, State.PREPARING)


@record
class FailingLayers:
    """The layers that an error can be about, how sure that is, and a sentence that says why.

    `proven`: those of them that the log shows and that are certain to have failed.
    """

    layers: tuple[str, ...]
    confidence: Confidence
    why: str
    proven: tuple[str, ...] = ()


def failing_layers(case: Case) -> FailingLayers:
    """Return the layers that the error of a push can be about; none when every layer is in the registry."""
    digest = case.classified.parts.object_digest if case.classified else None
    asked = case.classified.parts.asked_digest if case.classified else None
    why = "The error names the layer."
    blob = next((layer.id for layer in case.push.layers if is_blob(layer.id, digest or asked)), None)
    if blob is not None:
        return FailingLayers(layers=(blob,), confidence=Confidence.CERTAIN, why=why, proven=(blob,))
    failed = tuple(layer.id for layer in case.layers(State.FAILED))
    if digest is not None and case.classified is not None:
        # A pipe need not have shown the layer before its error.
        if case.classified.parts.object_kind == "layer":
            return FailingLayers(layers=(shortened(digest),), confidence=Confidence.CERTAIN, why=why, proven=failed)
        if case.classified.parts.object_kind is None:
            why = "The URL of the error names it."
            return FailingLayers(layers=(shortened(digest),), confidence=Confidence.LIKELY, why=why, proven=failed)
    if failed:
        why = "No other layer had run out of retries."
        return FailingLayers(layers=failed, confidence=Confidence.CERTAIN, why=why, proven=failed)
    return _under_way(case)


def _under_way(case: Case) -> FailingLayers:
    layers = tuple(layer.id for layer in case.layers(*_NOT_DONE))
    if len(layers) == 1:
        why = "The error names no layer, but only this one was under way when the push ended."
        return FailingLayers(layers=layers, confidence=Confidence.LIKELY, why=why)
    why = f"The error names no layer; {len(layers)} were under way when the push ended." if layers else ""
    if case.push.store is Store.GRAPHDRIVER and layers:
        why += " Docker reports the first that failed in the order of its list, the top layer first."
    return FailingLayers(layers=layers, confidence=Confidence.POSSIBLE, why=why)


def retries_used_up(case: Case) -> tuple[str, ...]:
    """Return the layers whose last countdown ran out before the push failed; of several, at least one ended it.

    Where several pushes of a command share its error, another one may have ended this one before its last upload began.
    """
    if case.push.outcome is not Outcome.FAILED or not len(case.events):
        return ()
    events = case.events
    last_seconds = _last_seconds_of_a_screen(case)
    not_begun = events.drawn_again if case.parsed.shares_error else set()
    used_up = {
        code
        for code, row in events.last().items()
        if events.attempt[row] == MAX_ATTEMPTS
        or (
            events.wait[row] == 1
            and (events.attempt[row] == MAX_RETRIES or code in last_seconds)
            and code not in not_begun
        )
    }
    return tuple(layer.id for code, layer in enumerate(case.push.layers) if code in used_up and not layer.state.done)


def _last_seconds_of_a_screen(case: Case) -> set[int]:
    """Return the layers of which a pasted screen shows one countdown line and no other.

    The graphdriver store ends with an error that it retries only after the last attempt: that countdown was the last.
    """
    row = case.classified.signature if case.classified else None
    if case.push.store is Store.CONTAINERD or row is None or row.retried == _NEVER_RETRIED or case.classified is None:
        return set()
    if case.classified.parts.host is not None:  # the first request of a push is not retried
        return set()
    waits = case.events.wait > 0
    return {code for code, rows in case.events.by_layer.items() if int(waits[rows].sum()) == 1}
