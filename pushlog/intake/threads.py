"""Work on several parts of a large log at once, where the machine can: most of numpy lets other threads run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Part = TypeVar("Part")
Result = TypeVar("Result")

# Two take three quarters of the time of one. More would want memory for more parts, and wait for each other longer.
_MOST = 2


def at_once(work: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """What `work` makes of each part, in their order. Parts take long, a millisecond and more."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(_MOST, os.cpu_count() or 1)) as pool:
        yield from pool.map(work, parts)
