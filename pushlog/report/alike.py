"""Pushes of a log that were refused in the same words: the first of them stands for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Outcome
from pushlog.report.issues import image
from pushlog.report.words import count, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.model import Diagnosis

_SHOWN = 5
# Said of each but the first of such pushes: that the same failed before.
_OF_LATER = {"retrying-the-unretryable"}


def together(pushes: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """Return those that were refused in the same words as one list, wherever they stand; others stand alone."""
    groups: dict[object, list[Diagnosis]] = {}
    for push in pushes:
        groups.setdefault(_refusal(push), []).append(push)
    return list(groups.values())


def more_like_it(first: Diagnosis, others: Sequence[Diagnosis]) -> str:
    """Return the sentence that stands for the rest of such pushes: their lines, and their images unless all are one."""
    name = image(first)
    if all(image(push) == name for push in others):
        return f"Refused in the same words {count(len(others), 'more time')}: {_listed(span(p.lines) for p in others)}."
    names = (" ".join(filter(None, (image(push), f"({span(push.lines)})"))) for push in others)
    return f"And {len(others)} more like it, refused in the same words: {_listed(names)}."


def _listed(parts: Iterable[str]) -> str:
    every_part = list(parts)
    rest = f" and {len(every_part) - _SHOWN} more" if len(every_part) > _SHOWN else ""
    return f"{', '.join(every_part[:_SHOWN])}{rest}"


def _refusal(push: Diagnosis) -> object:
    """What two refusals share that can be told once; no two other pushes are alike."""
    if push.outcome is not Outcome.FAILED or push.error is None:
        return object()
    rules = tuple(sorted({finding.name for finding in push.findings} - _OF_LATER))
    return push.client, push.reference.registry, push.error.family, push.error.text, push.progress.layers_done, rules
