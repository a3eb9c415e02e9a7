"""The changes that `--what-if` asks about: how they are written, and what they do to a schedule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record
from pushlog.timeline.schedule import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pushlog.timeline.bandwidth import LinkModel
    from pushlog.timeline.schedule import Task
    from pushlog.timeline.slots import Slot

_FORMS = "concurrency=10, bandwidth=20MB/s, split-largest=4 or reuse=ID,ID"
_RATE = lazy_pattern(
    r"(?P<number>[0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(?P<unit>[kKMGT]?)(?P<binary>i?)(?P<kind>B|bit|b)(?:/s|ps)"
)
# A petabyte per second: no line is as wide.
_WIDEST = 1e15
# Characters of a value that is quoted in a message.
_QUOTED = 60
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SHORT_ID = 12


@record
class Change:
    """One thing to be different; exactly one of the fields is given. `bandwidth` is in bytes per second."""

    concurrency: int | None = None
    bandwidth: float | None = None
    split_largest: int | None = None
    reuse: tuple[str, ...] | None = None

    @property
    def named(self) -> Mapping[str, object]:
        """The change as it stands in an estimate."""
        pairs = {
            "concurrency": self.concurrency,
            "bandwidth": self.bandwidth,
            "split_largest": self.split_largest,
            "reuse": self.reuse,
        }
        return {key: value for key, value in pairs.items() if value is not None}


@record
class Plan:
    """A schedule to run: `limit` tasks at a time (0: no limit) over a line of that width."""

    tasks: tuple[Task, ...]
    limit: int
    width: float


def change(text: str) -> Change:
    """The change that `KEY=VALUE` asks for. Raises InputError."""
    key, sign, value = (part.strip() for part in text.partition("="))
    if sign and value:
        if key == "concurrency":
            return Change(concurrency=_number(text, value, least=1))
        if key == "split-largest":
            return Change(split_largest=_number(text, value, least=2))
        if key == "bandwidth":
            return Change(bandwidth=_rate(text, value))
        if key == "reuse":
            return Change(reuse=_ids(text, value))
    raise InputError(f"--what-if {_quoted(text)} is not understood; it takes {_FORMS}")


def plan(
    change: Change | None, line: LinkModel, slots: Sequence[Slot], ids: Sequence[str], *, limit: int, largest: int
) -> Plan:
    """The push over this line with the change or, for None, as it was; `limit` is the one it was made with."""
    tasks = [_task(slot, loads, line.lag) for slot, loads in zip(slots, line.loads, strict=True)]
    width = line.width
    if change is None:
        return Plan(tasks=tuple(tasks), limit=limit, width=width)
    if change.concurrency is not None:
        limit = change.concurrency
    elif change.split_largest is not None:
        tasks[largest : largest + 1] = _split(tasks[largest], change.split_largest, line.lag)
    elif change.reuse is not None:
        tasks = [
            (Step(seconds=line.lag, load=False),) if ids[slot.layer] in change.reuse else task
            for slot, task in zip(slots, tasks, strict=True)
        ]
    elif change.bandwidth is not None and line.rate is not None:
        # On a line that one connection filled, the line was the limit; else a connection keeps the limit that it had.
        rate = change.bandwidth if line.width <= 1 else min(line.rate, change.bandwidth)
        tasks = [tuple(_slower(step, line.rate / rate) for step in task) for task in tasks]
        width = change.bandwidth / rate
    return Plan(tasks=tuple(tasks), limit=limit, width=width)


def _task(slot: Slot, loads: Sequence[float], lag: float) -> Task:
    """Delays and loads as the log shows them: countdowns and answers take the time that they took."""
    steps = []
    now = slot.start
    for (start, end), load in zip(slot.uploads, loads, strict=True):
        steps += [Step(seconds=max(start - now, 0.0) + lag, load=False), Step(seconds=load, load=True)]
        now = end
    return (*steps, Step(seconds=max(slot.end - now, 0.0), load=False))


def _split(task: Task, parts: int, lag: float) -> list[Task]:
    """The same layer in equal parts; what went wrong with it goes wrong with the first."""
    loads = [step for step in task if step.load]
    if not loads:
        return [task]
    part = _slower(loads[-1], 1 / parts)
    first = tuple(_slower(step, 1 / parts) if step.load else step for step in task)
    return [first, *[(Step(seconds=lag, load=False), part)] * (parts - 1)]


def _slower(step: Step, factor: float) -> Step:
    return Step(seconds=step.seconds * factor, load=True) if step.load else step


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…")


def _number(text: str, value: str, *, least: int) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < least:
        raise InputError(f"--what-if {_quoted(text)}: a whole number from {least} on is needed, as in {_FORMS}")
    return int(value)


def _rate(text: str, value: str) -> float:
    match = _RATE.fullmatch(value)
    rate = 0.0
    if match:
        base = 1024 if match["binary"] else 1000
        rate = float(match["number"]) * base ** _POWERS[match["unit"].lower()] / (1 if match["kind"] == "B" else 8)
    if not match or not 0 < rate <= _WIDEST:
        raise InputError(
            f"--what-if {_quoted(text)}: bytes or bits per second are needed, as in bandwidth=20MB/s or 100Mbit/s"
        )
    return rate


def _ids(text: str, value: str) -> tuple[str, ...]:
    """The ids as lines show them: twelve digits."""
    ids = tuple(part.strip().lower().removeprefix("sha256:")[:_SHORT_ID] for part in value.split(","))
    if not all(re.fullmatch(rf"[0-9a-f]{{{_SHORT_ID}}}", part) for part in ids):
        raise InputError(
            f"--what-if {_quoted(text)}: ids of layers are needed, twelve digits each, with commas between"
        )
    return ids
