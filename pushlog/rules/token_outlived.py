"""An upload took longer than a token of this registry lives, and then a login was asked for.

The token is handed out when the push begins. On GitLab it lives 15 minutes (GitLab.com) or 5 (a GitLab of one's own,
unless set otherwise); a layer that takes longer is refused at its end, and it looks like a wrong login.

Recognised by: an answer that asks for a login, no layer that went through, an upload under way, and a push that lasted
longer than the token lives. With a layer that went through it is sure that the login was good: see token-expired.

What to do: let tokens live longer, or make the layer smaller.

Source: docs.gitlab.com, Authenticate with the container registry; gitlab.com gitlab-org/gitlab-ce issue 17890.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import asks_for_login
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Family, Finding, Severity
from pushlog.rules.token_expired import lifetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL605"
NAME = "token-outlived"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.DOCKER_ENGINE


def check(case: Case) -> Iterator[Finding]:
    """Fire when the push lasted longer than a token of the registry is documented to live."""
    push, classified = case.push, case.classified
    registry = case.knowledge.registry(push.registry_kind)
    if push.error is None or classified is None or registry is None or not registry.token_verified:
        return
    trying = tuple(layer.id for layer in push.layers if layer.attempts and not layer.state.done)
    duration = push.duration.seconds or push.duration.at_least
    late = registry.token_seconds is not None and duration >= registry.token_seconds
    if push.error.family is not Family.AUTH or not asks_for_login(classified) or not trying or not late:
        return
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="The login was good at first; its token most likely ran out during the upload",
        explanation=f"The refusal came {case.over} after the start. {lifetime(case)}",
        remedy=case.steps(
            "To find out, push a small image to the same repository with the same login. If it works, it is the token.",
            "Let tokens live longer, or split the layer: `docker history --no-trunc {reference}`",
        ),
        evidence=(case.row(next(case.rows(trying[0]))), *case.error_lines()[:2]),
        confidence=Confidence.LIKELY,
        layers=trying,
        data={"token_seconds": registry.token_seconds, "at_least": push.duration.at_least},
    )
