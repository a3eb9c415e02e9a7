"""The judgements: one small module each, registered by hand below.

A rule is a module in the form of `diagnosis/rule.py`. Codes are stable: 0xx causes by family, 1xx
retries, 2xx time and reuse, 3xx how the log was kept, 4xx habits, 5xx limits, 6xx what else an error can mean,
7xx what other logs prove.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.cause import one_cause
from pushlog.diagnosis.hops.telling import is_proven
from pushlog.diagnosis.rule import Scope
from pushlog.model import Severity
from pushlog.rules import (
    bottleneck_layer,
    broken_behind_proxy,
    changed_in_transit,
    client_left,
    concurrency_saturated,
    concurrency_too_high,
    config_unread,
    documented_limit,
    failure,
    foreign_layers,
    high_reuse,
    interleaved_pushes,
    layer_too_large,
    limit_on_the_way,
    logged_in_without_right,
    login_elsewhere,
    login_ended_midway,
    login_refused,
    low_reuse,
    manifest_too_large,
    missing_host,
    missing_namespace,
    missing_repository,
    no_clock,
    no_daemon_retry,
    no_progress_captured,
    premature_restart,
    proxy_body_limit,
    proxy_refused,
    proxy_timeout,
    pushed_before_the_error,
    quiet_push,
    refused_midway,
    registry_refused,
    registry_unreachable,
    replicas_differ,
    retry_exhausted,
    retry_recovered,
    retry_storm,
    retrying_the_unretryable,
    second_client,
    silent_refusal,
    size_figures_basis,
    slow_line,
    slow_registry,
    slow_upload,
    stalled_layer,
    storage_error,
    success_not_proven,
    token_expired,
    token_outlived,
    truncated_log,
    who_asked,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.rule import CauseRule, LogRule, PushRule, Rule
    from pushlog.model import Finding

# In the order in which they are asked; of causes that are equally specific the first leads.
CAUSES: tuple[CauseRule, ...] = (
    storage_error,
    proxy_timeout,
    broken_behind_proxy,
    registry_unreachable,
    proxy_refused,
    login_ended_midway,
    replicas_differ,
    changed_in_transit,
    client_left,
    registry_refused,
    token_expired,
    manifest_too_large,
    proxy_body_limit,
    layer_too_large,
    failure,
    foreign_layers,
    config_unread,
    missing_namespace,
    missing_repository,
    login_refused,
    login_elsewhere,
    logged_in_without_right,
    token_outlived,
    limit_on_the_way,
    documented_limit,
    refused_midway,
    silent_refusal,
    retry_exhausted,
)
OTHERS: tuple[PushRule, ...] = (
    retrying_the_unretryable,
    missing_host,
    no_daemon_retry,
    retry_storm,
    truncated_log,
    stalled_layer,
    slow_upload,
    bottleneck_layer,
    retry_recovered,
    concurrency_saturated,
    concurrency_too_high,
    slow_registry,
    slow_line,
    second_client,
    who_asked,
    high_reuse,
    pushed_before_the_error,
    success_not_proven,
    no_progress_captured,
    no_clock,
    size_figures_basis,
    quiet_push,
)
LOG_RULES: tuple[LogRule, ...] = (interleaved_pushes, premature_restart, retrying_the_unretryable, low_reuse)
RULES: tuple[Rule, ...] = tuple(dict.fromkeys((*CAUSES, *OTHERS, *LOG_RULES)))

# What else an error can mean: not asked where other logs prove what it means.
_DOUBTS = (
    config_unread,
    documented_limit,
    foreign_layers,
    limit_on_the_way,
    logged_in_without_right,
    login_elsewhere,
    login_refused,
    missing_namespace,
    missing_repository,
    refused_midway,
    silent_refusal,
    token_outlived,
)

_ORDER = tuple(Severity)


def judge(case: Case, habits: Sequence[Finding] = ()) -> tuple[Finding, ...]:
    """Return all findings on a push: the one cause first, then by severity, in the order of the rules."""
    proven = is_proven(case)
    asked = (rule for rule in CAUSES if _applies(rule, case) and not (proven and rule in _DOUBTS))
    causes = one_cause((rule.SPECIFICITY, finding) for rule in asked for finding in rule.check(case))
    others = [*causes[1:], *(f for rule in OTHERS if _applies(rule, case) for f in rule.check(case)), *habits]
    return (*causes[:1], *sorted(others, key=lambda finding: _ORDER.index(finding.severity)))


def across(cases: Sequence[Case]) -> tuple[tuple[Finding, ...], ...]:
    """Return, for each push of a log, the findings that need all its pushes."""
    findings: list[list[Finding]] = [[] for _ in cases]
    unclear: frozenset[int] = frozenset()
    for rule in LOG_RULES:
        hits = list(rule.across(cases, unclear))
        if rule is interleaved_pushes:
            unclear = frozenset(index for index, _ in hits)
        for index, finding in hits:
            if _applies(rule, cases[index]):
                findings[index].append(finding)
    return tuple(map(tuple, findings))


def _applies(rule: Rule, case: Case) -> bool:
    return rule.SCOPE is Scope.ANY or case.client.uses_docker_engine
