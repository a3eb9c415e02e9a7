"""Every rule on other logs by a push that makes it speak, and by a look-alike; and the client's rules, which listen."""

import pytest

from pushlog.model import Confidence, Severity
from tests.rules.side_cases import (
    FULL,
    LIMIT,
    PATCH,
    PUT,
    RESET,
    RETRIED,
    SIDE_CASES,
    A,
    beside,
    daemon,
    proxy,
    refused,
)
from tests.side_logs import (
    AGENT,
    HOST,
    access,
    analyzed,
    at,
    began,
    diff_id,
    digest,
    dockerd,
    nginx_error,
    request,
    upload,
)


def named(push, name):
    return [finding for finding in push.findings if finding.name == name]


@pytest.mark.parametrize("case", SIDE_CASES, ids=lambda case: case.name)
def test_a_rule_speaks_and_its_look_alike_does_not(case):
    (finding,) = named(analyzed(case.client, **case.logs), case.name)
    assert case.title in finding.title
    assert any(line.file for line in finding.evidence)
    assert finding.evidence[0].file is None, "the client's own line comes first"
    assert named(analyzed(case.alike, **case.alike_logs), case.name) == []


@pytest.mark.parametrize("case", SIDE_CASES, ids=lambda case: case.name)
def test_without_the_other_logs_it_says_nothing(case):
    assert named(analyzed(case.client), case.name) == []


GAVE_UP = [
    f"The push refers to repository [{HOST}/acme/app]",
    f"{A}: Preparing",
    "received unexpected HTTP status: 500 Internal Server Error",
]


def test_what_ended_a_push_is_its_cause_and_the_client_s_own_error_is_folded():
    logs = {
        "dockerd": [
            began(8),
            dockerd(8, f"Pushing layer: {diff_id(A)}"),
            dockerd(9, "Upload failed: received unexpected HTTP status: 500 Internal Server Error", "error"),
        ],
        "access": [access(8, request("POST", "blobs/uploads/"), 202), access(9, PATCH, 500)],
        "registry": FULL,
    }
    push = analyzed(GAVE_UP, **logs)
    cause = push.findings[0]
    assert (cause.name, cause.severity, cause.confidence) == ("storage-error", Severity.ERROR, Confidence.CERTAIN)
    assert push.verdict == cause.title
    assert [finding.severity for finding in push.findings if finding.name == "server-error"] == [Severity.INFO]


def test_a_404_to_a_body_sent_again_to_the_same_upload_is_the_first_error_s_work():
    put = request("PUT", upload("1b1c9a0e-7d34", 8, 0, digest("a")))
    client = [GAVE_UP[0], f"{A}: Pushed", "error from registry: blob upload unknown to registry"]
    logs = {
        "access": [
            access(8, request("PUT", upload("2b1c9a0e-7d34", 8, 0, f"sha256:{A}{'0' * 52}")), 201),
            access(9, put, 500),
            access(9, put, 404),
        ],
        "registry": [*refused(500, put, err_detail="write /data: no space left on device"),
                     *refused(404, put, err_code="blob upload unknown")],
    }  # fmt: skip
    push = analyzed(client, **logs)
    assert push.findings[0].name == "storage-error"


def test_a_layer_that_waited_for_a_fault_of_another_hop_is_no_bottleneck():
    two = [GAVE_UP[0], "b2b2b2b2b2b2: Preparing", f"{A}: Preparing", "b2b2b2b2b2b2: Layer already exists", *RETRIED[2:]]
    assert named(analyzed(two), "bottleneck-layer")
    assert not named(analyzed(two, **beside(502, RESET)), "bottleneck-layer")


def test_a_recovered_retry_says_why_each_attempt_broke():
    (finding,) = named(analyzed(RETRIED, **beside(502, RESET)), "retry-recovered")
    assert f"attempt 1 of {A}: recv() failed (104: Connection reset by peer)" in finding.explanation
    assert "The log does not say why" not in finding.explanation


