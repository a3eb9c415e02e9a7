"""Runs: failures of a cause at a registry that belong together.

Two of them do when no push to the registry succeeded between them, however long that was, or when they were close in
time. An outage lets a few pushes through: runs of many failures with few successes between are one. Without dates the
order in a log, or of the logs of a run, is all there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pushlog.audit.totals import UNNAMED
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Docker's own retries of one push go on for 50 s, and a CI job that is started again by hand comes back within minutes.
GAP = pd.Timedelta(minutes=15)
# Runs are joined across successes when that makes so many failures, and so many for each success.
MANY, SHARE = 10, 2
# Successes between two runs that may be joined, for each failure of the smaller one.
FEW = 3
_EPOCH = pd.Timestamp(0, tz="UTC")
_DAY = 86_399.0
_KEYS = ["registry", "fingerprint", "scope"]


def in_order(pushes: pd.DataFrame) -> pd.DataFrame:
    """Return the pushes one after the other.

    `scope`: what they are in order within, empty for dated ones, else the run, the archive or the log. `from` and `to`:
    between what it was, seconds for dated ones, which are a day apart where only the day is known; else its place.
    """
    named = pushes.assign(registry=pushes["registry"].fillna(UNNAMED))
    run = named["run_url"].where(named["run_url"].notna(), named["input"].where(named["member"].ne(""), named["log"]))
    ordered = named.assign(scope=run.where(named["moment"].isna(), "")).sort_values(
        ["moment", "order"], kind="stable", na_position="last"
    )
    seconds = (ordered["moment"] - _EPOCH).dt.total_seconds()
    begins = seconds.where(seconds.notna(), pd.Series(range(len(ordered)), index=ordered.index, dtype="float64"))
    by_day = ordered["moment"].notna() & ~ordered["timed"].astype(bool)
    return ordered.assign(**{"from": begins, "to": begins + by_day * _DAY})


@record
class _Successes:
    """Between what the successes at a registry were, each sorted; `sure`: those of which that is known."""

    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    sure: NDArray[np.float64]


def runs(ordered: pd.DataFrame, fewest: int) -> Iterator[pd.DataFrame]:
    """Yield the failures of a cause that belong together, so many of them or more."""
    is_good = ordered["outcome"].eq("succeeded")
    # Of these columns alone: most pushes are successes.
    all_good = ordered.loc[is_good, ["registry", "scope", "from", "to"]]
    good = {key: _successes(group) for key, group in all_good.groupby(["registry", "scope"])}
    none = _successes(ordered[:0])
    failed = ordered[ordered["outcome"].eq("failed") & ordered["fingerprint"].notna()]
    failed = failed[failed.groupby(_KEYS)["from"].transform("size") >= fewest]
    for (registry, _, scope), group in failed.groupby(_KEYS):
        of_cause = group.sort_values(["from", "order"], kind="stable")
        successes = good.get((registry, scope), none)
        for places in _joined(np.split(np.arange(len(of_cause)), _ends(of_cause, successes)), of_cause, successes):
            if len(places) >= fewest:
                yield of_cause.iloc[places]


def _successes(pushes: pd.DataFrame) -> _Successes:
    begins, ends = pushes["from"].to_numpy(), pushes["to"].to_numpy()
    return _Successes(begins=np.sort(begins), ends=np.sort(ends), sure=np.sort(begins[begins == ends]))


def _ends(failed: pd.DataFrame, successes: _Successes) -> NDArray[np.int64]:
    """Return the places at which another run begins.

    A success whose time is known to the day may stand between any failures of that day. Between failures whose time is
    known only what surely stands there counts.
    """
    begins, ends = failed["from"].to_numpy(), failed["to"].to_numpy()
    # How many successes there surely were before each failure, and may have been by then.
    before = successes.ends.searchsorted(begins, side="left")
    after = successes.begins.searchsorted(ends, side="right")
    sure_before = successes.sure.searchsorted(begins, side="left")
    sure_after = successes.sure.searchsorted(ends, side="right")
    timed = failed["from"].eq(failed["to"]).to_numpy()
    both = timed[1:] & timed[:-1]
    between = np.where(both, sure_after[1:] > sure_before[:-1], after[1:] > before[:-1])
    near = (failed["moment"].diff() <= GAP).to_numpy()[1:] & both
    return np.flatnonzero(between & ~near) + 1


def _joined(parts: list[NDArray[np.int64]], failed: pd.DataFrame, successes: _Successes) -> Iterator[NDArray[np.int64]]:
    """Yield the places of the failures of each run, those of an outage as one."""
    begins = failed["from"].to_numpy()
    is_timed = bool(failed["from"].eq(failed["to"]).any())
    good = successes.sure if is_timed else successes.begins
    stack: list[list[NDArray[np.int64]]] = []
    for part in parts:
        stack.append([part])
        while len(stack) > 1:
            first, last = stack[-2][0][0], stack[-1][-1][-1]
            end, begin = stack[-2][-1][-1], stack[-1][0][0]
            within, between = (
                good.searchsorted(begins[to], side="right") - good.searchsorted(begins[since], side="left")
                for since, to in ((first, last), (end, begin))
            )
            # As a whole; and a lone failure some successes away is another story.
            fewest = min(end - first, last - begin) + 1
            if last - first + 1 < SHARE * within or between > FEW * fewest + 1:
                break
            stack[-2:] = [stack[-2] + stack[-1]]
    for group in stack:
        whole = np.concatenate(group)
        yield from [whole] if len(whole) >= MANY else group
