"""The registry took the login of this push at first and refused it later: a token ran out, or the password was changed.

The client says `unauthorized: authentication required`, as for a login that never was. The registry's log tells the
two apart: it took requests of the same push before, and it prints when a token ended.

Recognised by: status 401 in the log of the registry or of a proxy (`--with`) on an upload of this push, behind requests
that were taken.

What to do: let tokens live longer than the longest upload takes; or log in again and push.

Source: distribution registry/auth/token/token.go, registry/handlers/app.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding

CODE = "PL706"
NAME = "login-ended-midway"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on a 401 behind requests that were taken."""
    group = group_of(case, FaultKind.TOKEN_RAN_OUT, FaultKind.LOGIN_ENDED)
    if group is None:
        return
    first = group.first
    user = next((name for name, _ in case.side.users), "") if case.side else ""
    whose = f" of {user}" if user else ""
    if first.kind is FaultKind.TOKEN_RAN_OUT:
        title = f"The registry refused the token{whose}: it ran out at {first.detail}, while the push ran"
        why = "The registry took it for earlier requests of this push; its own log gives the time up to which it held."
        remedy = (
            "Let tokens live longer than the longest upload takes: `expiration` of the token service.",
            "Or make that layer smaller. Then push again: layers that are in the registry are skipped.",
        )
    else:
        title = f"The registry refused the login{whose} that it had taken before in this push"
        why = "Earlier requests of the same push were taken: the password or the account was changed meanwhile."
        remedy = (
            "Log in again: `docker login`, then push. Layers that are in the registry are skipped.",
            "If nobody changed it: do all replicas of the registry have the same password file or token key?",
        )
    yield finding_of(
        group, case, rule=CODE, name=NAME, title=title, explanation=(why,), remedy=remedy, data={"user": user or None}
    )
