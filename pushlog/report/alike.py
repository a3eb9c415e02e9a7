"""Pushes of a log that were refused in the same words: the first of them stands for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Outcome
from pushlog.report.issues import image
from pushlog.report.words import span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Diagnosis

_SHOWN = 5


def together(pushes: Sequence[Diagnosis]) -> list[list[Diagnosis]]:
    """Return those that were refused in the same words as one list, wherever they stand; others stand alone."""
    groups: dict[object, list[Diagnosis]] = {}
    for push in pushes:
        groups.setdefault(_refusal(push), []).append(push)
    return list(groups.values())


def more_like_it(pushes: Sequence[Diagnosis]) -> str:
    """Return the sentence that stands for the rest of such pushes, which are named by their images and lines."""
    names = [" ".join(filter(None, (image(push), f"({span(push.lines)})"))) for push in pushes[:_SHOWN]]
    rest = f" and {len(pushes) - _SHOWN} more" if len(pushes) > _SHOWN else ""
    return f"And {len(pushes)} more like it, refused in the same words: {', '.join(names)}{rest}."


def _refusal(push: Diagnosis) -> object:
    """What two refusals share that can be told once; no two other pushes are alike."""
    if push.outcome is not Outcome.FAILED or push.error is None:
        return object()
    rules = tuple(sorted({finding.name for finding in push.findings}))
    return push.client, push.reference.registry, push.error.family, push.error.text, push.progress.layers_done, rules
