"""Habits that show only across logs: pushes given up too early, and pushes repeated in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pushlog.audit.totals import UNNAMED, iso
from pushlog.knowledge.docker import MAX_ATTEMPTS
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.audit.frames import Frames

# Whoever pushes again within half an hour of a push's beginning does so because of it.
SOON = pd.Timedelta(minutes=30)
PREMATURE = "premature-restart"
IN_VAIN = "retrying-the-unretryable"
_COLUMNS = [
    *("log", "push", "input", "member", "registry", "repository", "moment", "family", "retry_helps", "page"),
]


@record
class Habit:
    """A habit of a repository's jobs: how often it was seen, across logs and within one, and when last."""

    habit: str
    registry: str
    repository: str
    across: int
    within: int
    last: str | None
    page: str | None


def habits(frames: Frames) -> tuple[Habit, ...]:
    """Return the habits, the most frequent first. Across logs they need dates; within a log the rules have judged."""
    pushes = frames.pushes[_COLUMNS].dropna(subset=["repository"])
    pushes = pushes.assign(registry=pushes["registry"].fillna(UNNAMED), left=_left(frames))
    sightings = [*_across(pushes), *_within(frames, pushes)]
    if not sightings:
        return ()
    table = pd.concat(sightings)
    all_habits = [
        _habit(str(h), str(r), str(n), group) for (h, r, n), group in table.groupby(["habit", "registry", "repository"])
    ]
    return tuple(sorted(all_habits, key=lambda h: (-h.across - h.within, h.habit, h.registry, h.repository)))


def _left(frames: Frames) -> pd.Series[bool]:
    """Return whether a push was left while Docker still had uploads of a layer to go."""
    layers = frames.layers
    more = ((layers["state"] == "retrying") | (layers["state"].eq("pushing") & (layers["attempts"] > 1))) & (
        layers["attempts"] < MAX_ATTEMPTS
    )
    abandoned = set(zip(layers["log"][more], layers["push"][more], strict=True))
    open_end = frames.pushes["outcome"].isin(["interrupted", "incomplete"])
    keys = zip(frames.pushes["log"], frames.pushes["push"], strict=True)
    return pd.Series([key in abandoned for key in keys], index=frames.pushes.index, dtype=bool) & open_end


def _across(pushes: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield pushes of a repository that came soon after another one of another log, and how that had ended."""
    dated = pushes.dropna(subset=["moment"]).sort_values(["moment", "input", "member", "push"], kind="stable")
    if dated.empty:
        return
    before = dated.groupby(["registry", "repository"])[["log", "moment", "family", "retry_helps", "left"]].shift()
    other = before["log"].notna() & (before["log"] != dated["log"]) & (dated["moment"] - before["moment"] <= SOON)
    premature = other & before["left"].eq(other=True)
    vain = (
        other
        & (before["family"] == dated["family"])
        & before["retry_helps"].eq(other=False).fillna(value=False)
        & dated["retry_helps"].eq(other=False).fillna(value=False)
    )
    yield dated[premature].assign(habit=PREMATURE, across=1)
    yield dated[vain].assign(habit=IN_VAIN, across=1)


def _within(frames: Frames, pushes: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the habits that the rules found inside single logs."""
    findings = frames.findings[frames.findings["name"].isin([PREMATURE, IN_VAIN])]
    named = findings[["log", "push", "name"]].astype({"name": "object"}).drop_duplicates()
    named = named.rename(columns={"name": "habit"})
    yield named.merge(pushes, on=["log", "push"]).assign(across=0)


def _habit(habit: str, registry: str, repository: str, pushes: pd.DataFrame) -> Habit:
    newest = pushes.sort_values("moment", kind="stable", na_position="first").iloc[-1]
    across = int(pushes["across"].sum())
    return Habit(
        habit=habit,
        registry=registry,
        repository=repository,
        across=across,
        within=len(pushes) - across,
        last=iso(newest["moment"]),
        page=newest["page"] if isinstance(newest["page"], str) else None,
    )
