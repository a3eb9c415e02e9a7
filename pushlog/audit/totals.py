"""Counts over all pushes: in all, over time, by kind of failure, by registry, by repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.frames import Frames

UNNAMED = "not named"
# Up to so long a time hours, days and weeks say more than what comes after them.
SPANS = (("hour", pd.Timedelta(days=3)), ("day", pd.Timedelta(days=92)), ("week", pd.Timedelta(days=750)))
_DAY = 10
_FORMS = {"hour": "%Y-%m-%dT%H:00Z", "day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m"}


@record
class Totals:
    """What there is in all.

    `retry_seconds` adds the longest wait of every push; `dated`: pushes with a known date, `dated_by`: how
    many by whose word; `warned`: pushes with an error or a warning among their findings; `not_understood`: pushes with
    lines that were not understood.
    """

    logs: int
    duplicates: int
    unread: int
    without_push: int
    bytes: int
    pushes: int
    succeeded: int
    failed: int
    interrupted: int
    incomplete: int
    warned: int
    not_understood: int
    retries: int
    retry_seconds: float
    dated: int
    dated_by: dict[str, int]
    first: str | None
    last: str | None

    @property
    def failure_rate(self) -> float:
        """Return the share of pushes that did not succeed, 0 to 1."""
        return (self.pushes - self.succeeded) / self.pushes if self.pushes else 0.0


@record
class Period:
    """An hour, a day, a week from Monday or a month (`unit`): its beginning in ISO form and its pushes.

    `rate`: the share that did not succeed; `seconds`: the median of the pushes that were measured.
    """

    begins: str
    unit: str
    pushes: int
    succeeded: int
    rate: float
    seconds: float | None


@record
class Kind:
    """One kind of failure.

    `retry_helps` of `retry_known` pushes would go through by pushing again, as far as their logs tell; `page`: that of
    the last push that met it.
    """

    family: str
    pushes: int
    repositories: int
    registries: int
    retry_helps: int
    retry_known: int
    causes: tuple[str, ...]
    first: str | None
    last: str | None
    page: str | None


@record
class Registry:
    """One registry and the failures met there, the most frequent first."""

    registry: str
    kind: str
    pushes: int
    failed: int
    retry_seconds: float
    families: dict[str, int]


@record
class Repository:
    """One repository of one registry. `seconds`: the median of its measured pushes; `bytes`: of its biggest push."""

    registry: str
    repository: str
    pushes: int
    failed: int
    seconds: float | None
    slowest: float | None
    bytes: int | None
    retry_seconds: float


def iso(moment: object) -> str | None:
    """Return a moment in UTC to the second, None for NaT."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(moment, pd.Timestamp) else None


def reach(pushes: pd.DataFrame) -> tuple[str | None, str | None]:
    """Return the first and the last moment of pushes, as days where no more is known."""
    # Of these columns alone: a row of all of them is slow to take out.
    dated = pushes[["moment", "timed"]].dropna(subset=["moment"])
    if dated.empty:
        return None, None
    ordered = dated.sort_values("moment", kind="stable")
    first, last = (
        (iso(end["moment"]) or "")[: None if end["timed"] else _DAY] for end in (ordered.iloc[0], ordered.iloc[-1])
    )
    return first, last


def totals(frames: Frames) -> Totals:
    """Return the counts of everything."""
    sources, pushes = frames.sources, frames.pushes
    status, outcome = sources["status"].value_counts(), pushes["outcome"].value_counts()
    dated = pushes["moment"].dropna()
    first, last = reach(pushes)
    return Totals(
        logs=int(sources["status"].ne("skipped").sum()),
        duplicates=int(status.get("duplicate", 0)),
        unread=int(status.get("unreadable", 0) + status.get("partial", 0)),
        without_push=int(status.get("no-push", 0)),
        bytes=int(sources.loc[sources["status"] != "duplicate", "bytes"].sum()),
        pushes=len(pushes),
        succeeded=int(outcome.get("succeeded", 0)),
        failed=int(outcome.get("failed", 0)),
        interrupted=int(outcome.get("interrupted", 0)),
        incomplete=int(outcome.get("incomplete", 0)),
        warned=len(frames.findings[frames.findings["severity"] != "info"][["log", "push"]].drop_duplicates()),
        not_understood=int(pushes["unread"].map(bool).sum()),
        retries=int(pushes["retries"].sum()),
        retry_seconds=round(float(pushes["retry_seconds"].sum()), 3),
        dated=len(dated),
        dated_by={
            str(by): int(n) for by, n in sorted(pushes["dated_by"].value_counts().items(), key=lambda b: (-b[1], b[0]))
        },
        first=first,
        last=last,
    )


