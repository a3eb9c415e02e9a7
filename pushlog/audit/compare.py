"""Two sides compared, repository by repository: reuse, size, time, and which failures are new or gone."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from pushlog.audit.layer_changes import GROWN, SECONDS, SLOWER, LayerChange, Reuse, changes, reuse
from pushlog.audit.totals import UNNAMED
from pushlog.record_class import record
from pushlog.report.json import harmless, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pushlog.audit.frames import Frames
    from pushlog.audit.sides import Side

SCHEMA = "pushlog-compare/1"


@record
class Figures:
    """One side of one repository, or of everything.

    `seconds`: the median of measured pushes; `bytes`: of the biggest push, where printed; `failures`: pushes that did
    not succeed by kind.
    """

    pushes: int
    succeeded: int
    seconds: float | None
    at_least: float
    bytes: int | None
    retry_seconds: float
    failures: dict[str, int]


@record
class Change:
    """One repository on both sides. `layers`: of its last pushes, those that grew or got slower."""

    registry: str
    repository: str
    old: Figures
    new: Figures
    reuse: Reuse
    layers: tuple[LayerChange, ...]
    new_failures: tuple[str, ...]
    gone_failures: tuple[str, ...]

    @property
    def grown(self) -> bool:
        """Return whether its biggest push has more bytes now."""
        return bool(self.old.bytes and self.new.bytes and self.new.bytes > GROWN * self.old.bytes)

    @property
    def slower(self) -> bool:
        """Return whether its pushes take longer now."""
        old, new = self.old.seconds, self.new.seconds
        return old is not None and new is not None and new - old >= SECONDS and new > SLOWER * old


@record
class Comparison:
    """A comparison of two sides, the repositories with new failures and lost time first.

    `only_old`, `only_new`: repositories of one side; `different`: why there is nothing to compare, empty otherwise.
    """

    old_name: str
    new_name: str
    old: Figures
    new: Figures
    repositories: tuple[Change, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    new_failures: tuple[str, ...]
    gone_failures: tuple[str, ...]
    different: str


Key = tuple[str, str]


def compare(old: Side, new: Side) -> Comparison:
    """Compare two sides. Repositories are paired by registry and name, or because each side has only one."""
    before, after = _groups(old.frames), _groups(new.frames)
    pairs = [(key, key) for key in after if key in before]
    if not pairs and len(before) == len(after) == 1:
        pairs = [(next(iter(before)), next(iter(after)))]
    repositories = [_change(key, old.frames, before[old_key], new.frames, after[key]) for old_key, key in pairs]
    figures = _figures(old.frames.pushes), _figures(new.frames.pushes)
    return Comparison(
        old_name=old.name,
        new_name=new.name,
        old=figures[0],
        new=figures[1],
        repositories=tuple(sorted(repositories, key=_weight)),
        only_old=_names(set(before) - {old_key for old_key, _ in pairs}),
        only_new=_names(set(after) - {key for _, key in pairs}),
        new_failures=_failures(after, before),
        gone_failures=_failures(before, after),
        different=_different(pairs, bool(before and after), (old.frames, new.frames)),
    )


def _weight(change: Change) -> tuple[object, ...]:
    """Return the place of a repository: new failures first, then seconds, then bytes that were lost."""
    old, new = change.old.seconds, change.new.seconds
    slower = new - old if change.slower and old is not None and new is not None else 0.0
    grown = (change.new.bytes or 0) - (change.old.bytes or 0) if change.grown else 0
    failures = sum(change.new.failures[kind] for kind in change.new_failures)
    return (-failures, -slower, -change.reuse.again_bytes, -grown, change.registry, change.repository)


def _different(pairs: Sequence[tuple[Key, Key]], is_full: bool, sides: tuple[Frames, Frames]) -> str:
    """Return that two images have nothing in common, or that no repository is on both sides."""
    if is_full and not pairs:
        return "Nothing to compare: no repository is on both sides"
    if len(pairs) != 1 or pairs[0][0] == pairs[0][1]:
        return ""
    old, new = pairs[0]
    is_named = UNNAMED not in (old[1], new[1]) and old[1] != new[1]
    layers = [set(frames.layers["layer"]) for frames in sides]
    if not is_named or layers[0] & layers[1]:
        return ""
    return f"Different images, with no layer in common: {old[0]}/{old[1]} and {new[0]}/{new[1]}"


def document(comparison: Comparison) -> str:
    """Return the comparison as JSON."""
    body = plain(comparison)
    assert isinstance(body, dict)
    return harmless(json.dumps({"schema": SCHEMA, **body}, ensure_ascii=False, indent=1)) + "\n"


def _groups(frames: Frames) -> dict[Key, pd.DataFrame]:
    pushes = frames.pushes
    keys = [pushes["registry"].fillna(UNNAMED), pushes["repository"].fillna(UNNAMED)]
    return {(str(registry), str(name)): group for (registry, name), group in pushes.groupby(keys)}


def _names(keys: set[Key]) -> tuple[str, ...]:
    return tuple(sorted(f"{registry}/{name}" for registry, name in keys))


def _failures(groups: dict[Key, pd.DataFrame], others: dict[Key, pd.DataFrame]) -> tuple[str, ...]:
    """Return kinds of failure at a registry that the other side does not have there, those of most pushes first."""

    def kinds_at(pushes_by_key: dict[Key, pd.DataFrame]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for (registry, _), pushes in pushes_by_key.items():
            counts.update({f"{kind} at {registry}": times for kind, times in _kinds(pushes).items()})
        return counts

    counts, there = kinds_at(groups), kinds_at(others)
    return tuple(sorted(counts.keys() - there.keys(), key=lambda name: (-counts[name], name)))


def _kinds(pushes: pd.DataFrame) -> dict[str, int]:
    unsuccessful = pushes[pushes["outcome"] != "succeeded"]
    counts = unsuccessful["family"].where(unsuccessful["family"].notna(), unsuccessful["outcome"]).value_counts()
    return {str(kind): int(n) for kind, n in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))}


def _figures(pushes: pd.DataFrame) -> Figures:
    took, size = pushes["seconds"].dropna(), pushes["bytes_total"].dropna()
    return Figures(
        pushes=len(pushes),
        succeeded=int(pushes["outcome"].eq("succeeded").sum()),
        seconds=round(float(took.median()), 3) if len(took) else None,
        at_least=float(pushes["at_least"].max()) if len(pushes) else 0.0,
        bytes=int(size.max()) if len(size) else None,
        retry_seconds=round(float(pushes["retry_seconds"].sum()), 3),
        failures=_kinds(pushes),
    )


def _change(key: Key, old: Frames, before: pd.DataFrame, new: Frames, after: pd.DataFrame) -> Change:
    old_figures, new_figures = _figures(before), _figures(after)
    return Change(
        registry=key[0],
        repository=key[1],
        old=old_figures,
        new=new_figures,
        reuse=reuse(_layers(old, before), _layers(new, after)),
        layers=changes(_layers(old, _last(before)), _layers(new, _last(after))),
        new_failures=tuple(kind for kind in new_figures.failures if kind not in old_figures.failures),
        gone_failures=tuple(kind for kind in old_figures.failures if kind not in new_figures.failures),
    )


def _last(pushes: pd.DataFrame) -> pd.DataFrame:
    """Return the latest push; without dates the last in order."""
    return pushes.sort_values("moment", kind="stable", na_position="first").iloc[-1:]


def _layers(frames: Frames, pushes: pd.DataFrame) -> pd.DataFrame:
    return frames.layers.merge(pushes[["log", "push"]], on=["log", "push"])
