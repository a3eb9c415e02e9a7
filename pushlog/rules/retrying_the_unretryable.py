"""An error that retrying can't fix was retried, by Docker or by hand.

The graphdriver store repeats most errors five times over 50 seconds, whether or not they can heal: an HTML page with
413 since Docker 25, a registry's size limit, and `denied` or `unauthorized` when the registry sends the bare code
without a message. Pushing the same image again, by hand or in a loop, ends the same way.

Recognised by: an error for which pushing again does not help, after `Retrying in …` lines that ran out; or the same
error twice for the same repository, tags and layers in one log.

What to do: fix the cause; don't put a retry loop around the push. In CI, stop when the failure is of such a kind.

Source: moby distribution/errors.go retryOnError; docker/distribution errcode.Errors.UnmarshalJSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.diagnosis.same_image import earlier
from pushlog.knowledge.docker import MAX_ATTEMPTS
from pushlog.model import Confidence, Finding, Severity, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case

CODE = "PL401"
NAME = "retrying-the-unretryable"
SEVERITY = Severity.WARNING
ROLE = Role.HABIT
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire within one push of Docker's engine: countdowns that ran out before an error that can't heal."""
    failure, ids = case.push.error, case.gave_up
    if failure is None or failure.retry_helps is not False or not ids or not case.client.uses_docker_engine:
        return
    layers = [layer for layer in case.push.layers if layer.id in ids]
    seconds_waited = max(layer.retry_wait for layer in layers)
    rows = [row for row in case.rows(ids[0]) if case.events.wait[row] > 0]
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Docker spent {seconds_waited:.0f} s retrying what could not succeed",
        explanation=f"{MAX_ATTEMPTS} uploads with waits of 5, 10, 15 and 20 s in between, for an error that stays the "
        f"same until its cause is fixed.{_bare(case)}",
        remedy=("Fix the cause first. A retry loop around this push only multiplies the wait.",),
        evidence=(case.row(rows[0]), case.row(rows[-1]), *case.error_lines()[:1]),
        confidence=Confidence.CERTAIN,
        layers=ids,
        data={"seconds_waited": seconds_waited, "attempts": MAX_ATTEMPTS},
    )


def across(cases: Sequence[Case], unclear: frozenset[int]) -> Iterator[tuple[int, Finding]]:
    """Fire on a push that fails like the last one of the same image, with an error that pushing again can't cure."""
    for index, case in enumerate(cases):
        same = []
        for number in earlier(cases, index):
            if number in unclear or not _unchanged(cases[number], case):
                break
            same.append(number)
        if same and index not in unclear:
            yield index, _again(cases[same[0]], case, times=len(same) + 1)


def _bare(case: Case) -> str:
    parts = case.classified.parts if case.classified else None
    if parts is None or not parts.bare:
        return ""
    return f" Docker stops at once when `{parts.text.strip()}` comes with a message; this registry sent none."


def _unchanged(earlier_case: Case, later_case: Case) -> bool:
    """Whether two pushes met the same incurable failure with the same tags and layers, as far as the log tells."""
    first_error, second_error = earlier_case.push.error, later_case.push.error
    if first_error is None or second_error is None or first_error.family is not second_error.family:
        return False
    if first_error.retry_helps is not False or second_error.retry_helps is not False:
        return False
    tags = {each.push.reference.tags for each in (earlier_case, later_case)} - {()}
    return len(tags) < 2 and len({_what(earlier_case), _what(later_case)} - {frozenset()}) < 2


def _what(case: Case) -> frozenset[str]:
    """Return the layers to compare: all, or with the containerd store, which names few, that of the error."""
    if case.push.store is Store.GRAPHDRIVER:
        return frozenset(layer.id for layer in case.push.layers)
    named = case.classified.parts.object_digest if case.classified else None
    return frozenset({named} if named else ())


def _again(earlier_case: Case, case: Case, *, times: int) -> Finding:
    family = case.push.error.family.value if case.push.error else ""
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The same failure for the {_ordinal(times)} time: pushing again unchanged can't cure it",
        explanation=f"The push before this one of the same image failed with `{family}` too, and the log shows no "
        "difference between the two.",
        remedy=(
            "Fix the cause named above before the next push; leave a retry loop out, or let it stop at such errors.",
        ),
        evidence=(*earlier_case.error_lines()[:1], *case.error_lines()[:1]),
        confidence=Confidence.CERTAIN,
        data={"times": times, "family": family},
    )


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
