"""No timestamps in the log.

Docker prints no time stamps. Countdowns and progress figures give a lower bound; where there are neither, nothing tells
how long anything took, and no slow layer can be found.

Recognised by: layers that were uploaded, no time stamps, no countdown, no progress.

What to do: let each line be stamped as it comes, by the CI system or by `ts`.

Source: moby pkg/jsonmessage (messages carry no time).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Clock, Confidence, Finding, Severity, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL306"
NAME = "no-clock"
SEVERITY = Severity.INFO
ROLE = Role.CAPTURE
SCOPE = Scope.DOCKER_ENGINE

_NOT_SENT = (State.EXISTS, State.MOUNTED, State.SKIPPED)


def check(case: Case) -> Iterator[Finding]:
    """Fire when something was uploaded and nothing in the log tells how long it took."""
    uploaded = [layer for layer in case.push.layers if layer.state not in _NOT_SENT]
    if case.push.clock is not Clock.NONE or not uploaded:
        return
    last_line = case.row(list(case.rows(uploaded[-1].id))[-1])
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="No timestamps in the log",
        explanation="Docker prints no time stamps, and there is no countdown and no progress to count from: how long "
        "the push and its layers took is not known.",
        remedy=case.steps(
            "Switch on time stamps in the CI system: GitHub Actions has them in the raw log, Jenkins `timestamps()`.",
            "Or stamp the lines as they come (`ts` is in moreutils): `{push} 2>&1 | ts '%FT%T%z'`",
        ),
        evidence=(last_line,),
        confidence=Confidence.CERTAIN,
    )
