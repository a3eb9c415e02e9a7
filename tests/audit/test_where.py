"""What explains failures: the right dimension and period, the most specific one, and nothing where chance is enough."""

import math
from math import comb

import numpy as np
import pytest

from pushlog.audit.fisher import log_tail
from pushlog.audit.where import where
from tests.fleet import PLANTED, as_frames, jobs


def exact(failed, of, all_failed, everything):
    ways = range(failed, min(of, all_failed) + 1)
    return sum(comb(all_failed, k) * comb(everything - all_failed, of - k) for k in ways) / comb(everything, of)


@pytest.mark.parametrize(
    "table",
    [(3, 5, 10, 50), (0, 5, 10, 50), (5, 5, 5, 100), (2, 48, 10, 50), (30, 300, 33, 9999), (1, 1, 1, 2), (0, 0, 0, 1)],
)
def test_the_test_is_fishers(table):
    assert math.exp(log_tail(*table)) == pytest.approx(exact(*table), rel=1e-9)


def test_what_is_too_rare_for_a_float_can_still_be_told_from_the_rarer():
    assert log_tail(900, 900, 1000, 90_000) < log_tail(800, 900, 1000, 90_000) < -700


def test_more_failures_than_can_be_have_no_probability():
    assert log_tail(4, 3, 10, 50) == -math.inf


# The same fleet as in the full run (see tests/fleet.py), a quarter of its size.
FLEET = 2500


@pytest.fixture(scope="module")
def made():
    return jobs(FLEET)


@pytest.fixture(scope="module")
def explained(made):
    return where(as_frames(made))


def named(frames):
    return names(*where(frames))


def names(failures, slow):
    return {(w.family, w.dimension, w.value) for w in failures} | {("slow", w.dimension, w.value) for w in slow}


def test_every_planted_cause_is_found_with_its_dimension_and_period_and_nothing_else_is(explained):
    assert names(*explained) == PLANTED


@pytest.mark.parametrize("seed", range(5))
def test_the_same_fleet_with_its_failures_dealt_out_again_shows_nothing(seed):
    assert named(as_frames(jobs(500, seed, shuffle=True))) == set()


def test_counts_are_exact_and_periods_lie_within_what_they_explain(made, explained):
    failures, _ = explained
    (repository,) = [w for w in failures if w.family == "auth" and w.dimension == "repository"]
    there = [j for j in made if f"{j.images[0][0]}/{j.images[0][1]}" == repository.value]
    failed = [j for j in there if j.error == "auth"]
    assert (repository.failed, repository.of) == (len(failed), len(there))
    assert repository.elsewhere_failed == sum(j.error == "auth" for j in made) - len(failed)
    (period,) = [w for w in failures if w.family == "auth" and w.dimension == "day"]
    assert period.within is not None
    assert (period.within.dimension, period.within.value) == ("repository", repository.value)
    assert period.of + period.elsewhere_of == len(there)
    assert repository.jobs[0].startswith("https://ci.example.com/shop/search/")


def test_of_two_values_that_mark_the_same_pushes_both_are_said(explained):
    failures, _ = explained
    (client,) = [w for w in failures if w.dimension == "client"]
    assert ("version", "podman 5.2.2") in [(s.dimension, s.value) for s in client.same]


def few(frames, share, *, dimension, value, family="timeout"):
    """The frames with failures dealt out: that many at a value, none elsewhere."""
    pushes = frames.pushes
    hit = np.flatnonzero((pushes[dimension] == value).to_numpy())[: share or None]
    pushes["outcome"] = "succeeded"
    pushes["family"] = None
    pushes["fingerprint"] = None
    pushes.loc[hit, ["outcome", "family", "fingerprint"]] = ["failed", family, "000000000000-000000"]
    return frames


def test_four_failures_are_too_few_and_five_at_one_rare_place_are_not():
    make = lambda: as_frames(jobs(600, 3))  # noqa: E731
    assert {d for _, d, _ in named(few(make(), 4, dimension="runner", value="gith-runner-1"))} <= {"day"}
    assert ("timeout", "runner", "gith-runner-1") in named(few(make(), 6, dimension="runner", value="gith-runner-1"))


def spread(frames, hit, *, family="timeout"):
    """The frames with failures at every third of these pushes, and few others."""
    pushes = frames.pushes
    pushes["outcome"], pushes["family"], pushes["fingerprint"], pushes["seconds"] = "succeeded", None, None, 20.0
    places = np.flatnonzero(hit.to_numpy())[::3]
    places = np.union1d(places, np.arange(0, len(pushes), 97))
    pushes.loc[places, ["outcome", "family", "fingerprint"]] = ["failed", family, "000000000000-000000"]
    return frames


def test_hours_in_a_row_are_one_value_across_midnight_too():
    made = as_frames(jobs(1500, 3))
    at_night = made.pushes["moment"].dt.hour.isin([23, 0, 1]) & made.pushes["exact"]
    assert named(spread(made, at_night)) == {("timeout", "hour", "23:00/02:00")}


def test_a_branch_alone_is_named():
    made = as_frames(jobs(1500, 3))
    made.pushes["ref"] = ["release/2.x" if n % 9 == 0 else "main" for n in range(len(made.pushes))]
    assert named(spread(made, made.pushes["ref"] == "release/2.x")) == {("timeout", "ref", "release/2.x")}


def test_repositories_of_one_team_are_named_as_its_namespace():
    made = as_frames(jobs(1500, 3))
    parents = made.pushes["repository"].str.rpartition("/")[0]
    made.pushes["registry"] = "hub.example"
    assert ("timeout", "namespace", "hub.example/shop") in named(spread(made, parents == "shop"))


def slower(frames, share):
    """The frames without failures, where pushes to one registry take `share` more of their time with each day."""
    pushes = frames.pushes
    pushes["outcome"], pushes["family"], pushes["fingerprint"] = "succeeded", None, None
    days = pushes["moment"].dt.day.fillna(0) * pushes["registry"].eq("harbor.example.org")
    pushes["seconds"] = np.random.default_rng(5).lognormal(3.0, 0.25, len(pushes)) * (1 + share * days)
    return frames


def test_a_registry_that_gets_slower_by_the_day_is_named_with_its_slow_days():
    rows = {
        (w.dimension, w.value, w.within and w.within.value) for w in where(slower(as_frames(jobs(2000, 3)), 0.1))[1]
    }
    days = [value for dimension, value, within in rows if dimension == "day" and within == "harbor.example.org"]
    assert ("registry", "harbor.example.org", None) in rows
    assert max(days).endswith("2026-10-31")
    assert named(slower(as_frames(jobs(2000, 3)), 0.0)) == set()


def test_a_repository_whose_pushes_vary_is_not_called_slow():
    made = slower(as_frames(jobs(2000, 3)), 0.0)
    varying = made.pushes["repository"].eq("shop/api") & (np.arange(len(made.pushes)) % 2 == 0)
    made.pushes.loc[varying, "seconds"] *= 8
    assert named(made) == set()
