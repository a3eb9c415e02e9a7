"""Stamps that cannot be the clock of the push are never called measured; honest ones are."""

import json
import re

import pytest

from pushlog.pipeline import analyze
from tests.paths import SAMPLES

RETRIES = (SAMPLES / "fail-retry-exhausted-all-503-graphdriver-piped.txt").read_bytes()
SHORT = (
    b"The push refers to repository [docker.io/acme/app]\naaaaaaaaaaaa: Preparing\nbbbbbbbbbbbb: Preparing\n"
    b"aaaaaaaaaaaa: Layer already exists\nbbbbbbbbbbbb: Pushed\nv1: digest: sha256:" + b"ab" * 32 + b" size: 528\n"
)


def stamped(log: bytes, stamps) -> bytes:
    lines = log.splitlines()
    return b"\n".join(stamp + b" " + line for stamp, line in zip(stamps, lines, strict=True)) + b"\n"


def at(seconds: float) -> bytes:
    return b"2024-01-01T%02d:%02d:%010.7fZ" % (seconds // 3600, seconds // 60 % 60, seconds % 60)


def only(log: bytes):
    (push,) = analyze(log).pushes
    assert push.duration.seconds is None or push.duration.at_least <= push.duration.seconds
    return push


def waits(log: bytes) -> list[float]:
    """Honest seconds of each line of a log with countdowns: a line of one that goes on is a second later."""
    now, times = 0.0, list[float]()
    last: dict[bytes, int] = {}
    for line in log.splitlines():
        found = re.match(rb"([0-9a-f]{12}): Retrying in (\d+)", line)
        if found and last.get(found[1], 0) == int(found[2]) + 1:
            now += 1 / max(1, sum(bool(left) for left in last.values()))
        if found:
            last[found[1]] = int(found[2])
        else:
            now += 0.05
            match = re.match(rb"([0-9a-f]{12}): ", line)
            if match and last.pop(match[1], 0):
                now += 0.5
        times.append(now)
    return times


def test_one_stamp_for_all_lines_is_no_clock():
    for log in (RETRIES, SHORT):
        push = only(stamped(log, [at(0)] * len(log.splitlines())))
        assert push.duration.seconds is None
        assert push.clock in ("inferred", "none")


@pytest.mark.parametrize("spread", [1e-6, 0.001, 0.3, 5.0, 20.0])
def test_stamps_of_a_burst_that_contradict_the_countdowns_are_no_clock(spread):
    count = len(RETRIES.splitlines())
    push = only(stamped(RETRIES, [at(n * spread / count) for n in range(count)]))
    assert push.duration.seconds is None
    assert push.duration.at_least >= 49


def test_a_burst_behind_an_honest_beginning_is_no_clock():
    """The first line came at once, all others when the step was over: the sum is right, no step between is."""
    count = len(RETRIES.splitlines())
    push = only(stamped(RETRIES, [at(0), *[at(60 + n / 1000) for n in range(count - 1)]]))
    assert push.duration.seconds is None


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("before", ["1970-01-01", "2000-01-01"])
def test_a_clock_that_jumps_by_decades_is_no_clock(where, before):
    count = len(RETRIES.splitlines())
    days = [before if n < where * count else "2026-05-05" for n in range(count)]
    times = [f"{day}T00:00:{n * 59 / count:09.6f}Z" for n, day in enumerate(days)]
    push = only(stamped(RETRIES, [time.encode() for time in times]))
    assert push.duration.seconds is None
    back = [time.replace(before, "2040-01-01").encode() for time in times]
    assert only(stamped(RETRIES, back)).duration.seconds is None


def test_a_recording_that_jumps_by_decades_is_no_clock():
    events: list[object] = [{"version": 2, "width": 80, "height": 24}]
    events += [
        [n * 0.1 if n < 4 else 9e8 + n, "o", line + "\r\n"] for n, line in enumerate(SHORT.decode().splitlines())
    ]
    push = only("\n".join(map(json.dumps, events)).encode() + b"\n")
    assert push.duration.seconds is None


def test_a_recording_of_one_moment_is_no_clock():
    events: list[object] = [{"version": 2, "width": 80, "height": 24}]
    events += [[0.5, "o", line + "\r\n"] for line in RETRIES.decode().splitlines()]
    push = only("\n".join(map(json.dumps, events)).encode() + b"\n")
    assert push.duration.seconds is None


def test_honest_stamps_are_measured():
    count = len(SHORT.splitlines())
    push = only(stamped(SHORT, [at(n * 1.5) for n in range(count)]))
    assert push.clock == "stamped"
    assert push.duration.seconds == pytest.approx((count - 1) * 1.5)


def test_honest_stamps_with_countdowns_are_measured():
    times = waits(RETRIES)
    scale = 52 / times[-1]
    push = only(stamped(RETRIES, [at(time * max(scale, 1)) for time in times]))
    assert push.clock == "stamped"
    assert push.duration.seconds is not None


def test_a_night_between_two_lines_is_still_a_time():
    count = len(SHORT.splitlines())
    push = only(stamped(SHORT, [at(0 if n < 3 else 10 * 3600 + n) for n in range(count)]))
    assert push.duration.seconds == pytest.approx(10 * 3600 + count - 1)
