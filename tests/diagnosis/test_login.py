"""A login that the log shows: who is logged in is not told to log in first."""

import pytest

from pushlog.model import Confidence, Severity
from tests.logs import HEADER, A, B, push

HOST = "registry.example.com"
LOGIN = [f"$ docker login {HOST} -u bob --password-stdin", "Login Succeeded"]
ACTION = [f"Logging into {HOST}...", "Login Succeeded!"]
DENIED = "denied: requested access to the resource is denied"
NO_LOGIN = "no basic auth credentials"
ASKS = "unauthorized: authentication required"


def cause(*lines):
    failed = push(*lines)
    assert [finding.severity for finding in failed.findings].count(Severity.ERROR) == 1
    return failed.findings[0]


def steps(*lines):
    return [step for finding in push(*lines).findings for step in finding.remedy]


@pytest.mark.parametrize("login", [LOGIN, ACTION], ids=["docker", "action"])
@pytest.mark.parametrize("error", [DENIED, ASKS, "denied", "unauthorized"])
def test_after_a_good_login_the_account_lacks_the_right(login, error):
    lines = [*login, HEADER, f"{A}: Preparing", error]
    assert cause(*lines).name == "logged-in-without-right"
    assert "may not push" in push(*lines).verdict
    assert not [step for step in steps(*lines) if step.startswith("Log in")]
    assert push(*lines).error.retry_helps is False


def test_a_login_that_the_push_did_not_find_belongs_to_another_user_or_step():
    found = cause(*LOGIN, HEADER, f"{A}: Preparing", NO_LOGIN)
    assert "did not find it" in found.title
    assert "DOCKER_CONFIG" in found.remedy[0]


def test_a_login_to_another_host_is_the_finding():
    found = cause("$ docker login -u bob --password-stdin", "Login Succeeded", HEADER, f"{A}: Preparing", NO_LOGIN)
    assert found.title == f"The login is to docker.io, the push goes to {HOST}"
    assert found.confidence is Confidence.LIKELY
    assert found.remedy[0] == f"Log in to exactly this host: `docker login {HOST}`"


def test_a_login_that_failed_above_is_the_cause():
    refused = f'Error response from daemon: Get "https://{HOST}/v2/": unauthorized: incorrect username or password'
    found = cause(LOGIN[0], refused, HEADER, f"{A}: Preparing", NO_LOGIN)
    assert found.name == "login-refused"
    assert found.evidence[0].line == 2
    assert cause(LOGIN[0], refused, *LOGIN, HEADER, f"{A}: Preparing", DENIED).name == "logged-in-without-right"


def test_a_failed_call_to_aws_is_the_cause():
    lines = [
        (
            "$ aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin "
            "123456789012.dkr.ecr.us-east-1.amazonaws.com"
        ),
        'Unable to locate credentials. You can configure credentials by running "aws configure".',
        "The push refers to repository [123456789012.dkr.ecr.us-east-1.amazonaws.com/acme/app]",
        f"{A}: Preparing",
        NO_LOGIN,
    ]
    assert cause(*lines).name == "login-refused"
    assert "Unable to locate credentials" in push(*lines).verdict


def test_a_host_that_the_log_hides_may_be_the_right_one():
    lines = ["$ docker login -u bob --password-stdin $REGISTRY", "Login Succeeded", HEADER, f"{A}: Preparing", DENIED]
    assert cause(*lines).name == "logged-in-without-right"


def test_layers_that_went_in_prove_that_the_login_was_good():
    lines = [*LOGIN, HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", ASKS]
    assert cause(*lines).name == "token-expired"


def test_an_error_that_tells_its_reason_keeps_it():
    lines = [*LOGIN, HEADER, f"{A}: Preparing", "unauthorized: reqPackageAccess"]
    assert cause(*lines).name == "auth"


def test_without_a_login_in_the_log_the_advice_is_to_log_in():
    assert any(step.startswith("Log in") for step in steps(HEADER, f"{A}: Preparing", NO_LOGIN))


def test_what_an_earlier_push_printed_is_no_login():
    refused = f'Get "https://{HOST}/v2/": unauthorized: incorrect username or password'
    lines = [HEADER, refused, "", HEADER, f"{A}: Preparing", NO_LOGIN]
    from tests.logs import log

    assert [failed.findings[0].name for failed in log(*lines).pushes] == ["auth", "auth"]
