"""Trace events: a push is a process, a layer a track, and a bound is called a bound."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pushlog.model import Log
from pushlog.report import trace
from tests.diagnoses import body_limit, cut_off, log, long_success
from tests.stories import EVERYTHING, STORIES, controls

# What each kind of event must have: https://perfetto.dev/docs/ and the Trace Event Format.
NEEDED = {
    "M": {"ph", "pid", "tid", "name", "args"},
    "X": {"ph", "pid", "tid", "name", "cat", "ts", "dur", "args"},
    "C": {"ph", "pid", "tid", "name", "ts", "args"},
    "i": {"ph", "pid", "tid", "name", "cat", "ts", "s", "args"},
}


def events(logs: Sequence[Log], kind: str = ""):
    found = json.loads(trace.render(logs))["traceEvents"]
    return [event for event in found if not kind or event["ph"] == kind]


@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_every_event_is_whole_and_times_are_whole_microseconds(logs: Sequence[Log]) -> None:
    for event in events(logs):
        assert event.keys() == NEEDED[event["ph"]]
        assert not controls(json.dumps(event, ensure_ascii=False))
        for key in ("ts", "dur"):
            assert isinstance(event.get(key, 0), int)
            assert event.get(key, 0) >= 0


def test_bytes_over_time_are_a_counter_of_the_push() -> None:
    push = replace(body_limit(), sent=((0.5, 10), (1.5, 30)))
    counted = [(event["name"], event["ts"], event["args"]) for event in events([log(push)], "C")]
    name = "bytes so far, at the earliest"
    assert counted == [(name, 500_000, {"bytes": 10}), (name, 1_500_000, {"bytes": 30})]


@pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)
def test_slices_of_one_track_never_overlap(logs: Sequence[Log]) -> None:
    ends: dict[tuple[int, int], int] = {}
    for event in events(logs, "X"):
        track = (event["pid"], event["tid"])
        assert event["ts"] >= ends.get(track, 0)
        ends[track] = event["ts"] + event["dur"]


def test_each_layer_is_a_track_with_its_name_and_state() -> None:
    names = {
        event["tid"]: event["args"]["name"] for event in events([log(body_limit())]) if event["name"] == "thread_name"
    }
    assert names == {0: "push", 1: "f3a1a53fa62a pushed", 2: "8fca24a28722 gave up", 3: "f6314e3fade5 pushed"}


def test_countdowns_are_slices_with_their_length() -> None:
    waits = [event for event in events([log(body_limit())], "X") if event["cat"] == "retrying"]
    assert [event["name"] for event in waits] == ["countdown 5 s", "countdown 10 s", "countdown 15 s", "countdown 20 s"]
    assert [event["dur"] for event in waits] == [5_000_000, 10_000_000, 15_000_000, 20_000_000]


def test_the_end_of_a_layer_is_an_instant() -> None:
    marks = [(event["tid"], event["name"], event["s"]) for event in events([log(body_limit())], "i")]
    assert marks == [(0, "failed", "p"), (1, "pushed", "t"), (2, "gave up", "t"), (3, "pushed", "t")]


def test_an_inferred_clock_marks_every_time_as_a_bound_and_a_measured_one_none() -> None:
    timed = [event for event in events([log(body_limit())]) if "ts" in event]
    assert all(event["args"]["lower_bound"] for event in timed)
    timed = [event for event in events([log(long_success())]) if "ts" in event]
    assert not any(event["args"]["lower_bound"] for event in timed)


def test_without_a_clock_there_are_names_and_a_note_and_no_times() -> None:
    text = trace.render([log(cut_off())])
    assert {event["ph"] for event in events([log(cut_off())])} == {"M"}
    assert "no clock in the log" in json.loads(text)["otherData"]["notes"]


def test_each_push_is_a_process_of_its_own() -> None:
    found = events([log(body_limit(), long_success(4)), log(body_limit())])
    assert {event["pid"] for event in found} == {1, 2, 3}
