"""A push as a schedule: layers in a queue for slots, and uploads that share a line.

Each layer is a row of steps. A delay takes its seconds whatever else goes on (a request that the registry answers, a
countdown); a load is what one connection sends in that many seconds at its full speed. `width` says how many such
connections the line carries at full speed; more of them share it in equal parts. A line shared by all uploads from the
first byte on has width 1; where every connection has its own limit the width is endless.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTHING = 1e-9


@record
class Step:
    """Seconds of a delay, or of sending at the full speed of one connection."""

    seconds: float
    load: bool


Task = tuple[Step, ...]


@record(frozen=False, kw_only=False)
class _Running:
    """A task in its slot: the steps that are left, and what is left of the first of them."""

    steps: deque[Step]
    left: float

    def ended(self) -> bool:
        """Whether nothing is left; steps that are done are put away."""
        while self.steps and self.left <= _NOTHING:
            self.steps.popleft()
            self.left = self.steps[0].seconds if self.steps else 0.0
        return not self.steps


def makespan(tasks: Sequence[Task], *, limit: int, width: float) -> float:
    """Seconds until the last task is done when `limit` of them run at a time, first come first served; 0: no limit."""
    queue = deque(_Running(deque(task), task[0].seconds if task else 0.0) for task in tasks)
    running: list[_Running] = []
    now = 0.0
    while queue or running:
        while queue and (not limit or len(running) < limit):
            running.append(queue.popleft())
        running = [task for task in running if not task.ended()]
        if not running:
            continue
        if queue and limit and len(running) < limit:
            continue
        loads = sum(task.steps[0].load for task in running)
        speed = min(1.0, width / loads) if loads else 1.0
        step = min(task.left / (speed if task.steps[0].load else 1.0) for task in running)
        now += step
        for task in running:
            task.left -= step * (speed if task.steps[0].load else 1.0)
    return now
