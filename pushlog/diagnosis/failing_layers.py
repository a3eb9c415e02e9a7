"""Which layer a failure is about: named by the error, proven by the countdowns, or one of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.model import Confidence, State, Store
from pushlog.timeline.blob import is_blob

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case

_NOT_YET = (State.PUSHING, State.RETRYING, State.FAILED, State.PREPARING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """The layers that can be meant, how sure that is, and the sentence that says why."""

    layers: tuple[str, ...]
    confidence: Confidence
    why: str


def suspects(case: Case) -> Suspects:
    """The layers that an upload error can be about; none when every layer is in the registry."""
    digest = case.classified.parts.object_digest if case.classified else None
    short = (digest or "").removeprefix("sha256:")[:12]
    is_layer = case.classified is not None and case.classified.parts.object_kind == "layer"
    # A pipe need not have shown the layer before its error.
    blob = next((layer.id for layer in case.push.layers if is_blob(layer.id, digest)), short if is_layer else "")
    if blob:
        return Suspects(layers=(blob,), confidence=Confidence.CERTAIN, why="The error names the layer.")
    gave_up = tuple(layer.id for layer in case.layers(State.FAILED))
    if gave_up:
        return Suspects(
            layers=gave_up,
            confidence=Confidence.CERTAIN,
            why="It is the only layer whose retries were used up when the push ended.",
        )
    open_layers = tuple(layer.id for layer in case.layers(*_NOT_YET))
    if len(open_layers) == 1:
        return Suspects(
            layers=open_layers,
            confidence=Confidence.LIKELY,
            why="The error names no layer, but only this one was under way when the push ended.",
        )
    why = f"The error names no layer; {len(open_layers)} were under way when the push ended." if open_layers else ""
    if case.push.store is Store.GRAPHDRIVER and open_layers:
        why += " Docker reports the first that failed in the order of its list, the top layer first."
    return Suspects(layers=open_layers, confidence=Confidence.POSSIBLE, why=why)
