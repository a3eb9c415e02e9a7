"""Where offsets of a text are once its lines have lost something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.mapped import release_range

if TYPE_CHECKING:
    from pushlog.intake.log_text import Int64, LogText
    from pushlog.intake.mapped import Data

_BLOCK = 1 << 20
# The offsets of so many records are moved at a time.
_AT_ONCE = 1 << 14


def moved_offsets(offsets: Int64, before: Data, after: LogText) -> Int64:
    """Return where offsets of a text are once its lines have lost their prefixes, or were records themselves.

    `after` has as many lines as `before`; from the end of a line on, an offset moves with that.
    """
    starts = line_starts(before)
    new_starts = after.starts if after.starts is not None else line_starts(after.data)
    moved = np.empty_like(offsets)
    # Part by part: of each of millions of lines only what is the answer is held.
    for first in range(0, len(offsets), _AT_ONCE):
        part = offsets[first : first + _AT_ONCE]
        lines = np.minimum(np.searchsorted(starts, part, side="right") - 1, len(new_starts) - 1)
        sizes, new_sizes = _sizes(starts, len(before), lines), _sizes(new_starts, len(after.data), lines)
        lost = np.maximum(sizes - new_sizes, 0)
        columns = np.maximum(part - starts[lines] - lost, 0)
        moved[first : first + _AT_ONCE] = new_starts[lines] + np.minimum(columns, new_sizes)
    return moved


def _sizes(starts: Int64, end: int, lines: Int64) -> Int64:
    """Return how long some lines are, with what ends them."""
    last = len(starts) - 1
    stops = np.where(lines < last, starts[np.minimum(lines + 1, last)], end)
    sizes: Int64 = stops - starts[lines]
    return sizes


def line_starts(data: Data) -> Int64:
    """Return the offsets at which the lines of some data begin; 0 alone for no data."""
    starts = [np.zeros(1, dtype=np.int64)]
    for first in range(0, len(data), _BLOCK):
        part = np.frombuffer(data[first : first + _BLOCK], dtype=np.uint8)
        starts.append(np.flatnonzero(part == ord("\n")) + (first + 1))
        release_range(data, first, first + _BLOCK)
    if len(starts[-1]) and starts[-1][-1] == len(data):
        starts[-1] = starts[-1][:-1]
    return np.concatenate(starts)
