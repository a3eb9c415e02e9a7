"""The registry refused with a bare code and no reason: it may also be that the repository does not exist.

Registries answer a missing right, a missing repository and a login to another account with the same code. A code
without a message is also what makes Docker retry for 50 s: it knows the refusal only when it comes with words.

Recognised by: `denied` or `unauthorized` alone, after retries that ran out, with no layer in the registry.

What to do: ask the registry for the repository by another way, with the same login.

Source: docker/distribution registry/api/errcode (Errors.UnmarshalJSON); moby distribution/errors.go retryOnError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL603"
NAME = "silent-refusal"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.DOCKER_ENGINE

_CODES = ("DENIED", "UNAUTHORIZED")
# These registries create a repository on the first push, so a missing one is no reason.
_CREATE = ("docker-hub", "ghcr")


def check(case: Case) -> Iterator[Finding]:
    """Fire on a code that stands alone and was retried for nothing."""
    classified = case.classified
    if classified is None or not classified.parts.bare or classified.code not in _CODES:
        return
    if not case.gave_up or case.push.registry_kind in _CREATE or any(layer.state.done for layer in case.push.layers):
        return
    repository = case.push.reference.repository or "the repository"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Or {repository} does not exist there: the registry gave no reason",
        explanation=f"`{classified.parts.text.strip()}` stands alone, without a message. A missing right and a missing "
        "repository or project are answered alike.",
        remedy=case.steps(
            "Check with the same login; an image, or `manifest unknown`, proves it exists: `docker pull {reference}`",
            "If it exists, the right to push is missing; if not, create the repository or project in the registry.",
        ),
        evidence=case.error_lines()[:2],
        confidence=Confidence.POSSIBLE,
        data={"code": classified.code},
    )
