"""Fisher's exact test, one-sided: how likely it is that so many failures fall on a value by chance alone."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The largest table whose factorials are kept; counts beyond it come from a table twice as large.
_SMALLEST = 1 << 14


@cache
def _log_factorials(size: int) -> NDArray[np.float64]:
    """Return the logarithms of 0! to (size - 1)!."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, size, dtype=np.float64)))))


def _factorials(largest: int) -> NDArray[np.float64]:
    size = _SMALLEST
    while size <= largest:
        size *= 2
    return _log_factorials(size)


def log_tail(failed: int, of: int, all_failed: int, everything: int) -> float:
    """Return the logarithm of the probability of `failed` or more failures among `of` by chance alone.

    `all_failed` of `everything` failed. R. A. Fisher, Statistical Methods for Research Workers (1934), section 21.02:
    the upper tail of the hypergeometric distribution. The logarithm tells the rare from the very rare.
    """
    log = _factorials(everything)
    rest = everything - all_failed
    k = np.arange(max(failed, of - rest), min(of, all_failed) + 1)
    if not len(k):
        return -math.inf
    terms = (
        (log[all_failed] - log[k] - log[all_failed - k])
        + (log[rest] - log[of - k] - log[rest - of + k])
        - (log[everything] - log[of] - log[everything - of])
    )
    most = float(terms.max())
    return min(0.0, most + math.log(float(np.exp(terms - most).sum())))
