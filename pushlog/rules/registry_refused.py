"""The registry itself refused an upload, and its own log says with which words.

The client prints the status, and often no more than that. Nothing before the registry is the cause.

Recognised by: an error status in the log of the registry (`--with`) on an upload of this push, for which no other rule
knows more.

What to do: what its words ask for.

Source: distribution registry/handlers/app.go (`response completed with error`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding

CODE = "PL710"
NAME = "registry-refused"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY

_WHY = {
    True: "No proxy refused it.",
    False: "Its access log does not say why, and has 500 also for a client that it lost: give its own log, too.",
}


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads that the registry answered with an error."""
    group = group_of(case, FaultKind.REGISTRY_ANSWER)
    if group is None:
        return
    first = group.first
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=f"The registry answered {first.status} to {group.who}",
        explanation=(f"Its log says: {first.words}.", _WHY[first.confidence is Confidence.CERTAIN]),
        remedy=(
            "Look at the lines of the registry's log around that one.",
            "Push once more with the registry's log at `log.level: debug`, if they do not say why.",
        ),
        data={"words": first.words},
    )
