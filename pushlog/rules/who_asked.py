"""The user that the registry or a proxy saw behind this push.

It is not always the one that a login names: credentials come from a helper, a config file of another home, or a robot
account of the CI. `anonymous`, or none, means that the login did not arrive.

Recognised by: the user in the log of a proxy or of the registry (`--with`) on requests of this push.

What to do: compare it with the account that has the permission.

Source: nginx `$remote_user`; distribution `auth.user.name`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.telling import client_line
from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL714"
NAME = "who-asked"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire when a log names the user."""
    side = case.side
    if side is None or not side.users:
        return
    names = [user for user, _ in side.users]
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The registry saw this push as {' and '.join(names)}",
        explanation="That is the account whose permissions count.",
        remedy=("Another account was meant? `docker logout` the registry, then log in again.",),
        evidence=(client_line(case), *(line for _, line in side.users[:3])),
        confidence=Confidence.CERTAIN,
        data={"users": names},
    )
