"""Incidents: a run of the same cause at a registry is one outage, not four hundred rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pushlog.audit.runs import in_order, runs
from pushlog.audit.totals import reach
from pushlog.record_class import record

if TYPE_CHECKING:
    import pandas as pd

    from pushlog.audit.frames import Frames

# Two can be chance, and one job pushed twice is that job's problem.
PUSHES = 3
LOGS = 2
# So many in a row are more than a job that tries again.
ALONE = 5
NAMED = 20

_COLUMNS = [
    *("log", "input", "member", "registry", "repository", "outcome", "family", "fingerprint", "error", "page"),
    *("retry_seconds", "moment", "timed", "order", "run_url"),
]


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
    ordered = in_order(frames.pushes[_COLUMNS])
    all_incidents = [_incident(run, ordered) for run in runs(ordered, PUSHES) if _is_incident(run)]
    return tuple(sorted(all_incidents, key=lambda i: (-i.pushes, i.first or "~", i.registry, i.fingerprint, i.inputs)))


def _is_incident(run: pd.DataFrame) -> bool:
    return run["log"].nunique() >= LOGS or len(run) >= ALONE


def _incident(run: pd.DataFrame, ordered: pd.DataFrame) -> Incident:
    registry, scope = str(run["registry"].iloc[0]), str(run["scope"].iloc[0])
    begins, ends = run["from"].min(), run["to"].max()
    is_there = ordered["registry"].eq(registry) & ordered["scope"].eq(scope) & ordered["outcome"].eq("succeeded")
    there = ordered.loc[is_there, ["from", "to"]]
    after = there.index[there["from"] > ends]
    names = run["repository"].dropna().drop_duplicates()
    errors = run["error"].dropna().value_counts()
    first, last = reach(run)
    return Incident(
        registry=registry,
        family=str(run["family"].iloc[0]),
        first=first,
        last=last,
        pushes=len(run),
        logs=run["log"].nunique(),
        repositories=tuple(sorted(names))[:NAMED],
        repositories_total=len(names),
        inputs=tuple(run["input"].drop_duplicates())[:NAMED],
        others_succeeded=int((there["from"].ge(begins) & there["to"].le(ends)).sum()),
        retry_seconds=round(float(run["retry_seconds"].sum()), 3),
        error=str(errors.index[0]) if len(errors) else None,
        page=run["page"].iloc[0],
        fingerprint=str(run["fingerprint"].iloc[0]),
        ended_by=_ending(ordered.loc[after[0]]) if len(after) else None,
    )


def _ending(push: pd.Series[Any]) -> str:
    """Return which push went through: `team/app succeeded at 2026-10-12T09:00:00Z (job-17.log)`."""
    image = push["repository"] if isinstance(push["repository"], str) else "a push"
    moment = reach(push.to_frame().T)[0]
    log = f"{push['input']}/{push['member']}" if push["member"] else push["input"]
    when = f" {'at' if 'T' in moment else 'on'} {moment}" if moment else ""
    return f"{image} succeeded{when} ({log})"
