"""The registry took seconds for requests that carry no body: its storage was slow, not the client's line.

Recognised by: the time of such a request of this push in the log of the registry or of a proxy (`--with`), of a second
and more.

What to do: look at the disk or the object store of the registry for that moment.

Source: distribution `http.response.duration`; nginx `$request_time`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.telling import client_line
from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL712"
NAME = "slow-registry"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.ANY

_LEAST = 1.0


def check(case: Case) -> Iterator[Finding]:
    """Fire on the slowest answer to a request without a body."""
    side = case.side
    if side is None or not side.answers:
        return
    slowest = max(side.answers, key=lambda answer: answer[0])
    if slowest[0] < _LEAST:
        return
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The registry took {seconds(slowest[0])} for a request without a body: its storage was slow",
        explanation="Such a request waits for the registry's storage alone, not for the client's line.",
        remedy=("Look at the registry's disk or object store for that moment: `iostat -x 1`.",),
        evidence=(client_line(case), slowest[1]),
        confidence=Confidence.LIKELY,
        data={"seconds": round(slowest[0], 3)},
    )
