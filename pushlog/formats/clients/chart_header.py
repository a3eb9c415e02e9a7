"""The header of `helm chart push`, which is docker's own word for word: docker's has rows of layers below it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.formats.marks import Mark

# Helm's next line stands right below it, or an empty one between.
_BELOW = 2


def with_own_headers(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Return the marks without headers that have no other line of Helm right below them."""
    every = list(marks)
    for mark, below in zip_longest(every, every[1:]):
        if mark.kind != MarkKind.HEADER or (below and below.line - mark.line <= _BELOW):
            yield mark
