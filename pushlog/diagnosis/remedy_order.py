"""The order of remedies: pushing again comes first only where it helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_PUSH_AGAIN = lazy_pattern(r"(?:Wait a minute and push|Push|Try) (?:again|once more)\b")
_LOOP = lazy_pattern(r"`(?:for|until|while)\b")


def ordered(steps: Sequence[str], *, retry_helps: bool | None) -> tuple[str, ...]:
    """Return the steps in the order in which to take them; `retry_helps` is that of the failure.

    A loop around a push is left out where the failure stays the same until its cause is fixed.
    """
    if retry_helps is True:
        return tuple(steps)
    useful = [step for step in steps if retry_helps is None or not _LOOP.search(step)]
    return (
        *(step for step in useful if not _PUSH_AGAIN.match(step)),
        *(step for step in useful if _PUSH_AGAIN.match(step)),
    )
