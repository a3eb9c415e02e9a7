"""Which value of which dimension explains failures: exact counts, and a test that is corrected for all its looks.

The value whose failures are the least likely by chance comes first. Its pushes are then set aside, and what remains is
looked at again: a registry that only looked bad because of one of its repositories is not named. Among the pushes of a
value the search goes on for what explains them more closely, such as the days on which a repository failed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pushlog.audit.dimensions import DAY, HOUR
from pushlog.audit.fisher import log_tail
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pushlog.audit.dimensions import Dimension

# The chance that a whole audit names anything although nothing but chance is at work.
ALPHA = 0.01
_LOG_ALPHA = math.log(ALPHA)
# Fewer cases, or a share that is not even twice that of the others, is nothing to act on.
LEAST, TIMES = 5, 2.0
# Hours of the day explain something if they do so on more days than one, and without the worst of them.
HOUR_DAYS = 3
# Hours in a row that may be one value, and how many of the most telling ones are tried.
HOURS, LONGEST, _TRIED = 24, 12, 24
_ROUNDS, _DEPTH = 6, 2


@record
class Explanation:
    """A value and its counts: `failed` of `of` cases there, `elsewhere_failed` of `elsewhere_of` with other values.

    `log_p`: the logarithm of the probability of this by chance, times the number of looks; `members`: the pushes with
    the value; `same`: values of other dimensions that mark the same pushes; `inside`: what explains the failures among
    them.
    """

    dimension: str
    value: str
    failed: int
    of: int
    elsewhere_failed: int
    elsewhere_of: int
    log_p: float
    members: NDArray[np.bool_]
    same: tuple[tuple[str, str], ...] = ()
    inside: tuple[Explanation, ...] = ()


@record
class Looks:
    """How many tests an audit makes: of values, of hours in a row, and of periods."""

    values: int
    hours: int
    periods: int


def looks(all_dimensions: Sequence[Dimension], everything: NDArray[np.bool_], kinds: int) -> Looks:
    """Return the number of tests for so many kinds of failure."""
    values = hours = periods = 0
    for dimension in all_dimensions:
        cases, _ = dimension.counts(everything, everything)
        if dimension.name == DAY:
            days = int((cases > 0).sum())
            periods += days * (days + 1) // 2
        elif dimension.name == HOUR:
            hours += HOURS * LONGEST
        else:
            values += int((cases >= LEAST).sum())
    return Looks(values=max(values * kinds, 1), hours=max(hours * kinds, 1), periods=max(periods * kinds, 1))


def explanations(
    all_dimensions: Sequence[Dimension], pushes: NDArray[np.bool_], failed: NDArray[np.bool_], made: Looks
) -> tuple[Explanation, ...]:
    """Return what explains the failures among these pushes, the most telling first."""
    return tuple(_explain(all_dimensions, pushes, failed & pushes, made, _DEPTH))


def _explain(
    all_dimensions: Sequence[Dimension],
    pushes: NDArray[np.bool_],
    failed: NDArray[np.bool_],
    made: Looks,
    depth: int,
) -> Iterator[Explanation]:
    left, unknown = pushes.copy(), np.zeros_like(pushes)
    for _ in range(_ROUNDS):
        candidates = [
            (d, e)
            for d in all_dimensions
            for e in _of_dimension(d, left, failed & left, made)
            if not _may_be_hidden(d, e, pushes, failed, unknown)
        ]
        dimension, best = min(candidates, key=lambda pair: pair[1].log_p, default=(None, None))  # of equals the first
        if dimension is None or best is None:
            return
        same = [
            (e.dimension, e.value) for _, e in candidates if e is not best and bool((e.members == best.members).all())
        ]
        inside: tuple[Explanation, ...] = ()
        if depth > 1:
            others = [d for d in all_dimensions if d is not dimension]
            inside = tuple(_explain(others, best.members, failed & best.members, made, depth - 1))
        yield replace(best, same=tuple(same), inside=inside)
        left &= ~best.members
        unknown |= dimension.codes < 0


def _may_be_hidden(
    dimension: Dimension,
    candidate: Explanation,
    pushes: NDArray[np.bool_],
    failed: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
) -> bool:
    """Whether what was found before may explain this too, in pushes of which that is not known.

    Where the hour of most of these failures is unknown, and an hour was named, they need a higher rate than all pushes
    together, those of that hour among them.
    """
    hit = failed & candidate.members
    if not unknown.any() or 2 * int((hit & unknown).sum()) <= int(hit.sum()):
        return False
    (cases, bad), (all_cases, all_bad) = (dimension.counts(area, failed) for area in (candidate.members, pushes))
    return not _Counts(int(bad.sum()), int(cases.sum()), int(all_bad.sum()), int(all_cases.sum())).is_worth_it


def _of_dimension(
    dimension: Dimension, pushes: NDArray[np.bool_], failed: NDArray[np.bool_], made: Looks
) -> Iterator[Explanation]:
    """Yield the values of one dimension that stand out."""
    cases, bad = dimension.counts(pushes, failed)
    if int(bad.sum()) < LEAST:
        return
    if dimension.name == DAY:
        yield from _period(dimension, pushes, cases, bad, made)
        return
    if dimension.name == HOUR:
        yield from _hours(dimension, pushes, failed, made)
        return
    everything, all_failed = int(cases.sum()), int(bad.sum())
    for code in np.flatnonzero(bad >= LEAST):
        here = _Counts(int(bad[code]), int(cases[code]), all_failed, everything)
        log_p = here.log_p(made.values)
        if log_p > _LOG_ALPHA:
            continue
        yield here.explanation(dimension.name, dimension.values[code], log_p, pushes & (dimension.codes == code))


@record(kw_only=False)
class _Counts:
    """A table of two by two: failed and all cases here, and everywhere."""

    failed: int
    of: int
    all_failed: int
    everything: int

    @property
    def is_worth_it(self) -> bool:
        other = self.everything - self.of
        if not other or self.failed < LEAST:
            return False
        return self.failed / self.of >= TIMES * (self.all_failed - self.failed) / other

    def log_p(self, looks: int) -> float:
        """Return the logarithm of the probability by chance in so many looks; half of all chances are for each kind."""
        if not self.is_worth_it:
            return 0.0
        return log_tail(self.failed, self.of, self.all_failed, self.everything) + math.log(2 * looks)

    def explanation(self, dimension: str, value: str, log_p: float, members: NDArray[np.bool_]) -> Explanation:
        return Explanation(
            dimension=dimension,
            value=value,
            failed=self.failed,
            of=self.of,
            elsewhere_failed=self.all_failed - self.failed,
            elsewhere_of=self.everything - self.of,
            log_p=log_p,
            members=members,
        )


def _hours(
    dimension: Dimension,
    pushes: NDArray[np.bool_],
    failed: NDArray[np.bool_],
    made: Looks,
) -> Iterator[Explanation]:
    """Yield the hours in a row, perhaps across midnight, whose failures are the least likely by chance and recur."""
    cases, bad = dimension.counts(pushes, failed)
    hour_of = np.array([int(value[:2]) for value in dimension.values])
    all_cases, all_bad = np.zeros((2, HOURS), dtype=np.int64)
    all_cases[hour_of], all_bad[hour_of] = cases, bad
    everything, all_failed = int(cases.sum()), int(bad.sum())
    first, length = (grid.ravel() for grid in np.meshgrid(np.arange(HOURS), np.arange(1, LONGEST + 1), indexing="ij"))
    run = (first[:, None] + np.arange(LONGEST)) % HOURS
    within = np.arange(LONGEST) < length[:, None]
    of, fell = ((counts[run] * within).sum(axis=1) for counts in (all_cases, all_bad))
    likelihood = _likelihood(fell, of, all_failed, everything)
    for best in np.argsort(-likelihood, kind="stable")[:_TRIED]:
        counts = _Counts(int(fell[best]), int(of[best]), all_failed, everything)
        log_p = counts.log_p(made.hours)
        hours = run[best][within[best]]
        marked = pushes & np.isin(dimension.codes, np.flatnonzero(np.isin(hour_of, hours)))
        if log_p <= _LOG_ALPHA and _recurs(dimension, marked, pushes, failed, made):
            begins, ends = f"{hours[0]:02}:00", f"{(hours[-1] + 1) % HOURS:02}:00"
            value = begins if len(hours) == 1 else f"{begins}/{ends}"
            yield counts.explanation(HOUR, value, log_p, marked)
            return


def _recurs(
    dimension: Dimension,
    marked: NDArray[np.bool_],
    pushes: NDArray[np.bool_],
    failed: NDArray[np.bool_],
    made: Looks,
) -> bool:
    """Whether these hours still stand out without the day on which most of their failures were."""
    days, times = np.unique(dimension.days[marked & failed], return_counts=True)
    if len(days) < HOUR_DAYS:
        return False
    rest = pushes & (dimension.days != days[times.argmax()])
    cases, bad = dimension.counts(rest, failed)
    codes = np.unique(dimension.codes[marked])
    counts = _Counts(int(bad[codes].sum()), int(cases[codes].sum()), int(bad.sum()), int(cases.sum()))
    return counts.log_p(made.hours) <= _LOG_ALPHA


def _period(
    dimension: Dimension,
    pushes: NDArray[np.bool_],
    cases: NDArray[np.int64],
    bad: NDArray[np.int64],
    made: Looks,
) -> Iterator[Explanation]:
    """Yield the run of days whose failures are the least likely by chance, if they are unlikely enough."""
    everything, all_failed = int(cases.sum()), int(bad.sum())
    ends = np.flatnonzero(bad)
    all_cases, all_bad = np.concatenate(([0], np.cumsum(cases))), np.concatenate(([0], np.cumsum(bad)))
    first, last = np.triu_indices(len(ends))
    of = all_cases[ends[last] + 1] - all_cases[ends[first]]
    fell = all_bad[ends[last] + 1] - all_bad[ends[first]]
    best = int(_likelihood(fell, of, all_failed, everything).argmax())
    counts = _Counts(int(fell[best]), int(of[best]), all_failed, everything)
    log_p = counts.log_p(made.periods)
    if log_p > _LOG_ALPHA:
        return
    low, high = ends[first[best]], ends[last[best]]
    marked = pushes & (dimension.codes >= low) & (dimension.codes <= high)
    begins, ends_on = (_date(int(dimension.values[code])) for code in (low, high))
    value = begins if begins == ends_on else f"{begins}/{ends_on}"
    yield counts.explanation(DAY, value, log_p, marked)


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))


def _likelihood(
    fell: NDArray[np.int64], of: NDArray[np.int64], all_failed: int, everything: int
) -> NDArray[np.float64]:
    """Return how much better two rates, inside a period and outside, explain the failures than one does.

    M. Kulldorff, A spatial scan statistic (1997), in its Bernoulli form; periods with a lower rate inside count 0.
    """
    outside, fell_outside = everything - of, all_failed - fell
    with np.errstate(divide="ignore", invalid="ignore"):
        inner, outer = fell / of, np.where(outside > 0, fell_outside / outside, 1.0)
        ratio = _entropy(fell, of) + _entropy(fell_outside, outside)
    return np.where(inner > outer, ratio, -np.inf)


def _entropy(failed: NDArray[np.int64], of: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the logarithm of the likelihood of so many failures at their own rate."""
    good = of - failed
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(failed > 0, failed * np.log(failed / of), 0.0) + np.where(
            good > 0, good * np.log(good / of), 0.0
        )
