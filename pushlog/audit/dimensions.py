"""The dimensions that may explain a failure, each with the value of every push, as numbers.

Pushes of one log stand or fall together: they share a runner, a login, a network. Of one day they count once for a
value, so that a job which pushes twelve images is one case and not twelve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pushlog.record_class import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pushlog.audit.frames import Frames

DAY, HOUR = "day", "hour"
# The most specific first: where two values mark the same pushes, the first one is named.
NAMES = (
    *("runner", "client", "version", "repository", "namespace", "job", "ref", "workflow", "project", "registry", "ci"),
    HOUR,
)
_WEEK = 7
# Days beyond this number are put together to weeks, so that the search for a period stays short.
MOST_DAYS = 730


@record
class Dimension:
    """One dimension: `codes` are indexes of `values` for each push, -1 where it is not known.

    `units`: the case that each push counts as; `days`: its day since 1970, -1 where not known.
    """

    name: str
    values: tuple[str, ...]
    codes: NDArray[np.int64]
    units: NDArray[np.int64]
    days: NDArray[np.int64]

    def counts(
        self, among: NDArray[np.bool_], failed: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return for each value the cases among the among pushes, and those of them with a failed one."""
        valued = among & (self.codes >= 0)
        return self._cases(valued), self._cases(valued & failed)

    def _cases(self, of: NDArray[np.bool_]) -> NDArray[np.int64]:
        _, first = np.unique(self.units[of], return_index=True)
        return np.bincount(self.codes[of][first], minlength=len(self.values))


def dimensions(frames: Frames) -> tuple[Dimension, ...]:
    """Return all dimensions with more than one value; the last one is the day."""
    pushes = frames.pushes
    days = _days(pushes)
    made = [_dimension(name, _labels(name, pushes), pushes["log"], days) for name in NAMES]
    step = _WEEK if len(np.unique(days[days >= 0])) > MOST_DAYS else 1
    dated = pd.Series(np.where(days >= 0, days - days % step, -1), index=pushes.index)
    made.append(_dimension(DAY, dated.where(dated >= 0).astype("Int64"), pushes["log"], days))
    return tuple(dimension for dimension in made if len(dimension.values) > 1)


def _labels(name: str, pushes: pd.DataFrame) -> pd.Series[Any]:
    """Return the value of each push, missing where it is not known."""
    if name == HOUR:
        hours: pd.Series[Any] = pushes["moment"].where(pushes["exact"].astype(bool)).dt.strftime("%H:00")
        return hours
    if name == "repository":
        is_named = pushes["repository"].notna()
        names = pushes["registry"].fillna("").str.cat(pushes["repository"].fillna(""), sep="/")
        return names.str.lstrip("/").where(is_named)
    if name == "namespace":
        # What stands before the last slash: the project, organization or team of the registry.
        parents = pushes["repository"].str.rpartition("/")[0]
        return pushes["registry"].fillna("").str.cat(parents, sep="/").str.lstrip("/").where(parents.fillna("").ne(""))
    if name == "version":
        return pushes["client"].str.cat(pushes["version"].fillna(""), sep=" ").where(pushes["version"].notna())
    if name == "client":
        return pushes["client"].where(pushes["client"].ne("unknown"))
    return pushes[name]


def _dimension(name: str, labels: pd.Series[Any], log: pd.Series[Any], days: NDArray[np.int64]) -> Dimension:
    codes, values = pd.factorize(labels, sort=True)
    cases = pd.DataFrame({"log": pd.factorize(log)[0], "day": days, "code": codes})
    return Dimension(
        name=name,
        values=tuple(str(value) for value in values),
        codes=codes.astype(np.int64),
        units=cases.groupby(["log", "day", "code"]).ngroup().to_numpy().astype(np.int64),
        days=days,
    )


def _days(pushes: pd.DataFrame) -> NDArray[np.int64]:
    seconds = pushes["moment"].dt.tz_convert(None).astype("datetime64[s]")
    days = seconds.astype("int64").to_numpy() // 86400
    return np.where(pushes["moment"].notna().to_numpy(), days, -1).astype(np.int64)
