"""The login above the push had failed already.

A job that goes on after a failed `docker login` fails at the push, with an error that hides the reason: the client then
pushes without a login, or with an old one.

Recognised by: a refused login to the same registry, or to one that the log does not name, above a push that was refused
without a reason, and no good login after it.

What to do: mend what the line of the login says, and let the job stop there.

Source: docker/cli cli/command/registry/login.go; moby registry/auth.go; docker/login-action; the CLIs of the clouds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import seen_logins
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL606"
NAME = "login-refused"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY

_SHORT = 80


def check(case: Case) -> Iterator[Finding]:
    """Fire on a refusal below a login that did not work."""
    logins = seen_logins(case)
    login = logins.here if logins else None
    if login is None or login.reason is None:
        return
    reason = login.reason if len(login.reason) <= _SHORT else f"{login.reason[:_SHORT]}..."
    host = login.host or case.push.reference.registry or "the registry"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The login to {host} failed before the push: {reason}",
        explanation=f"Line {login.line} is the reason. The push went on without that login and was refused for it.",
        remedy=case.steps(
            ("Correct user, password or token, then log in again: `{signin}`", "Correct user, password or token."),
            "In CI, check that the secrets are there for this branch or fork, and let the job stop at a failed login.",
        ),
        evidence=(case.quote(login.line), *case.error_lines()[:2]),
        confidence=Confidence.CERTAIN if login.host else Confidence.LIKELY,
        data={"login_line": login.line, "host": login.host},
    )
