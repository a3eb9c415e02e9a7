"""Pushes of one repository in a log, for the judgements that need two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case


def earlier(cases: Sequence[Case], index: int) -> Iterator[int]:
    """The pushes of the same repository before this one, the nearest first; none where the log does not name it."""
    reference = cases[index].push.reference
    if reference.repository is None:
        return
    for number in range(index - 1, -1, -1):
        other = cases[number].push.reference
        if (other.registry, other.repository) == (reference.registry, reference.repository):
            yield number
