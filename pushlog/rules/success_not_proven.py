"""The push ended without an error, and without a line that proves it went well.

Docker's digest line comes after the registry took the manifest. Podman, Buildah and Skopeo print `Writing manifest to
image destination` before they send it, and nothing after; docker compose says that the layers are pushed, but not that
the manifest is. Where no error follows, the push most likely went well, for each of them prints an error when it fails.
A script that says so itself, below a client that said nothing, may hide an error.

Recognised by: a push of one of these whose last line is that word, or `Successfully pushed image: IMAGE` and no more.

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


# A program of its own names the image; formats/clients/few_words.py knows its words.
_OF_A_SCRIPT = (
    "A script or plug-in says that it pushed the image. The log has no line of the client that did, "
    "and some scripts go on after an error that they hide."
)


def _is_word_of_script(case: Case) -> bool:
    mark = case.parsed.last(MarkKind.LAST_WORD)
    return mark is not None and "WORD" in mark.fields


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
        explanation=_OF_A_SCRIPT if _is_word_of_script(case) else case.client.unsure,
        remedy=case.steps(
            "Look at the exit status of the job: 0 proves it.",
            ("Or ask the registry for the image: `{inspect}`", "Or ask the registry for the image."),
        ),
        evidence=(last_word,),
        confidence=Confidence.LIKELY,
    )
