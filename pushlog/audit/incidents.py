"""Incidents: a run of the same cause at a registry is one outage, not four hundred rows.

Two failures of a cause belong together when no push to the registry succeeded between them, however long that was, or
when they were close in time. Without dates the order in a log, or of the logs of a run, is all there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pushlog.audit.totals import UNNAMED, reach
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.frames import Frames

# Docker's own retries of one push go on for 50 s, and a CI job that is started again by hand comes back within minutes.
GAP = pd.Timedelta(minutes=15)
# Two can be chance, and one job pushed twice is that job's problem.
PUSHES = 3
LOGS = 2
# So many in a row are more than a job that tries again.
ALONE = 5
_EPOCH = pd.Timestamp(0, tz="UTC")
_DAY = 86_399.0
NAMED = 20
_KEYS = ["registry", "fingerprint", "scope"]


@record
class Incident:
    """One outage.

    `first` and `last`: when its failed pushes were, None without dates; `others_succeeded`: pushes to the registry
    that went well in between. `retry_seconds`: lost in waits. `page`: that of its first push. `ended_by`: the first
    success after it, None where the logs show none.
    """

    registry: str
    family: str
    first: str | None
    last: str | None
    pushes: int
    logs: int
    repositories: tuple[str, ...]
    repositories_total: int
    inputs: tuple[str, ...]
    others_succeeded: int
    retry_seconds: float
    error: str | None
    page: str | None
    fingerprint: str
    ended_by: str | None


def incidents(frames: Frames) -> tuple[Incident, ...]:
    """Return the incidents, the biggest first."""
    ordered = _in_order(frames.pushes)
    all_incidents = [_incident(burst, ordered) for burst in _bursts(ordered)]
    return tuple(sorted(all_incidents, key=lambda i: (-i.pushes, i.first or "~", i.registry, i.fingerprint, i.inputs)))


def _in_order(pushes: pd.DataFrame) -> pd.DataFrame:
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


def _bursts(ordered: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the failures of a cause that belong together."""
    failed = ordered[ordered["outcome"].eq("failed") & ordered["fingerprint"].notna()]
    failed = failed.sort_values([*_KEYS, "from", "order"], kind="stable")
    other = (failed[_KEYS] != failed[_KEYS].shift()).any(axis=1)
    before, after = _successes(failed, ordered)
    near = (failed["moment"].diff() <= GAP) & failed["timed"] & failed["timed"].shift(fill_value=False)
    number = (other | ((after != before.shift()) & ~near.astype(bool))).cumsum()
    groups = failed["log"].groupby(number)
    size, logs = groups.transform("size"), groups.transform("nunique")
    enough = (size >= PUSHES) & ((logs >= LOGS) | (size >= ALONE))
    for _, burst in failed[enough].groupby(number[enough]):
        yield burst


def _successes(failed: pd.DataFrame, ordered: pd.DataFrame) -> tuple[pd.Series[int], pd.Series[int]]:
    """Return how many successes its registry surely had before each failure, and may have had by then.

    Between two failures there was none, if what may have been by the second one surely was before the first one.
    """
    good = dict(iter(ordered[ordered["outcome"].eq("succeeded")].groupby(["registry", "scope"])))
    before, after = pd.Series(0, index=failed.index), pd.Series(0, index=failed.index)
    for key, group in failed.groupby(["registry", "scope"]):
        if (successes := good.get(key)) is not None:
            before[group.index] = successes["to"].sort_values().searchsorted(group["from"].to_numpy(), side="left")
            after[group.index] = successes["from"].sort_values().searchsorted(group["to"].to_numpy(), side="right")
    return before, after


def _incident(burst: pd.DataFrame, ordered: pd.DataFrame) -> Incident:
    registry, scope = str(burst["registry"].iloc[0]), str(burst["scope"].iloc[0])
    begins, ends = burst["from"].min(), burst["to"].max()
    there = ordered[ordered["registry"].eq(registry) & ordered["scope"].eq(scope) & ordered["outcome"].eq("succeeded")]
    after = there[there["from"] > ends]
    names = burst["repository"].dropna().drop_duplicates()
    errors = burst["error"].dropna().value_counts()
    first, last = reach(burst)
    return Incident(
        registry=registry,
        family=str(burst["family"].iloc[0]),
        first=first,
        last=last,
        pushes=len(burst),
        logs=burst["log"].nunique(),
        repositories=tuple(sorted(names))[:NAMED],
        repositories_total=len(names),
        inputs=tuple(burst["input"].drop_duplicates())[:NAMED],
        others_succeeded=int((there["to"].ge(begins) & there["from"].le(ends)).sum()),
        retry_seconds=round(float(burst["retry_seconds"].sum()), 3),
        error=str(errors.index[0]) if len(errors) else None,
        page=burst["page"].iloc[0],
        fingerprint=str(burst["fingerprint"].iloc[0]),
        ended_by=_ending(after.iloc[0]) if len(after) else None,
    )


def _ending(push: pd.Series[Any]) -> str:
    """Return which push went through: `team/app succeeded at 2026-10-12T09:00:00Z (job-17.log)`."""
    image = push["repository"] if isinstance(push["repository"], str) else "a push"
    moment = reach(push.to_frame().T)[0]
    log = f"{push['input']}/{push['member']}" if push["member"] else push["input"]
    return f"{image} succeeded{f' at {moment}' if moment else ''} ({log})"
