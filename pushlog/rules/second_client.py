"""Another client pushed to the same repository at the same time.

That is allowed, and each gets what it sent. It explains a tag that moved, a layer that was suddenly there, and a line
that two pushes shared.

Recognised by: requests of another user or another client to this repository between the first and the last of this
push, in the log of a proxy or of the registry (`--with`).

What to do: nothing, unless both push the same tag.

Source: distribution spec.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.telling import client_line
from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL713"
NAME = "second-client"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire when another push to the repository overlaps this one."""
    side = case.side
    if side is None or not side.others:
        return
    others = sorted({other.user or "another client" for other in side.others})
    tags = sorted({tag for other in side.others for tag in other.tags})
    same = sorted(set(tags) & set(case.push.reference.tags))
    evidence = (client_line(case), *(line for _, line in side.users[:1]))
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=Severity.WARNING if same else SEVERITY,
        title=f"Another client pushed to this repository at the same time: {', '.join(others)}",
        explanation=(f"It pushed {', '.join(tags)}. " if tags else "")
        + ("Both pushed the same tag: the later one has it." if same else "The two do not disturb each other."),
        remedy=("Push each tag from one place only.",) if same else ("Nothing for this push.",),
        evidence=evidence,
        confidence=Confidence.CERTAIN,
        data={"users": others, "tags": tags},
    )