def test_the_daemon_s_line_in_the_client_s_log_names_the_reason_too():
    line = dockerd(9, "Upload failed, retrying: received unexpected HTTP status: 504 Gateway Time-out", "error")
    push = analyzed([*RETRIED[:2], line, *RETRIED[2:]])
    (finding,) = named(push, "retry-recovered")
    assert "504 Gateway Time-out" in finding.explanation
    assert (3, None) in [(proof.line, proof.file) for proof in finding.evidence]
    assert not named(push, "bottleneck-layer")


def limited(message):
    return analyzed(
        [*RETRIED[:2], "unknown: <html>", "<head><title>413 Request Entity Too Large</title></head>", "</html>"],
        access=[access(8, request("POST", "blobs/uploads/"), 202), access(9, PATCH, 413)],
        error=[nginx_error(9, message, PATCH)],
    )


@pytest.mark.parametrize(
    ("message", "limit", "below"),
    [
        (LIMIT, 1048576, 1081344),
        ("client intended to send too large chunked body: 1015878+32768 bytes", 1048576, 1048646),
        ("client intended to send too large chunked body: 1015878+65536 bytes", 1048576, 1081414),
        ("client intended to send too large chunked body: 5230000+32768 bytes", 5242880, 5262768),
        ("client intended to send too large chunked body: 5000000+32768 bytes", None, 5032768),
        ("client intended to send too large body: 3010560 bytes", None, 3010560),
    ],
)
def test_the_limit_of_a_proxy_is_told_as_far_as_its_line_proves_it(message, limit, below):
    finding = limited(message).findings[0]
    assert finding.name == "proxy-body-limit"
    assert (finding.data["limit"], finding.data["limit_below"]) == (limit, below)
    assert ("3,010,560" in finding.title) is False, "the size of a refused body is no limit"


def test_a_reset_that_the_registry_slept_through_before_a_new_start_is_its_own_end():
    start = 'time="2026-11-29T01:00:11.000000000Z" level=info msg="listening on 127.0.0.1:5000" go.version=go1.23.8'
    (finding,) = named(analyzed(RETRIED, **beside(502, RESET, more=[start])), "broken-behind-proxy")
    assert "The registry went away" in finding.title


def test_a_504_without_an_error_log_is_a_time_out_only_as_far_as_the_registry_s_log_says_so():
    push = analyzed(RETRIED, dockerd=daemon(), access=proxy(504))
    (finding,) = named(push, "proxy-refused")
    assert finding.confidence is Confidence.LIKELY


def envoy(second: float, asked: str, status: str, received: int = 0, millis: int = 3) -> str:
    return (
        f'[{at(second)}] "{asked} HTTP/1.1" {status} {received} 0 {millis} - "-" "{AGENT}" "0f1e2d3c" "{HOST}" '
        '"10.0.1.20:5000"'
    )


@pytest.mark.parametrize(
    ("status", "name", "title", "step"),
    [
        ("504 UT", "proxy-timeout", "Envoy gave up waiting for the registry's answer", "raise `timeout` on Envoy"),
        ("429 RL", "proxy-refused", "Envoy refused requests", "the limit of the rate limit filter for `/v2/`"),
        ("503 UF", "registry-unreachable", "Envoy could not reach the registry", "On Envoy's host"),
    ],
)
def test_the_letters_of_envoy_name_the_cause_and_what_to_do_on_it(status, name, title, step):
    log = [
        envoy(8, request("POST", "blobs/uploads/"), "202 -"),
        envoy(9, PATCH, status, received=700, millis=15),
        envoy(15, PATCH, "202 -", received=900),
        envoy(16, PUT, "201 -"),
    ]
    push = analyzed(RETRIED, proxy=log, dockerd=daemon(status))
    (finding,) = named(push, name)
    assert finding.title.startswith(title)
    assert any(step in remedy for remedy in finding.remedy)
    assert not any("nginx" in text or "limit_req" in text for text in (*finding.remedy, finding.explanation))
