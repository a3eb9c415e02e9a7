"""A recording says how the command ended: a signal stopped the push, an error or a digest line says more."""

import json

import pytest

from pushlog import exits
from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw
from tests.logs import DONE, HEADER, A

CAST = '{"version":2,"width":80,"height":24,"timestamp":1795910400,"command":"docker push registry.example.com/app:1"}'


def recorded(status, *lines):
    """The only push of a recording whose command ended with this status."""
    shown = "".join(f"{line}\r\n" for line in (HEADER, f"{A}: Preparing ", *lines))
    events = [CAST, json.dumps([0.1, "o", shown]), json.dumps([5.0, "x", status])]
    (only,) = analyze_raw(raw("push.cast", "\n".join(events).encode())).pushes
    return only


@pytest.mark.parametrize("status", ["129", "130", "137", "143"])
def test_a_signal_that_ended_the_command_interrupted_the_push(status):
    stopped = recorded(status)
    assert (stopped.outcome.value, int(exits.class_of(stopped))) == ("interrupted", 18)
    assert f"status {status}" in stopped.advice


def test_another_status_says_nothing_of_a_stop():
    assert recorded("1").outcome.value == "incomplete"
    assert recorded("nonsense").outcome.value == "incomplete"


def test_what_the_log_proves_says_more():
    assert recorded("137", f"{A}: Pushed", DONE).outcome.value == "succeeded"
    assert recorded("137", "denied: requested access to the resource is denied").outcome.value == "failed"
