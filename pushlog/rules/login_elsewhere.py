"""The log shows a login to another registry than the one of the push.

A client keeps logins by host: one to `registry.example.com` does not count for `registry.example.com:5000` or for
Docker Hub. `docker login` without a host means Docker Hub.

Recognised by: good logins above a push that was refused without a reason, all of them to other hosts. Logins that were
kept from earlier do not show in a log.

What to do: log in to exactly the host in the name of the image, or correct that name.

Source: docker/cli cli/config/configfile; moby registry/auth.go, ResolveAuthConfig.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import seen_logins
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL607"
NAME = "login-elsewhere"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on a refusal below good logins to other hosts only."""
    logins, host = seen_logins(case), case.push.reference.registry
    login = logins.elsewhere if logins else None
    if login is None or host is None or case.push.reference.masked:
        return
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The login is to {login.host}, the push goes to {host}",
        explanation=f"{case.client.pusher} keeps logins by host, and the log shows none to {host}. One that was kept "
        "from earlier would not show.",
        remedy=case.steps(
            ("Log in to exactly this host: `{signin}`", "Log in to exactly this host."),
            f"Or, if {login.host} was meant, begin the name of the image with it.",
        ),
        evidence=(case.quote(login.line), *case.error_lines()[:2]),
        confidence=Confidence.LIKELY,
        data={"login_line": login.line, "host": login.host},
    )
