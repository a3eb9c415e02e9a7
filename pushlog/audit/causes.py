"""Causes: failures that read the same at a registry are one row, with what it says and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from pushlog.audit.totals import reach
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.audit.frames import Frames

# Fewer pushes after a failure say nothing of the odds of pushing again.
_ENOUGH = 5
_JOBS = 5


@record
class Healed:
    """Of failures, how many were followed by a push of the same image (`of`), and how many of those went through."""

    again: int
    of: int


@record
class Cause:
    """Failures with one fingerprint. The texts and the page are those of its newest push.

    `hop`: what answered instead of the registry; `jobs`: addresses of runs that met it, the newest first.
    """

    fingerprint: str
    family: str
    text: str
    title: str
    remedy: tuple[str, ...]
    registry: str | None
    hop: str | None
    pushes: int
    repositories: int
    first: str | None
    last: str | None
    healed: Healed | None
    page: str
    jobs: tuple[str, ...]


def causes(frames: Frames) -> tuple[Cause, ...]:
    """Return the causes, those of most pushes first."""
    pushes = frames.pushes
    failed = pushes[pushes["fingerprint"].notna() & pushes["outcome"].ne("succeeded")]
    failed = failed.assign(follow=follow(pushes).reindex(failed.index))
    newest_last = failed.sort_values(["moment", "order"], kind="stable", na_position="first")
    all_causes = [_cause(str(name), group) for name, group in newest_last.groupby("fingerprint")]
    return tuple(sorted(all_causes, key=lambda c: (-c.pushes, c.fingerprint)))


def follow(pushes: pd.DataFrame) -> pd.Series[Any]:
    """Return of each push the outcome of the next one of the same image; None where there is none.

    The image is the repository, and the tags where both logs show them. Without a date only pushes of one log have an
    order. A name with a masked part may stand for several images.
    """
    is_named = pushes["repository"].notna() & ~pushes["repository"].str.contains("*", regex=False, na=False)
    named = pushes.loc[is_named, ["log", "registry", "repository", "tags", "outcome", "moment", "order"]]
    undated = named["log"].where(named["moment"].isna(), "")
    ordered = named.assign(undated=undated, registry=named["registry"].fillna("")).sort_values(
        ["moment", "order"], kind="stable", na_position="last"
    )
    after = ordered.groupby(["registry", "repository", "undated"], sort=False)[["outcome", "tags"]].shift(-1)
    same = [_may_be_same(tags, next_tags) for tags, next_tags in zip(ordered["tags"], after["tags"], strict=True)]
    outcomes: pd.Series[Any] = after["outcome"].where(pd.Series(same, index=after.index, dtype=bool))
    return outcomes.reindex(pushes.index)


def _may_be_same(tags: object, next_tags: object) -> bool:
    return not (isinstance(tags, list) and tags and isinstance(next_tags, list) and next_tags) or bool(
        set(tags) & set(next_tags)
    )


def _title(newest: pd.Series[Any], others: int) -> str:
    """Return the sentence of the newest push; where it names the image, it says that others met the same."""
    title, name = str(newest["failure"] or ""), newest["repository"]
    if not others or not isinstance(name, str):
        return title
    named = next((text for tag in newest["tags"] or () if (text := f"{name}:{tag}") in title), name)
    return title.replace(named, f"{named} and {others:,} other{'s' if others > 1 else ''}", 1)


def _cause(name: str, pushes: pd.DataFrame) -> Cause:
    newest = pushes.iloc[-1]
    after = pushes["follow"].dropna()
    first, last = reach(pushes)
    repositories = len(pushes[["registry", "repository"]].drop_duplicates())
    jobs = pushes["run_url"].dropna().iloc[::-1].drop_duplicates()
    return Cause(
        fingerprint=name,
        family=str(newest["family"]),
        text=str(newest["error"]),
        title=_title(newest, repositories - 1),
        remedy=tuple(newest["remedy"] or ()),
        registry=newest["registry"] if isinstance(newest["registry"], str) else None,
        hop=newest["hop"] if isinstance(newest["hop"], str) else None,
        pushes=len(pushes),
        repositories=repositories,
        first=first,
        last=last,
        healed=Healed(again=int(after.eq("succeeded").sum()), of=len(after)) if len(after) >= _ENOUGH else None,
        page=str(newest["page"]),
        jobs=tuple(str(url) for url in jobs[:_JOBS]),
    )
