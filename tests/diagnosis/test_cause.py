"""A failed push has one cause: the most specific that is certain or likely; what is more general folds into it."""

import pytest

from pushlog.model import Severity
from tests.logs import HEADER, A, B, C, exhausted, push

ECR = "The push refers to repository [123456789012.dkr.ecr.us-east-1.amazonaws.com/acme/app]"
HUB = "The push refers to repository [docker.io/library/app]"
DENIED = "denied: requested access to the resource is denied"
PAGE = [
    "unknown: <html>",
    "<head><title>413 Request Entity Too Large</title></head>",
    "<hr><center>nginx/1.22.1</center>",
    "</html>",
]
BROKEN = "write tcp 10.0.0.1:5->10.0.0.2:443: write: broken pipe"
LAST_SCREEN = [f"{A}: Retrying in 1 second ", f"{B}: Retrying in 1 second ", f"{C}: Waiting "]


def told(*lines):
    """The findings by name, with their severity, in order."""
    return {finding.name: finding for finding in push(*lines).findings}


def errors(findings):
    return [name for name, finding in findings.items() if finding.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([HEADER, f"{A}: Preparing", exhausted(A), BROKEN], "connection-reset"),
        ([HUB, f"{A}: Preparing", DENIED], "missing-namespace"),
        ([ECR, *LAST_SCREEN, "EOF"], "missing-repository"),
        ([HEADER, f"{A}: Preparing", *PAGE], "proxy-body-limit"),
        ([HEADER, f"{A}: Preparing", DENIED], "permission"),
        ([HEADER, f"{A}: Preparing", "the moon is in the wrong house"], "unknown"),
    ],
)
def test_the_first_finding_is_the_cause_and_the_only_error(lines, cause):
    findings = told(*lines)
    assert errors(findings) == [cause]
    assert next(iter(findings)) == cause
    assert push(*lines).verdict == findings[cause].title


def test_what_folds_stays_as_a_note_that_names_the_cause():
    findings = told(HEADER, f"{A}: Preparing", exhausted(A), BROKEN)
    note = findings["retry-exhausted"]
    assert note.severity is Severity.INFO
    assert note.data["folded_into"] == "connection-reset"
    assert note.data["attempts"] == 5
    assert note.remedy == ("See connection-reset above.",)


def test_no_login_is_advised_where_the_cause_says_that_none_helps():
    steps = [step for finding in told(HUB, f"{A}: Preparing", DENIED).values() for step in finding.remedy]
    assert not [step for step in steps if "login" in step.lower()]


def test_a_possibility_never_leads():
    findings = told(HEADER, f"{A}: Preparing", exhausted(A), "denied")
    assert errors(findings) == ["permission"]
    assert findings["silent-refusal"].severity is Severity.WARNING


def test_one_text_has_one_reading():
    """A 413 at the manifest could be read as the size of a layer, too."""
    error = (
        f'failed commit on ref "manifest-sha256:{"0" * 64}": unexpected status from PUT request to '
        "https://registry.example.com/v2/team/app/manifests/1: 413 Request Entity Too Large"
    )
    findings = told(HEADER, f"{A}: Waiting", f"{A}: Pushed", error)
    assert errors(findings) == ["manifest-too-large"]
    assert not {"size-limit", "layer-too-large", "proxy-body-limit"} & set(findings)


def test_retry_advice_agrees_with_the_cause():
    """A layer above what the registry documents does not fit the second time either."""
    ghcr = "The push refers to repository [ghcr.io/acme/app]"
    lines = [ghcr, f"{A}: Waiting", f"{A}: Pushing [=>  ]  1GB/12GB"]
    reset = (
        f'failed to copy: failed to do request: Put "https://ghcr.io/v2/acme/app/blobs/upload/1?digest=sha256%3A{A}'
        f'{"0" * 52}": read tcp 10.0.0.1:5->10.0.0.2:443: read: connection reset by peer'
    )
    failed = push(*lines, reset)
    assert failed.findings[0].name == "documented-limit"
    assert failed.error.retry_helps is None
    assert "can't tell" in failed.advice
