"""Retries exhausted: the client tried again by itself and gave up.

Docker's graphdriver store uploads a layer up to five times, with countdowns of 5, 10, 15 and 20 seconds in between
(50 s in all), and every attempt starts again at the first byte. When the fifth fails the push ends, and the error of
that attempt is the last line. The error does not name the layer.

Other clients have habits of their own: BuildKit tries a blob four times, go-containerregistry three, Podman and Buildah
begin the whole push again three times.

Recognised by: a fourth countdown (from 20 s) that ran out, or another client's lines that announce a retry, and then an
error.

What to do: look at the error, not at the retries. A cut connection or a 5xx answer may be transient: push again,
layers that are in the registry are skipped. If it is always the same layer at about the same byte, a proxy or firewall
has a size or time limit.

Source: moby distribution/xfer/upload.go (maxUploadAttempts, the delay of 5 s times the attempt).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis import client_retries
from pushlog.diagnosis.attempts import Attempt, attempts
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.knowledge.docker import MAX_ATTEMPTS
from pushlog.model import Confidence, Evidence, Finding, Severity
from pushlog.units import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL101"
NAME = "retry-exhausted"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.COURSE
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on layers whose last countdown ran out; an error that retrying can't cure has a rule of its own."""
    if not case.client.uses_docker_engine:
        yield from client_retries.exhausted(case, CODE, NAME)
        return
    failure = case.push.error
    ids = case.gave_up
    if failure is None or not ids or failure.retry_helps is False:
        return
    is_one_layer = len(ids) == 1
    layers = [layer for layer in case.push.layers if layer.id in ids]
    seconds_waited = max(layer.retry_wait for layer in layers)
    who = f"layer {ids[0]}" if is_one_layer else f"{len(ids)} layers at once"
    reached = _reached(attempts(case, ids[0])) if is_one_layer else ""
    meaning = (
        "Every attempt starts again at the first byte."
        if is_one_layer
        else "So many layers at once point at the path or the registry, not at a layer."
    )
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Docker gave up on {who} after {MAX_ATTEMPTS} uploads and {seconds_waited:.0f} s of waiting",
        explanation=f"{reached}{meaning} The last attempt failed with: {_short(failure.text)}",
        remedy=_remedy(case, is_one_layer=is_one_layer),
        evidence=(*_evidence(case, ids[0]), *case.error_lines()[:1]),
        confidence=Confidence.CERTAIN if is_one_layer else Confidence.LIKELY,
        layers=ids,
        data={
            "attempts": MAX_ATTEMPTS,
            "seconds_waited": seconds_waited,
            "reached": [a.reached for a in attempts(case, ids[0])],
        },
    )


def _reached(tries: tuple[Attempt, ...]) -> str:
    sizes = [size(a.reached) for a in tries if a.reached is not None]
    return f"Bytes read when each attempt broke off: {', '.join(sizes)}. " if sizes else ""


def _short(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= 160 else f"{line[:157]}..."


def _evidence(case: Case, layer: str) -> tuple[Evidence, ...]:
    counting = [row for row in case.rows(layer) if case.events.wait[row] > 0]
    return (case.row(counting[0]), case.row(counting[-1]))


def _remedy(case: Case, *, is_one_layer: bool) -> tuple[str, ...]:
    push_again = "Push again: layers that are in the registry are skipped. `{push}`"
    if is_one_layer:
        limit = (
            "If it breaks at about the same byte again, look for a size or time limit on the way: proxy, load "
            "balancer, firewall, VPN."
        )
        return case.steps(limit, push_again)
    ask = "If all layers fail in this way, ask whoever runs the registry or the network for the time of this push."
    return case.steps(ask, push_again)
