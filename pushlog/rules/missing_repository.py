"""A cut connection on Amazon ECR that can mean a repository which does not exist.

ECR does not create repositories on push. Current Docker is told so (`name unknown`); with older Docker, or a proxy
before ECR, the same fault shows as endless retries of all layers that end in `EOF`.

Recognised by: retries that ran out, then `EOF` or a reset connection, on an ECR host, and no layer that went in: one
that did would prove that the repository exists. Of clients other than Docker the error alone, as a possibility.

What to do: ask ECR for the repository, and create it if it is missing.

Source: published reports of Amazon ECR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Family, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL602"
NAME = "missing-repository"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY

_WHERE = "--registry-id {account} --region {region}"
# A person or a CI hides the account, or a part of it.
_HOST = lazy_pattern(r"(?P<account>[^./\s]{1,40})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.")


def check(case: Case) -> Iterator[Finding]:
    """Fire when nothing went in before the connection was closed for good."""
    failure, reference = case.push.error, case.push.reference
    is_cut = failure is not None and failure.family in (Family.EOF, Family.CONNECTION_RESET)
    host = _HOST.match(reference.registry or "")
    if not is_cut or host is None or any(layer.state.done for layer in case.push.layers):
        return
    is_engine = case.client.uses_docker_engine
    if is_engine and not case.gave_up:
        return
    account = host["account"] if host["account"].isdigit() else "ACCOUNT"
    is_eof = is_engine and failure is not None and failure.family is Family.EOF
    repository = reference.repository or "REPOSITORY"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The repository {repository} most likely does not exist in Amazon ECR"
        if is_eof
        else f"Or the repository {repository} does not exist: on Amazon ECR that can look like this",
        explanation="ECR creates no repositories on push, and no layer went in that would show that this one exists. "
        "Older Docker, or a proxy before ECR, then shows a connection that is closed again and again.",
        remedy=case.steps(
            f"Check that it exists: `aws ecr describe-repositories {_WHERE} --repository-names {{repository}}`",
            f"If it is not found, create it: `aws ecr create-repository {_WHERE} --repository-name {{repository}}`",
            "If it is there, something before Amazon ECR cuts the connection: look at proxy and VPN, then push again.",
            account=account,
            region=host["region"],
        ),
        evidence=case.error_lines()[:2],
        confidence=Confidence.LIKELY if is_eof else Confidence.POSSIBLE,
        data={"repository": repository, "region": host["region"], "account": host["account"]},
    )
