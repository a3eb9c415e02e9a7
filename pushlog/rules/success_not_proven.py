"""The push ended without an error, and without a line that proves it went well.

Docker's digest line comes after the registry took the manifest. Podman, Buildah and Skopeo print `Writing manifest to
image destination` before they send it, and nothing after; docker compose says that the layers are pushed, but not that
the manifest is. Where no error follows, the push most likely went well, for each of them prints an error when it fails.

Recognised by: a push of one of these whose last line is that word.

What to do: usually nothing. To be sure, look at the exit status of the job, or ask the registry for the image.

Source: containers/container-libs image/copy/single.go; docker/compose pkg/compose/push.go; observed with Podman 5.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.formats.marks import MarkKind
from pushlog.model import Confidence, Finding, Outcome, Severity
from pushlog.timeline.outcome import proof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL308"
NAME = "success-not-proven"
SEVERITY = Severity.INFO
ROLE = Role.CAPTURE
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on a push that succeeded by its last word alone."""
    last_word = case.mark(MarkKind.LAST_WORD)
    if case.push.outcome is not Outcome.SUCCEEDED or last_word is None or proof(case.parsed) != "last_word":
        return
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="No error, but no line that proves success either",
        explanation=case.client.unsure,
        remedy=case.steps(
            "Look at the exit status of the job: 0 proves it.",
            ("Or ask the registry for the image: `{inspect}`", "Or ask the registry for the image."),
        ),
        evidence=(last_word,),
        confidence=Confidence.LIKELY,
    )
