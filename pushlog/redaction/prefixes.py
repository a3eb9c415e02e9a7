"""What rows begin with alike: a stamp, the name of a service, the number of a step."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.redaction.row import DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.redaction.row import Row

_SHAPE = lazy_pattern(r"\d+|\D")
# What is a prefix wherever it stands: stamps, services, steps.
_STAMPED = lazy_pattern(
    r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,12} |\d\d:\d\d:\d\d\S{0,8} |[\w.-]{1,60} {1,12}\| "
    r"|\[[^\]\n]{1,40}\] |#\d+ \d+\.\d+ |(?:stdout|stderr) [FP] )+"
)
_TRACE = lazy_pattern(r"(?<![^\s])\++ $")
_TO_SEPARATOR = lazy_pattern(r".*[ \t|:\]>)]", re.DOTALL)


def prefix(rows: Sequence[Row], index: int) -> int:
    """Return the length of the prefix that a row shares with the one before it or the one after it."""
    near = [rows[place] for place in (index - 1, index + 1) if 0 <= place < len(rows)]
    return max((shared_prefix(other, rows[index]) for other in near), default=0)


def shared_prefix(above: Row, row: Row) -> int:
    """Return the length of the prefix of a row that the other one has too, digits aside; 0 for none."""
    lower = row.visible
    if not may_share_prefix(above.visible, lower):
        return _inner_prefix(above, lower)
    separator = _TO_SEPARATOR.match(row.shape, 0, _alike(above.shape, row.shape))
    if separator is None:
        return 0
    length = next(islice(_SHAPE.finditer(lower), separator.end() - 1, None)).end()
    # The sign of a traced command belongs to the command.
    length -= len(lower[:length]) - len(_TRACE.sub("", lower[:length]))
    return length if length < len(lower) else 0


def _inner_prefix(above: Row, lower: str) -> int:
    """The length of what a row begins with, if it stands behind other text in the row above: that begins a string."""
    stamp = _STAMPED.match(lower)
    return stamp.end() if stamp and DIGITS.sub("0", stamp[0]) in above.shape else 0


def may_share_prefix(upper: str, lower: str) -> bool:
    """Whether two rows begin alike, or with digits both."""
    return upper[:1] == lower[:1] or (upper[:1].isdigit() and lower[:1].isdigit())


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    start, stop = 0, min(len(one), len(other))
    while start < stop:
        middle = (start + stop + 1) // 2
        if one[:middle] == other[:middle]:
            start = middle
        else:
            stop = middle - 1
    return start
