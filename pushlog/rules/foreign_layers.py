"""The manifest names foreign layers, which were not sent, and the registry does not take it so.

Base images of Windows have layers that Docker up to version 27 did not push: the manifest names the address of
Microsoft instead (`Skipped foreign layer`). Some registries refuse such a manifest, because they miss the blob or allow
no foreign addresses. Docker from 28 on pushes these layers like any other.

Recognised by: skipped layers, every other layer in the registry, and an error about the manifest.

What to do: let the daemon push them too, or let the registry accept them.

Source: moby distribution/push_v2.go; docs.docker.com, `allow-nondistributable-artifacts` and deprecated features;
distribution configuration, `validation.manifests.urls`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Family, Finding, Severity, State
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL506"
NAME = "foreign-layers"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.DOCKER_ENGINE

_OF_A_MANIFEST = (Family.MANIFEST_INVALID, Family.BLOB_UPLOAD_INVALID, Family.UNKNOWN)


def check(case: Case) -> Iterator[Finding]:
    """Fire on a manifest that was refused after foreign layers were skipped."""
    failure, skipped = case.push.error, case.layers(State.SKIPPED)
    if failure is None or not skipped or not case.all_in or failure.family not in _OF_A_MANIFEST:
        return
    foreign = count(len(skipped), "foreign layer")
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The registry does not take a manifest with {foreign}, not sent with the push",
        explanation="Only the manifest was left to send. It names layers of a Windows base image by their address at "
        "Microsoft; Docker up to 27 does not push them unless it is told to.",
        remedy=case.steps(
            "Let Docker push them to this registry, in Docker 17.06 to 27: "
            '`"allow-nondistributable-artifacts": ["{registry}"]` in `daemon.json`, then restart the daemon.',
            "Or push with Docker 28 or newer, which sends these layers like any other.",
            "Or let the registry accept their addresses; in Distribution: `validation.manifests.urls.allow`.",
        ),
        evidence=(case.row(case.rows_of(State.SKIPPED)[0]), *case.error_lines()[:2]),
        confidence=Confidence.LIKELY,
        layers=tuple(layer.id for layer in skipped),
        data={"foreign_layers": len(skipped)},
    )
