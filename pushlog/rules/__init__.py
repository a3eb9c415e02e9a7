"""The judgements: one small module each, registered by hand below.

A rule is a module: its docstring is its page in `pushlog explain`, `CODE`, `NAME` and `SEVERITY` name it, and `check`
yields its findings on a `Case`, or `across` on all pushes of a log. Codes are stable: 0xx causes by family, 1xx
retries, 2xx time and reuse, 3xx how the log was kept, 4xx habits, 5xx limits, 6xx what else an error can mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Severity
from pushlog.rules import (
    bottleneck_layer,
    concurrency_saturated,
    concurrency_too_high,
    documented_limit,
    failure,
    high_reuse,
    interleaved_pushes,
    layer_too_large,
    limit_on_the_way,
    low_reuse,
    manifest_too_large,
    missing_namespace,
    missing_repository,
    no_clock,
    no_daemon_retry,
    no_progress_captured,
    premature_restart,
    proxy_body_limit,
    pushed_before_the_error,
    quiet_push,
    refused_midway,
    retry_exhausted,
    retry_recovered,
    retry_storm,
    retrying_the_unretryable,
    silent_refusal,
    size_figures_basis,
    slow_upload,
    stalled_layer,
    success_not_proven,
    token_expired,
    token_outlived,
    truncated_log,
)
from pushlog.rules.voice import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding

# Only the first of these that speaks is the cause; what the catalogue says of the error's family comes last.
CAUSES: tuple[ModuleType, ...] = (token_expired, manifest_too_large, proxy_body_limit, layer_too_large, failure)
# What else an error can mean comes first here, right behind the cause.
OTHERS: tuple[ModuleType, ...] = (
    missing_namespace,
    missing_repository,
    token_outlived,
    limit_on_the_way,
    documented_limit,
    refused_midway,
    silent_refusal,
    retry_exhausted,
    retrying_the_unretryable,
    no_daemon_retry,
    retry_storm,
    truncated_log,
    stalled_layer,
    slow_upload,
    bottleneck_layer,
    retry_recovered,
    concurrency_saturated,
    concurrency_too_high,
    high_reuse,
    pushed_before_the_error,
    success_not_proven,
    no_progress_captured,
    no_clock,
    size_figures_basis,
    quiet_push,
)
# These look at all pushes of a log: `across(cases, unclear)` yields the index of the push that a finding is about, and
# it. They leave alone the `unclear` ones, which `interleaved_pushes` can't tell apart from others.
HABITS: tuple[ModuleType, ...] = (premature_restart, retrying_the_unretryable, low_reuse)
RULES: tuple[ModuleType, ...] = tuple(dict.fromkeys((*CAUSES, *OTHERS, interleaved_pushes, *HABITS)))

# These speak of Docker's engine: its upload slots, its countdowns, what it prints and does not print.
ENGINE: tuple[ModuleType, ...] = (
    missing_repository,
    token_outlived,
    silent_refusal,
    no_daemon_retry,
    retry_storm,
    stalled_layer,
    slow_upload,
    bottleneck_layer,
    concurrency_saturated,
    concurrency_too_high,
    pushed_before_the_error,
    no_progress_captured,
    no_clock,
    interleaved_pushes,
    premature_restart,
    low_reuse,
)

_ORDER = tuple(Severity)


def judge(case: Case, habits: Sequence[Finding] = ()) -> tuple[Finding, ...]:
    """All findings on a push: the cause first, then by severity, in the order of the rules; habits with the others."""
    cause = next((found for rule in CAUSES if (found := list(rule.check(case)))), [])
    rest = [*(finding for rule in OTHERS if _applies(rule, case) for finding in rule.check(case)), *habits]
    ordered = (*cause, *sorted(rest, key=lambda finding: _ORDER.index(finding.severity)))
    return tuple(spoken(case, finding) for finding in ordered)


def across(cases: Sequence[Case]) -> tuple[tuple[Finding, ...], ...]:
    """What the pushes of a log say together: for each push the findings that are about it."""
    mixed = list(interleaved_pushes.across(cases))
    unclear = frozenset(index for index, _ in mixed)
    habits = [hit for rule in HABITS for hit in rule.across(cases, unclear) if _applies(rule, cases[hit[0]])]
    found: list[list[Finding]] = [[] for _ in cases]
    for index, finding in (*(hit for hit in mixed if _applies(interleaved_pushes, cases[hit[0]])), *habits):
        found[index].append(finding)
    return tuple(map(tuple, found))


def _applies(rule: ModuleType, case: Case) -> bool:
    return case.client.uses_docker_engine or rule not in ENGINE
