"""Trace events for Chrome and Perfetto: a push is a process, its layers are tracks, their phases are slices.

Times are microseconds since the push began. Where the clock is inferred they are the earliest possible ones, and each
event says so; where there is none, only the names of the tracks are written, with a note.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.model import Clock, Diagnosis, Layer, Phase, State
from pushlog.report.issues import image, one_line
from pushlog.report.waterfall import PHASE_WORDS
from pushlog.report.words import count, outcome, seconds, state_word
from pushlog.units import blob

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.model import Interval, Log

Event = dict[str, object]

ENDS = (State.PUSHED, State.FAILED)
NO_CLOCK = "no clock in the log: the order of steps is known, not how long they took"
BOUND = "earliest possible times: the clock is inferred from countdowns and redraws"
MEASURED = "measured times"


def _micros(value: float) -> int:
    return round(value * 1_000_000)


def _named(pid: int, tid: int, name: str, key: str, value: object) -> Event:
    return {"ph": "M", "pid": pid, "tid": tid, "name": name, "args": {key: value}}


def _note(push: Diagnosis) -> str:
    if push.clock is Clock.NONE:
        return NO_CLOCK
    return BOUND if push.clock is Clock.INFERRED else MEASURED


def _names(pid: int, log: Log, push: Diagnosis) -> Iterator[Event]:
    title = one_line(f"{outcome(push)}: {image(push) or log.source.name}")
    yield _named(pid, 0, "process_name", "name", title)
    yield _named(pid, 0, "process_labels", "labels", f"{_note(push)}; {one_line(log.source.name)}")
    yield _named(pid, 0, "process_sort_index", "sort_index", pid)
    yield _named(pid, 0, "thread_name", "name", "push")
    for tid, layer in enumerate(push.layers, 1):
        yield _named(pid, tid, "thread_name", "name", one_line(f"{blob(layer.id)} {state_word(layer, push)}"))
        yield _named(pid, tid, "thread_sort_index", "sort_index", tid)


def _slice(pid: int, tid: int, interval: Interval, bound: bool) -> Event:
    start, end = _micros(interval.start), _micros(interval.end)
    name = PHASE_WORDS[interval.phase]
    args: Event = {"attempt": interval.attempt, "lower_bound": bound}
    if interval.phase is Phase.RETRYING:
        name = f"countdown {seconds(interval.end - interval.start)}"
        args["countdown_seconds"] = round(interval.end - interval.start, 6)
    return {
        "ph": "X", "pid": pid, "tid": tid, "cat": interval.phase.value, "name": name,
        "ts": start, "dur": max(end - start, 0), "args": args,
    }  # fmt: skip


def _instant(pid: int, tid: int, name: str, second: float, bound: bool) -> Event:
    # The first track is the push itself: its mark crosses all the others.
    scope = "t" if tid else "p"
    return {
        "ph": "i", "pid": pid, "tid": tid, "cat": "end", "name": name, "ts": _micros(second), "s": scope,
        "args": {"lower_bound": bound},
    }  # fmt: skip


def _layer(pid: int, tid: int, layer: Layer, push: Diagnosis, bound: bool) -> Iterator[Event]:
    for interval in layer.intervals:
        yield _slice(pid, tid, interval, bound)
    if layer.intervals and layer.state in ENDS:
        end = max(interval.end for interval in layer.intervals)
        yield _instant(pid, tid, state_word(layer, push), end, bound)


def _push(pid: int, push: Diagnosis) -> Iterator[Event]:
    """The push itself, its bytes over time, then each of its layers."""
    bound = push.clock is Clock.INFERRED
    ends = (interval.end for layer in push.layers for interval in layer.intervals)
    took = max(push.duration.at_least, *ends, 0.0) if push.duration.seconds is None else push.duration.seconds
    if took > 0:
        args: Event = {"lower_bound": push.duration.seconds is None, "layers": len(push.layers)}
        event: Event = {"ph": "X", "pid": pid, "tid": 0, "cat": "push", "name": outcome(push)}
        yield {**event, "ts": 0, "dur": _micros(took), "args": args}
        yield _instant(pid, 0, push.outcome.value, took, push.duration.seconds is None)
    counter = "bytes so far, at the earliest" if bound else "bytes so far"
    for second, total in push.sent:
        yield {"ph": "C", "pid": pid, "tid": 0, "name": counter, "ts": _micros(second), "args": {"bytes": total}}
    for tid, layer in enumerate(push.layers, 1):
        yield from _layer(pid, tid, layer, push, bound)


def render(logs: Sequence[Log]) -> str:
    """Return one trace for all logs; every push starts at zero."""
    pushes = [(log, push) for log in logs for push in log.pushes]
    events: list[Event] = []
    for pid, (log, push) in enumerate(pushes, 1):
        events += _names(pid, log, push)
        if push.clock is not Clock.NONE:
            events += _push(pid, push)
    notes = [f"push {pid}: {_note(push)}" for pid, (_, push) in enumerate(pushes, 1)]
    notes += [f"{one_line(log.source.name)}: no push found" for log in logs if not log.pushes]
    summary = {"producer": "pushlog", "pushes": count(len(pushes), "push"), "notes": "\n".join(notes)}
    # A line for each event: half the size, and as easy to search as a log.
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in events)
    head = json.dumps({"displayTimeUnit": "ms", "otherData": summary}, ensure_ascii=False)
    return f'{head[:-1]}, "traceEvents": [\n{lines}\n]}}\n'
