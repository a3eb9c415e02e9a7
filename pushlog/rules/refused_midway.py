"""The push was refused after some of its layers had been accepted: the right to push was there.

A missing right or login refuses the first layer already. What refuses later is something that the first layers did not
meet: a quota that is used up now, a rule on the size or the type of what is pushed, a protected tag, a token that ran
out and is answered with 403.

Recognised by: layers uploaded in this push, then `denied` without a reason.

What to do: look at the quota and the rules of the repository, and log in again.

Source: the order of a push, moby distribution/push_v2.go; the specification gives all of these the code DENIED.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import NO_REASON
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Finding, Severity, State
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL604"
NAME = "refused-midway"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on a refusal without a reason after a layer went through."""
    classified, pushed = case.classified, case.layers(State.PUSHED)
    row = classified.signature if classified else None
    if row is None or row.id not in NO_REASON or not pushed:
        return
    last = case.all_in
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="The layers were accepted, the manifest was not: a rule on the tag, or a quota"
        if last
        else f"{count(len(pushed), 'layer')} went through first: a quota, a rule or a token that ran out",
        explanation="A login without the right to push is refused at the first layer; this one was not.",
        remedy=case.steps(
            "Look at the rules for this tag (protected, immutable) and at the quota of the repository."
            if last
            else "Look at the quota of the repository, and at rules on the size or type of what is pushed.",
            (
                "Log in again and push; if it goes on now, the token had run out: `{push}`",
                "Log in again and push; if it goes on now, the token had run out.",
            ),
        ),
        evidence=(case.row(case.rows_of(State.PUSHED)[-1]), *case.error_lines()[:2]),
        confidence=Confidence.POSSIBLE,
        data={"layers_pushed": len(pushed)},
    )
