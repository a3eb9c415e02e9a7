"""Incidents: the same failure at the same registry close in time is one outage, not four hundred rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pushlog.audit.totals import UNNAMED, iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.frames import Frames

# A quarter of an hour without a further failure ends an incident: Docker's own retries of one push go on for 50 s, and
# a CI job that is started again by hand comes back within minutes.
GAP = pd.Timedelta(minutes=15)
# Two can be chance, and one job pushed twice is that job's problem.
PUSHES = 3
LOGS = 2
NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One outage.

    `first` and `last`: the beginnings of its failed pushes; `others_succeeded`: pushes to the registry that began in
    between and went well. `retry_seconds`: lost in waits. `page`: that of its first push.
    """

    registry: str
    family: str
    first: str
    last: str
    pushes: int
    logs: int
    repositories: tuple[str, ...]
    repositories_total: int
    inputs: tuple[str, ...]
    others_succeeded: int
    retry_seconds: float
    error: str | None
    page: str | None


def incidents(frames: Frames) -> tuple[Incident, ...]:
    """Return the incidents, the biggest first. Pushes whose log carries no date can't belong to one."""
    pushes = frames.pushes.dropna(subset=["moment"])
    named = pushes.assign(registry=pushes["registry"].fillna(UNNAMED))
    failed = named[(named["outcome"] == "failed") & named["family"].notna()]
    all_incidents = [_incident(burst, named) for burst in _bursts(failed)]
    return tuple(sorted(all_incidents, key=lambda i: (-i.pushes, i.first, i.registry, i.family)))


def _bursts(failed: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the same failures of a registry in a row, with no longer gap between two of them."""
    keys = ["registry", "family"]
    ordered = failed.sort_values([*keys, "moment", "input", "member"], kind="stable")
    others = (ordered[keys] != ordered[keys].shift()).any(axis=1)
    number = (others | (ordered["moment"].diff() > GAP)).cumsum()
    groups = ordered["log"].groupby(number)
    enough = (groups.transform("size") >= PUSHES) & (groups.transform("nunique") >= LOGS)
    for _, burst in ordered[enough].groupby(number[enough]):
        yield burst


def _incident(burst: pd.DataFrame, pushes: pd.DataFrame) -> Incident:
    registry, family = str(burst["registry"].iloc[0]), str(burst["family"].iloc[0])
    first, last = burst["moment"].iloc[0], burst["moment"].iloc[-1]
    at_once = pushes[(pushes["registry"] == registry) & pushes["moment"].between(first, last)]
    names = burst["repository"].dropna().drop_duplicates()
    errors = burst["error"].dropna().value_counts()
    return Incident(
        registry=registry,
        family=family,
        first=iso(first) or "",
        last=iso(last) or "",
        pushes=len(burst),
        logs=burst["log"].nunique(),
        repositories=tuple(sorted(names))[:NAMED],
        repositories_total=len(names),
        inputs=tuple(burst["input"].drop_duplicates())[:NAMED],
        others_succeeded=int(at_once["outcome"].eq("succeeded").sum()),
        retry_seconds=round(float(burst["retry_seconds"].sum()), 3),
        error=str(errors.index[0]) if len(errors) else None,
        page=burst["page"].iloc[0],
    )
