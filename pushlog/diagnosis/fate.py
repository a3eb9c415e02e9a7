"""The fate of each layer: what became of it in the end, whatever its last line says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.knowledge.docker import MAX_ATTEMPTS
from pushlog.model import Family, Fate, Outcome, State, Store
from pushlog.timeline.blob import is_blob

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case
    from pushlog.model import Layer

# Seconds: a client prints the next attempt a little later than it begins.
_TICK = 0.1
_NOT_STARTED = (State.WAITING, State.PREPARING, State.UNKNOWN)


def with_fates(case: Case) -> Case:
    """Return the case with the fate of each layer, and with the last attempt of those that used up their retries.

    Docker starts the last attempt when the last countdown is over. A pipe does not show it, the error below proves it.
    """
    push = case.push
    gave_up = frozenset(case.gave_up)
    failed = _failed(case)
    layers = tuple(
        replace(
            layer,
            fate=_fate(layer, push.outcome, gave_up=gave_up, failed=failed),
            attempts=MAX_ATTEMPTS if layer.id in gave_up else _attempts(layer, case, failed),
        )
        for layer in push.layers
    )
    return replace(case, push=replace(push, layers=layers))


def _attempts(layer: Layer, case: Case, failed: frozenset[str]) -> int:
    """The uploads of a layer that did not use up its retries, as the error corrects what its lines show.

    A pipe hides the first upload of a layer that the graphdriver store prepared; it was tried where others got through
    and this one failed. A wait that was over when the push ended was followed by an upload. Of a blob that the registry
    was only asked for nothing was sent, nor of any other where the answer to that refused the login.
    """
    push, parts = case.push, case.classified.parts if case.classified else None
    asked = parts.asked_digest if parts else None
    if asked is not None and not layer.state.done and not layer.retry_wait and layer.bytes_done is None:
        refused = push.error is not None and push.error.family in (Family.AUTH, Family.PERMISSION)
        if is_blob(layer.id, asked) or (refused and not case.layers(State.PUSHED)):
            return 0
    if layer.state is State.RETRYING and push.clock.measured and _wait_is_over(layer, case):
        return layer.attempts + 1
    prepared = push.store is Store.GRAPHDRIVER and layer.state is State.PREPARING
    if prepared and layer.id in failed and case.layers(State.PUSHED):
        return max(layer.attempts, 1)
    return layer.attempts


def _wait_is_over(layer: Layer, case: Case) -> bool:
    """Whether the last wait that a layer's lines show ended before the push did, by the clock of the log."""
    row = case.events.last()[[item.id for item in case.push.layers].index(layer.id)]
    wait = int(case.events.wait[row])
    return wait > 0 and float(case.events.at[row]) + wait + _TICK < case.end


def _failed(case: Case) -> frozenset[str]:
    """Return the layers that failed: those proven, else the only one that was under way."""
    if case.push.outcome is not Outcome.FAILED:
        return frozenset()
    failing = failing_layers(case)
    return frozenset(failing.proven or (failing.layers if len(failing.layers) == 1 else ()))


def _fate(layer: Layer, outcome: Outcome, *, gave_up: frozenset[str], failed: frozenset[str]) -> Fate:
    if layer.state.done or layer.state is State.SKIPPED or outcome is Outcome.SUCCEEDED:
        return Fate.DONE
    if layer.id in gave_up or (layer.state is State.FAILED and layer.attempts > 1):
        return Fate.GAVE_UP
    if layer.id in failed or layer.state is State.FAILED:
        return Fate.FAILED
    if layer.state in _NOT_STARTED and not layer.attempts:
        return Fate.NOT_STARTED
    if outcome is Outcome.INTERRUPTED or (outcome is Outcome.FAILED and (failed or gave_up)):
        return Fate.CANCELLED
    return Fate.UNFINISHED
