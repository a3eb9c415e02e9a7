"""The push had succeeded before the job failed.

The digest line is printed when the registry has taken the manifest, last of all. What fails after it is another thing:
signing, a scan, the next step of the job. Pushing again changes nothing.

Recognised by: a digest line that ends a push, and below it, before any other push, words of content trust, of the
Docker daemon or of a CI system that say something failed.

What to do: read on from the line that is quoted, and repeat what failed there, not the push.

Source: moby distribution/push_v2.go (the digest follows the manifest); docker/cli cli/trust/trust.go (signing follows
the push).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.formats.marks import MarkKind
from pushlog.knowledge.push_words import docker_push
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Evidence, Finding, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL307"
NAME = "pushed-before-the-error"
SEVERITY = Severity.INFO
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

# Content trust signs after the push, and its lines are output of `docker push` too.
_UNSIGNED = lazy_pattern(
    r"(?:Error: )?(?:Failed to sign |failed to sign |Error establishing connection to notary repository"
    r"|error contacting notary server: |you are not authorized to perform this operation: server returned 40[13]"
    r"|x509: |unable to reach trust server at this time|trust server rejected operation"
    r"|no valid signing keys|.{0,200}\bnotary\b.{0,200}(?:error|refused|no such host|x509))"
)
_WHY = (
    (r"x509|certificate", "the certificate of the notary server was not accepted"),
    (r"lookup |dial tcp|i/o timeout|refused", "the notary server was not reached"),
    (r"unable to reach trust server", "the notary server did not answer"),
    (r"not authorized|server returned 40[13]|rejected operation", "the notary server refused the login"),
    (r"signing keys?|decrypt", "the key to sign with was not found or not opened"),
)
_SIGNING = "Signing and pushing trust metadata"
# The lines of signing that are looked at.
_SIGNED = 12
_FAILED = lazy_pattern(
    r"Error response from daemon: "
    r"|(?:##\[error\]|::error::|Error: )?(?:Process completed|The process .{1,200}? failed) with exit code [1-9]"
    r"|##\[error\]|\[\W{0,4}Error\] |(?:ERROR: )?Job failed\b|ERROR: script returned exit code [1-9]|Finished: FAILURE"
    r"|Build step '.{1,80}' marked build as failure|make(?:\[\d+\])?: \*\*\* |Exited with code exit status [1-9]"
    r'|(?:\W{1,4}Error: )?The command (?:".{1,200}" )?exited with (?:status )?[1-9]|ERROR: build step \d+ '
)
_ANOTHER = lazy_pattern(rf"The push refers to |(?:\S.{{0,80}}\s)?{docker_push()}\b")
# Every line that reports a failure has one of these literals; without any, no line has to be read.
_WORDS = (
    b"Error response from daemon: ",
    b"##[error]",
    b"Error] ",
    b"exit code ",
    b"exit status ",
    b"exited with ",
    b"Job failed",
    b"Finished: FAILURE",
    b"marked build as failure",
    b": *** ",
    b"ERROR: build step ",
)
_REACH = 65536


def check(case: Case) -> Iterator[Finding]:
    """Fire on a push that succeeded in a job that did not."""
    digest = case.mark(MarkKind.DIGEST, MarkKind.AUX)
    if case.push.outcome is not Outcome.SUCCEEDED or digest is None:
        return
    unsigned = _unsigned(case)
    failed = unsigned or _failed_after(case)
    if failed is None:
        return
    if unsigned:
        why = next((why for words, why in _WHY if re.search(words, failed.text)), "it failed")
        what = f"Only its signature is missing: content trust signs after the push, and {why} (line {failed.line})."
        remedy = case.steps("Sign the image that is there: `docker trust sign {reference}`")
    else:
        what = f"Line {failed.line} comes after it and is about something else."
        remedy = (f"Look for what failed between lines {digest.line} and {failed.line}. Do not push again for it.",)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="The image was in the registry before the error",
        explanation=f"The digest line ends a push: it is printed when the registry has taken all of it. {what}",
        remedy=remedy,
        evidence=(digest, failed),
        confidence=Confidence.CERTAIN,
        data={"line": failed.line},
    )


def _unsigned(case: Case) -> Evidence | None:
    notes = [mark for mark in case.parsed.marks if mark.kind == MarkKind.NOTE]
    unsigned = next((mark for mark in notes if _UNSIGNED.match(mark.fields.get("NOTE", ""))), None)
    if unsigned:
        return case.quote(unsigned.line)
    signing = next((mark for mark in notes if mark.fields.get("NOTE", "") == _SIGNING), None)
    if signing is None:
        return None
    stop = len(case.text.data) if case.parsed.until is None else case.parsed.until
    below = islice(case.text.pieces(signing.stop, min(stop, signing.stop + _REACH)), _SIGNED)
    return next((Evidence(line=piece.line, text=piece.text) for piece in below if _UNSIGNED.match(piece.text)), None)


def _failed_after(case: Case) -> Evidence | None:
    """Return the first line below the push that reports a failure, unless another push begins before it."""
    start = case.text.stop_of(case.push.lines[1])
    end = len(case.text.data) if case.parsed.until is None else case.parsed.until
    stop = min(end, start + _REACH)
    below = case.text.data[start:stop]
    if not any(word in below for word in _WORDS):
        return None
    for piece in case.text.pieces(start, stop):
        if _ANOTHER.match(piece.text):
            return None
        if _FAILED.match(piece.text):
            return Evidence(line=piece.line, text=piece.text)
    return None
