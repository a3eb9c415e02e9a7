"""Where failures are: the registry, repository, runner, version, hour or period that explains them, beyond chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pushlog.audit.dimensions import dimensions
from pushlog.audit.explain import LEAST, explanations, looks
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pushlog.audit.dimensions import Dimension
    from pushlog.audit.explain import Explanation, Looks
    from pushlog.audit.frames import Frames

# A push is slow that takes twice the usual time of its repository, and so many seconds longer. Usual is the time that
# this share of its pushes stays below: where all get slower by the week, their median would move with them.
SLOW, SECONDS, USUAL = 2.0, 5.0, 0.25
_TIMES = 5
# How much the pushes of an image vary, with what changed in it, is no fault of a place, and is not told alone.
_OF_IMAGE = ("repository", "namespace", "project")
_JOBS = 5


@record
class Marked:
    """A dimension and one of its values."""

    dimension: str
    value: str


@record
class Where:
    """What explains failures of one family, or slow pushes: one value of one dimension.

    Counts are of logs: pushes of a log count once for a value and a day. `within`: all counts are of the pushes there;
    `same`: values that mark the same pushes, so that they can't be told apart; `p`: corrected for all looks.
    """

    dimension: str
    value: str
    failed: int
    of: int
    elsewhere_failed: int
    elsewhere_of: int
    p: float
    within: Marked | None
    same: tuple[Marked, ...]
    jobs: tuple[str, ...]


@record
class FailedWhere(Where):
    """The same for failures. `fingerprint`: the most frequent cause there."""

    fingerprint: str
    family: str


def where(frames: Frames) -> tuple[tuple[FailedWhere, ...], tuple[Where, ...]]:
    """Return what explains failures, and what explains slow pushes; the least likely by chance first in each family."""
    pushes = frames.pushes
    failed = pushes["fingerprint"].notna() & pushes["outcome"].eq("failed")
    sizes = pushes["family"][failed].value_counts()
    families = sorted((str(name) for name in sizes.index[sizes >= LEAST]), key=lambda name: (-sizes[name], name))
    slow, timed = _slow(pushes)
    kinds = len(families) + bool(slow.sum() >= LEAST)
    if not kinds:
        return (), ()
    all_dimensions = dimensions(frames)
    everything = np.ones(len(pushes), dtype=bool)
    made = looks(all_dimensions, everything, kinds)
    rows: list[FailedWhere] = []
    for family in families:
        of_family = (failed & pushes["family"].eq(family)).to_numpy(dtype=bool)
        rows += _failures(family, pushes, all_dimensions, of_family, made)
    of_slow = _flat(explanations(all_dimensions, timed, slow, made))
    return tuple(rows), tuple(
        Where(**_fields(e, within, pushes, slow)) for e, within in of_slow if within or e.dimension not in _OF_IMAGE
    )


def _failures(
    family: str, pushes: pd.DataFrame, all_dimensions: Sequence[Dimension], failed: NDArray[np.bool_], made: Looks
) -> Iterator[FailedWhere]:
    everything = np.ones(len(pushes), dtype=bool)
    for explanation, within in _flat(explanations(all_dimensions, everything, failed, made)):
        counts = pushes["fingerprint"][failed & explanation.members].value_counts()
        most = min(str(name) for name in counts.index[counts == counts.max()])
        yield FailedWhere(**_fields(explanation, within, pushes, failed), fingerprint=most, family=family)


def _flat(
    all_explanations: Sequence[Explanation], within: Explanation | None = None
) -> Iterator[tuple[Explanation, Explanation | None]]:
    """Yield each explanation and the one that it lies within."""
    for one in all_explanations:
        yield one, within
        yield from _flat(one.inside, one)


def _fields(
    explanation: Explanation, within: Explanation | None, pushes: pd.DataFrame, failed: NDArray[np.bool_]
) -> dict[str, Any]:
    hit = pushes[failed & explanation.members].sort_values(["moment", "order"], kind="stable", na_position="first")
    jobs = hit["run_url"].dropna().iloc[::-1].drop_duplicates()[:_JOBS]
    return {
        "dimension": explanation.dimension,
        "value": explanation.value,
        "failed": explanation.failed,
        "of": explanation.of,
        "elsewhere_failed": explanation.elsewhere_failed,
        "elsewhere_of": explanation.elsewhere_of,
        "p": float(f"{math.exp(explanation.log_p):.2g}"),
        "within": Marked(dimension=within.dimension, value=within.value) if within else None,
        "same": tuple(Marked(dimension=name, value=value) for name, value in explanation.same),
        "jobs": tuple(str(url) for url in jobs),
    }


def _slow(pushes: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pushes took much longer than their repository's usual ones, and which can be said to or not to."""
    took = pushes["seconds"].where(pushes["outcome"].eq("succeeded"))
    groups = took.groupby([pushes["registry"].fillna(""), pushes["repository"]])
    usual, times = groups.transform("quantile", USUAL), groups.transform("count")
    timed = took.notna() & (times >= _TIMES)
    slow = timed & (took >= SLOW * usual) & (took - usual >= SECONDS)
    return slow.to_numpy(dtype=bool), timed.to_numpy(dtype=bool)