def periods(frames: Frames) -> tuple[Period, ...]:
    """Return pushes over time, without empty periods and without pushes that have no date."""
    dated = frames.pushes[["moment", "outcome", "seconds"]].dropna(subset=["moment"])
    if dated.empty:
        return ()
    span = dated["moment"].max() - dated["moment"].min()
    unit = next((unit for unit, longest in SPANS if span <= longest), "month")
    begins = dated["moment"]
    if unit == "week":
        begins = begins - pd.to_timedelta(begins.dt.dayofweek, unit="D")
    groups = dated.groupby(begins.dt.strftime(_FORMS[unit]))
    return tuple(_period(str(name), unit, group) for name, group in groups)


def _period(begins: str, unit: str, pushes: pd.DataFrame) -> Period:
    succeeded, took = int(pushes["outcome"].eq("succeeded").sum()), pushes["seconds"].dropna()
    return Period(
        begins=begins,
        unit=unit,
        pushes=len(pushes),
        succeeded=succeeded,
        rate=round(1 - succeeded / len(pushes), 4),
        seconds=round(float(took.median()), 3) if len(took) else None,
    )


def kinds(frames: Frames) -> tuple[Kind, ...]:
    """Return failures by family, or by outcome for a push without an error, the most frequent first."""
    unsuccessful = frames.pushes[frames.pushes["outcome"] != "succeeded"]
    family = unsuccessful["family"].where(unsuccessful["family"].notna(), unsuccessful["outcome"])
    all_kinds = [_kind(str(name), group) for name, group in unsuccessful.groupby(family)]
    return tuple(sorted(all_kinds, key=lambda k: (-k.pushes, k.family)))


def _kind(family: str, pushes: pd.DataFrame) -> Kind:
    # Without a date the order of names must do.
    newest = pushes.sort_values("moment", kind="stable", na_position="first").iloc[-1]
    first, last = reach(pushes)
    return Kind(
        family=family,
        pushes=len(pushes),
        repositories=len(pushes[["registry", "repository"]].drop_duplicates()),
        registries=pushes["registry"].nunique(dropna=False),
        retry_helps=int(pushes["retry_helps"].fillna(value=False).sum()),
        retry_known=int(pushes["retry_helps"].notna().sum()),
        causes=tuple(str(name) for name in pushes["cause"].value_counts().index[:3] if name != family),
        first=first,
        last=last,
        page=newest["page"],
    )


def registries(frames: Frames) -> tuple[Registry, ...]:
    """Return pushes by registry, the one with the most failures first."""
    pushes = frames.pushes[["registry", "registry_kind", "outcome", "family", "retry_seconds"]]
    all_registries = []
    for name, group in pushes.groupby(pushes["registry"].fillna(UNNAMED)):
        unsuccessful = group[group["outcome"] != "succeeded"]
        families = unsuccessful["family"].where(unsuccessful["family"].notna(), unsuccessful["outcome"]).value_counts()
        all_registries.append(
            Registry(
                registry=str(name),
                kind=str(group["registry_kind"].mode().iloc[0]),
                pushes=len(group),
                failed=len(unsuccessful),
                retry_seconds=round(float(group["retry_seconds"].sum()), 3),
                families={str(k): int(v) for k, v in sorted(families.items(), key=lambda item: (-item[1], item[0]))},
            )
        )
    return tuple(sorted(all_registries, key=lambda r: (-r.failed, -r.pushes, r.registry)))


def repositories(frames: Frames) -> tuple[Repository, ...]:
    """Return pushes by repository, the one with the most failures first; pushes whose log names none are left out."""
    columns = ["registry", "repository", "seconds", "bytes_total", "outcome", "retry_seconds"]
    pushes = frames.pushes[columns].dropna(subset=["repository"])
    return tuple(sorted(_repositories(pushes), key=lambda r: (-r.failed, -r.pushes, r.registry, r.repository)))


def _repositories(pushes: pd.DataFrame) -> Iterator[Repository]:
    for (registry, repository), group in pushes.groupby([pushes["registry"].fillna(UNNAMED), "repository"]):
        took, size = group["seconds"].dropna(), group["bytes_total"].dropna()
        yield Repository(
            registry=str(registry),
            repository=str(repository),
            pushes=len(group),
            failed=int(group["outcome"].ne("succeeded").sum()),
            seconds=round(float(took.median()), 3) if len(took) else None,
            slowest=float(took.max()) if len(took) else None,
            bytes=int(size.max()) if len(size) else None,
            retry_seconds=round(float(group["retry_seconds"].sum()), 3),
        )
