"""A push was stopped and started again by hand while Docker was about to retry.

The graphdriver store tries a layer five times, with waits of 5, 10, 15 and 20 s. Whoever stops the push during a wait
gains nothing: the daemon would have gone on by itself, and the other layers that were under way start again at their
first byte.

Recognised by: a push of the same repository after one that ended without digest line or error, in which a layer was
counting down or in one of its later uploads.

What to do: let the countdowns run out, at most 50 s of waiting for a layer; then the error is printed, and it says
more. In CI, let a job's time limit leave room for them.

Source: moby distribution/xfer/upload.go (maxUploadAttempts, the delay of 5 s times the attempt).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.diagnosis.same_image import earlier
from pushlog.formats.marks import MarkKind
from pushlog.knowledge.docker import MAX_ATTEMPTS
from pushlog.model import Confidence, Finding, Outcome, Severity, State
from pushlog.units import count, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Evidence, Layer

CODE = "PL402"
NAME = "premature-restart"
SEVERITY = Severity.WARNING
ROLE = Role.HABIT
SCOPE = Scope.DOCKER_ENGINE


def across(cases: Sequence[Case], unclear: frozenset[int]) -> Iterator[tuple[int, Finding]]:
    """Fire on the second of two pushes, when the first was left while a layer had uploads to come."""
    for index, case in enumerate(cases):
        number = next(earlier(cases, index), None)
        if number is None or {index, number} & unclear:
            continue
        previous = cases[number]
        unfinished = tuple(layer for layer in previous.layers(State.RETRYING, State.PUSHING) if _had_more(layer))
        stopped = previous.push.outcome in (Outcome.INTERRUPTED, Outcome.INCOMPLETE)
        if stopped and unfinished:
            yield index, _finding(previous, case, unfinished)


def _had_more(layer: Layer) -> bool:
    """Whether Docker was retrying the layer and had uploads left."""
    retried = layer.state is State.RETRYING or layer.attempts > 1
    return retried and layer.attempts < MAX_ATTEMPTS


def _finding(previous: Case, case: Case, unfinished: tuple[Layer, ...]) -> Finding:
    layer = max(unfinished, key=lambda layer: MAX_ATTEMPTS - layer.attempts)
    bytes_lost = sum(layer.bytes_done or 0 for layer in previous.layers(State.PUSHING))
    header = case.mark(MarkKind.HEADER, MarkKind.OLD_HEADER, MarkKind.COMMAND)
    rows = list(previous.rows(layer.id))
    evidence: tuple[Evidence, ...] = (previous.row(rows[-1]), *((header,) if header else ()))
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Pushed again by hand while Docker still had {count(MAX_ATTEMPTS - layer.attempts, 'upload')} of layer "
        f"{layer.id} to go",
        explanation="The push before this one ended in the middle of its retries. Docker would have gone on by itself, "
        "and at the end it would have said what the error was."
        + (f" {size(bytes_lost)} of layers under way were lost with it." if bytes_lost else ""),
        remedy=(
            "Let the countdowns run out: 50 s of waiting for a layer at most. The error that follows says what to do.",
            "In CI, leave room for them in the time limit of the job.",
        ),
        evidence=evidence,
        confidence=Confidence.CERTAIN if previous.push.outcome is Outcome.INTERRUPTED else Confidence.LIKELY,
        layers=tuple(layer.id for layer in unfinished),
        data={"uploads_left": MAX_ATTEMPTS - layer.attempts, "bytes_lost": bytes_lost},
    )
