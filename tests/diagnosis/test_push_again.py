"""Would pushing again help? From the error, and from what the log shows of the tries."""

import pytest

from pushlog.model import Fate
from tests.logs import HEADER, A, B, C, countdown, exhausted, log, push

RESET = "read tcp 10.0.0.1:5->10.0.0.2:443: read: connection reset by peer"
ECR = "The push refers to repository [123456789012.dkr.ecr.us-east-1.amazonaws.com/acme/app]"
REFUSED = 'Get "http://{0}/v2/": dial tcp {0}: connect: connection refused'


def helps(*lines):
    failure = push(*lines).error
    assert failure is not None
    return failure.retry_helps


@pytest.mark.parametrize(
    "error",
    [
        RESET,
        "EOF",
        "received unexpected HTTP status: 503 Service Unavailable",
        "received unexpected HTTP status: 500 Internal Server Error",
    ],
)
def test_after_five_attempts_nobody_bets_on_another(error):
    assert helps(HEADER, f"{A}: Preparing", exhausted(A), error) is None


def test_five_equal_digest_mismatches_are_no_accident():
    error = "digest invalid: provided digest did not match uploaded content"
    assert helps(HEADER, f"{A}: Preparing", exhausted(A), error) is False
    assert helps(HEADER, f"{A}: Preparing", error) is None


@pytest.mark.parametrize(
    "error",
    [
        RESET,
        'Get "https://registry.example.com/v2/": EOF',
        "received unexpected HTTP status: 502 Bad Gateway",
        "received unexpected HTTP status: 503 Service Unavailable",
        "toomanyrequests: Rate exceeded",
        REFUSED.format("192.0.2.7:5000"),
    ],
)
def test_one_transient_failure_is_worth_another_push(error):
    assert helps(HEADER, f"{A}: Preparing", error) is True


@pytest.mark.parametrize("address", ["127.0.0.1:5000", "[::1]:5000", "127.9.9.9:80"])
def test_nothing_listens_on_this_machine_until_somebody_starts_it(address):
    assert helps(HEADER, REFUSED.format(address)) is None


def test_a_name_of_this_machine_is_known_by_the_address_that_was_dialled():
    error = 'Get "https://reg.local:5000/v2/": dial tcp 127.0.0.1:5000: connect: connection refused'
    assert helps(HEADER, error) is None


def test_the_same_failure_again_in_a_log_is_no_bet():
    once = [HEADER, f"{A}: Preparing", RESET]
    first, second, third = log(once, "", once, "", once).pushes
    assert [one.error.retry_helps for one in (first, second, third)] == [True, None, None]


def test_a_closed_connection_at_ecr_with_nothing_in_can_be_a_missing_repository():
    assert helps(ECR, f"{A}: Preparing", "EOF") is None
    assert helps(ECR, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", "EOF") is True


def test_a_pasted_last_screen_shows_the_last_countdown_of_each_layer():
    lines = [ECR, f"{A}: Retrying in 1 second ", f"{B}: Retrying in 1 second ", f"{C}: Waiting ", "EOF"]
    found = push(*lines)
    assert found.error.retry_helps is None
    assert [layer.fate for layer in found.layers] == [Fate.GAVE_UP, Fate.GAVE_UP, Fate.NOT_STARTED]
    assert {"retry-exhausted", "missing-repository"} <= {finding.name for finding in found.findings}


def test_podman_that_counts_its_retries_to_the_end_has_tried_enough():
    refused = 'Get "http://192.0.2.7:5000/v2/": dial tcp 192.0.2.7:5000: connect: connection refused'
    ping = f"pinging container registry 192.0.2.7:5000: {refused}"
    head = ["$ podman push 192.0.2.7:5000/acme/app:1", "Getting image source signatures"]
    tries = [f"WARN[0001] Failed, retrying in {n}s ... ({n}/3). Error: {ping}" for n in (1, 2, 3)]
    assert helps(*head, *tries, f"Error: {ping}") is None
    assert helps(*head, f"Error: {ping}") is True


def test_all_layers_refused_together_tried_five_times():
    rows = [HEADER, *(f"{layer}: Preparing" for layer in (A, B, C))]
    for start in (5, 10, 15, 20):
        rows += [line for step in zip(*(countdown(layer, start) for layer in (A, B, C)), strict=True) for line in step]
    found = push(*rows, "denied: requested access to the resource is denied")
    assert [layer.attempts for layer in found.layers] == [5, 5, 5]
    assert {layer.fate for layer in found.layers} == {Fate.GAVE_UP}
    assert "tried 5 times" in found.advice
