"""Another attempt of a recorded push: only where that can help, after the wait that the cause asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Family, Outcome
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.model import Diagnosis, Log

# Seconds before the second attempt; each further one waits as much longer. Docker itself waits 5 s, 10 s, 15 s, 20 s
# between the uploads of a layer (moby distribution/xfer/upload.go); the limits of registries count by the minute
# (knowledge/registries.toml), and a server that fails needs longer than a connection that broke.
_WAITS = {Family.RATE_LIMIT: 60.0, Family.SERVER_ERROR: 15.0}
_WAIT = 5.0
_LONGEST = 300.0
# What the registry itself asks for: the header as BuildKit and others quote it, and the words of Docker Hub and GitHub.
_ASKED = lazy_pattern(r"retry[- ]after\W{1,4}(\d{1,5})\b", re.IGNORECASE)


@record
class Decision:
    """Whether to push again, why in a line, and after how many seconds."""

    again: bool
    why: str
    wait: float = 0.0


def decide(log: Log, attempt: int) -> Decision:
    """Judge what the last attempt printed; `attempt` counts those so far."""
    failed = [push for push in log.pushes if push.outcome is not Outcome.SUCCEEDED]
    if not failed:
        return Decision(again=False, why="its output shows no push that failed")
    hopeless = next((push for push in failed if push.error is None or not push.error.retry_helps), None)
    if hopeless is not None:
        return Decision(again=False, why=_why_not(hopeless))
    push = failed[-1]
    return Decision(again=True, why=push.verdict, wait=max(wait(one, attempt) for one in failed))


def _why_not(push: Diagnosis) -> str:
    verdict = push.verdict or "the push did not succeed"
    if push.error is None:
        return f"{verdict}: no error says that pushing again helps"
    if push.error.retry_helps is None:
        return f"{verdict}: the log does not show that pushing again helps"
    return f"{verdict}: pushing again does not help"


def wait(push: Diagnosis, attempt: int) -> float:
    """Return the seconds to wait after this attempt: what the registry asks for, else what the cause does."""
    error = push.error
    asked = _ASKED.search(error.text) if error else None
    if asked:
        return min(float(asked[1]), _LONGEST)
    return min(_WAITS.get(error.family if error else Family.UNKNOWN, _WAIT) * attempt, _LONGEST)
