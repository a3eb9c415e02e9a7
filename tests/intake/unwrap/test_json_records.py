"""Logs that are kept as JSON objects: docker's own, CircleCI's, the journal's, those of two clouds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.read import raw
from pushlog.knowledge.exports import exports
from pushlog.model import Capture, Clock, Outcome
from pushlog.pipeline import analyze_raw
from tests.logs import DONE, HEADER, A, B, countdown, log

KEPT = ("docker-json-file", "circleci-output", "journal-json", "cloudwatch-list", "cloud-logging")
RECORDS = [row for row in exports().rows if row.id in KEPT]
PUSH = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", *countdown(A, 5), f"{A}: Pushed", DONE]


def sample(form):
    """The record in the sample of a row."""
    value = json.loads(form.sample)
    return value[0] if isinstance(value, list) else value


def stamp(form, second):
    """The time of a form's sample, moved on by some seconds."""
    at = sample(form)[form.time]
    if str(at)[4] == "-":
        return at.replace(":44.", f":{44 + second}.")
    later = int(at) + second * {13: 1_000, 16: 1_000_000}[len(str(at))]
    return str(later) if isinstance(at, str) else later


def record(form, line, second=0):
    """A line as an object of that form."""
    (text,) = form.text
    end = sample(form)[text].removeprefix(form.inside)
    return {**sample(form), text: line + end, form.time: stamp(form, second)}


def told(text):
    return analyze_raw(raw("push.json", text.encode()))


@pytest.mark.parametrize("form", RECORDS, ids=lambda form: form.id)
def test_a_push_in_objects_is_the_same_push_on_the_same_lines_with_times(form):
    result = told("\n".join(json.dumps(record(form, line, second)) for second, line in enumerate(PUSH)))
    push, bare = result.pushes[0], log(PUSH).pushes[0]
    assert (result.source.decoration, result.source.capture) == (form.system, Capture.PIPED)
    assert (push.outcome, push.reference, push.lines) == (bare.outcome, bare.reference, bare.lines)
    assert [(x.id, x.state, x.retry_wait, x.lines) for x in push.layers] == [
        (x.id, x.state, x.retry_wait, x.lines) for x in bare.layers
    ]
    assert (push.clock, push.duration.seconds) == (Clock.STAMPED, len(PUSH) - 1)


@pytest.mark.parametrize("form", RECORDS, ids=lambda form: form.id)
@pytest.mark.parametrize("within", [None, "events"], ids=["a list", "a list under events"])
def test_a_list_of_objects_is_read_too_and_lines_are_those_of_the_output(form, within):
    pieces = [record(form, line, second) for second, line in enumerate(PUSH)]
    result = told(json.dumps({within: pieces} if within else pieces, indent=1))
    push = result.pushes[0]
    assert (push.outcome, push.lines, push.duration.seconds) == (Outcome.SUCCEEDED, (1, len(PUSH)), len(PUSH) - 1)
    assert "lines are counted in the output" in result.source.notes[0]


def test_an_object_can_hold_several_lines_or_a_part_of_one():
    form = next(form for form in RECORDS if form.id == "circleci-output")
    whole = "\r\n".join(line for line in PUSH if "Retrying" not in line) + "\r\n"
    pieces = [whole[:30], whole[30:120], whole[120:]]
    objects = [{"message": text, "time": stamp(form, number), "type": "out"} for number, text in enumerate(pieces)]
    push = told(json.dumps(objects)).pushes[0]
    assert (push.outcome, push.reference.repository, push.duration.seconds) == (Outcome.SUCCEEDED, "team/app", 2)


def test_a_broken_object_costs_its_own_line():
    form = RECORDS[0]
    lines = [json.dumps(record(form, line)) for line in PUSH]
    lines[4] = lines[4][:20]
    result = told("\n".join(lines))
    assert result.pushes[0].outcome is Outcome.SUCCEEDED
    assert result.source.notes == (f"1 line could not be read as an object of {form.system}",)


def test_the_engine_apis_stream_is_no_such_log():
    stream = [{"status": HEADER}, {"status": "Pushed", "progressDetail": {}, "id": A}, {"status": DONE}]
    result = told("\r\n".join(json.dumps(message) for message in stream))
    assert (result.source.decoration, result.source.capture) == (None, Capture.JSON)


VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(VALUES)
def test_any_json_survives(value):
    told(json.dumps(value))
    told(json.dumps([{"log": value, "time": value}, {"message": value, "time": "x"}]))
