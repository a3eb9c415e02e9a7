"""The login to this registry worked, as far as the log shows, and the push was refused all the same.

Another login does not help then: this account lacks the right to push, or the push did not use the login, for it ran as
another user or a credential helper gave another one.

Recognised by: a good login to the same registry above a push that was refused without a reason, and no layer that went
in.

What to do: give the account the right, or check that login and push share their configuration.

Source: docker/cli cli/config/configfile (`credHelpers` go before stored logins); the registries answer a missing right,
and often a missing repository, with the same code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import HAS_NONE, seen_logins
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL608"
NAME = "logged-in-without-right"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on a refusal below a good login."""
    logins = seen_logins(case)
    login = logins.here if logins else None
    if login is None or login.reason is not None:
        return
    row = case.classified.signature if case.classified else None
    is_lost = row is not None and row.id in HAS_NONE
    where, image = login.host or "a registry", case.push.reference.repository or "this repository"
    same = "Check that login and push run as the same user, with the same `HOME` and `DOCKER_CONFIG` (sudo, steps)."
    helper = "Look into `~/.docker/config.json`: an entry in `credHelpers` for the host goes before the login."
    right = f"Give the account that logged in the right to push to {image}, or log in as one that has it."
    exists = "Check that the repository exists; some registries answer a missing one in this way."
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The login to {where} worked, but the push did not find it"
        if is_lost
        else f"Logged in to {where}, as far as the log shows: this account may not push to {image}",
        explanation=f"Line {login.line} says that the login worked. "
        + (
            "The client keeps it for one user and one configuration."
            if is_lost
            else "Its account lacks the right to push, or a credential helper gave the push another login."
        ),
        remedy=(same, helper) if is_lost else (right, exists, helper),
        evidence=(case.quote(login.line), *case.error_lines()[:2]),
        confidence=Confidence.LIKELY,
        data={"login_line": login.line, "host": login.host},
    )
