"""What all pushes together would have taken: the answers to `--what-if`, added up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.model import Estimate
from pushlog.record_class import record
from pushlog.report.tables import change_words

if TYPE_CHECKING:
    from pushlog.audit.frames import Frames


@record
class Answer:
    """One change. `pushes` of `of` could answer: they took `seconds`, and would have taken `low` to `high` seconds."""

    change: str
    pushes: int
    of: int
    seconds: float
    low: float
    high: float


def answers(frames: Frames) -> tuple[Answer, ...]:
    """Return an answer for each change that was asked about, in that order."""
    columns = frames.pushes[["what_if", "seconds"]]
    asked = [(json.loads(text), seconds) for texts, seconds in columns.itertuples(index=False) for text in texts or ()]
    by_change: dict[str, list[tuple[float, float, float]]] = {}
    times: dict[str, int] = {}
    for answer, seconds in asked:
        low, high = answer["low"], answer["high"]
        words = change_words(Estimate(change=answer["change"], seconds=None, low=low, high=high, assumptions=()))
        times[words] = times.get(words, 0) + 1
        measured = by_change.setdefault(words, [])
        if low is not None and high is not None and seconds == seconds:  # noqa: PLR0124 - NaN: not measured
            measured.append((seconds, low, high))
    return tuple(
        Answer(change=words, pushes=len(measured), of=times[words], **_sums(measured))
        for words, measured in by_change.items()
    )


def _sums(measured: list[tuple[float, float, float]]) -> dict[str, float]:
    return {
        name: round(sum(row[place] for row in measured), 3) for place, name in enumerate(("seconds", "low", "high"))
    }
