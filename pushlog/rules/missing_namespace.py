"""The image was tagged without a namespace, so it was pushed to Docker Hub's own images.

A name like `app:1.2` means `docker.io/library/app:1.2`. The namespace `library` holds Docker's official images; nobody
else may push there, whatever the login.

Recognised by: a refused push to docker.io/library/….

What to do: tag the image with your own namespace, or with the host of the registry that was meant.

Source: distribution/reference (the names that Docker completes); docs.docker.com, Docker Official Images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.formats.marks import MarkKind
from pushlog.model import Confidence, Family, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL601"
NAME = "missing-namespace"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY

_OFFICIAL = "library/"
_YOURS = "YOUR-NAME/{app}:{tag}"


def check(case: Case) -> Iterator[Finding]:
    """Fire when Docker Hub refuses a push to an official image."""
    failure, repository = case.push.error, case.push.reference.repository or ""
    refused = failure is not None and failure.family in (Family.PERMISSION, Family.AUTH)
    if not refused or case.push.registry_kind != "docker-hub" or not repository.startswith(_OFFICIAL):
        return
    app = repository.removeprefix(_OFFICIAL)
    if case.knowledge.registry_kind(app) != "unknown":
        yield _host_as_name(case, app)
        return
    header = case.mark(MarkKind.HEADER, MarkKind.OLD_HEADER, MarkKind.COMMAND)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"`{app}` has no namespace, so it went to Docker Hub's official images, where nobody else may push",
        explanation=f"{case.client.pusher} completes the name `{app}` to `docker.io/{repository}`. "
        "No login helps there.",
        remedy=case.steps(
            f"Tag it with your own name: `{{retag}} {{app}}:{{tag}} {_YOURS}`",
            ("Push that: `{push}`", f"Push it as `{_YOURS}`."),
            (
                f"If another registry was meant, begin with its host: `{{retag}} {{app}}:{{tag}} HOST/{_YOURS}`",
                f"If another registry was meant, begin with its host: `HOST/{_YOURS}`.",
            ),
            image=_YOURS,
            app=app,
        ),
        evidence=(*((header,) if header else ()), *case.error_lines()[:2]),
        confidence=Confidence.CERTAIN,
        data={"repository": repository},
    )


def _host_as_name(case: Case, host: str) -> Finding:
    """Return the finding on `acme.azurecr.io:v1`: the host of a registry, and no name behind it."""
    header = case.mark(MarkKind.HEADER, MarkKind.OLD_HEADER, MarkKind.COMMAND)
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"`{host}` is the host of a registry, but was given as the name of the image, so it went to Docker Hub",
        explanation=f"{case.client.pusher} takes a name without a slash for one of Docker Hub's official images. "
        "No login helps there.",
        remedy=case.steps(
            (
                f"Put the image's name behind the host, and push that: `{{retag}} {host}:{{tag}} {host}/NAME:{{tag}}`",
                f"Put the image's name behind the host, and push that: `{host}/NAME:{{tag}}`.",
            ),
        ),
        evidence=(*((header,) if header else ()), *case.error_lines()[:2]),
        confidence=Confidence.CERTAIN,
        data={"repository": case.push.reference.repository},
    )
