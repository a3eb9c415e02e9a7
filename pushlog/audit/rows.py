"""A log as rows of the dataset's tables, with values in the order of the columns."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pushlog.audit.fingerprints import fingerprint
from pushlog.audit.schema import TABLES
from pushlog.model import Clock, DatedBy, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pushlog.model import Diagnosis, Estimate, Finding, Layer, Log, Source

Row = list[object]
Rows = dict[str, list[Row]]

# Characters of an error text: an error can be a whole web page, whose beginning is enough.
ERROR = 2000


def key(sha256: str) -> str:
    """Return the key of a log: the first 16 digits of its hash."""
    return sha256[:16]


def page(log: str, push: Diagnosis, index: int) -> str | None:
    """Return the path of a push's page, relative to the audit's folder; None for a push that succeeded."""
    return None if push.outcome is Outcome.SUCCEEDED else f"push/{log}-{index}.html"


def rows(
    log: Log,
    name: str,
    member: str,
    problem: str | None,
    versions: Mapping[str, str] | None = None,
    *,
    shown: Log | None = None,
) -> Rows:
    """Return the rows of a log that was read; `problem`: why only a part of it was.

    `versions`: of clients, as the log prints them; `shown`: the log with the findings that the user wants to see. What
    a push failed of is told in any case.
    """
    result = shown or log
    source = log.source
    log_key = key(source.sha256)
    # Over a limit of a single log the last note says which.
    reason = problem or (source.notes[-1] if source.incomplete and source.notes else None)
    status = "partial" if reason or source.incomplete else "read" if log.pushes else "no-push"
    described: Row = [log_key, name, member, status, reason, source.sha256, source.bytes, source.lines]
    described += [source.capture.value, source.decoration, source.coverage, len(log.pushes), list(result.source.notes)]
    described += _whence(source)
    pushes = list(enumerate(log.pushes))
    return {
        "sources": [described],
        "pushes": [
            [
                log_key,
                n,
                name,
                member,
                *_push(push),
                page(log_key, push, n),
                *_later_columns(push, source, versions or {}),
            ]
            for n, push in pushes
        ],
        "layers": [[log_key, n, index, *_layer(x)] for n, push in pushes for index, x in enumerate(push.layers)],
        "findings": [
            [log_key, n, index, *_finding(x)]
            for n, push in enumerate(result.pushes)
            for index, x in enumerate(push.findings)
        ],
    }


def unread(name: str, member: str, reason: str, *, status: str = "unreadable", size: int | None = None) -> Rows:
    """Return the row of a log that was not read."""
    log_key = key(hashlib.sha256(f"{name}\0{member}".encode("utf-8", "replace")).hexdigest())
    row: Row = [log_key, name, member, status, reason, None, size, None, None, None, None, 0, []]
    row += [None] * (len(TABLES["sources"]) - len(row))
    return {"sources": [row], "pushes": [], "layers": [], "findings": []}


def _push(push: Diagnosis) -> Row:
    where, error, took, reached = push.reference, push.error, push.duration, push.progress
    cause = next((f.name for f in push.findings if f.severity is Severity.ERROR), None)
    failed: Row = [None] * 5
    if error is not None:
        failed = [error.family.value, error.code, error.http_status, error.retry_helps, error.text[:ERROR]]
    return [
        push.client.value,
        push.store.value,
        where.registry,
        push.registry_kind,
        where.repository,
        list(where.tags),
        where.digest,
        push.outcome.value,
        *failed,
        cause,
        push.verdict,
        push.advice,
        took.began,
        took.seconds,
        took.at_least,
        push.clock.value,
        reached.layers_total,
        reached.layers_done,
        reached.bytes_done,
        reached.bytes_total,
        sum(max(layer.attempts - 1, 0) for layer in push.layers),
        max((layer.retry_wait for layer in push.layers), default=0.0),
        *push.lines,
    ]


def _whence(source: Source) -> Row:
    """Return where and when: the columns that sources got later."""
    origin, dated = source.origin, source.dated
    return [
        origin.ci,
        origin.project,
        origin.workflow,
        origin.job,
        origin.run_url,
        origin.runner,
        origin.ref,
        origin.sha,
        dated.at,
        dated.by.value if dated.by else None,
        [f"{entry.line}: {entry.text[:ERROR]}" for entry in source.missed],
    ]


def _later_columns(push: Diagnosis, source: Source, versions: Mapping[str, str]) -> Row:
    """Return when, and what is said of a failure: the columns that pushes got later."""
    began, error = push.duration.began, push.error
    cause = next((f for f in push.findings if f.severity is Severity.ERROR), None)
    failed = push.outcome is not Outcome.SUCCEEDED
    by = (DatedBy.RECORDING if push.clock is Clock.RECORDED else DatedBy.STAMPS) if began else source.dated.by
    hop = str(cause.data.get("hop") or cause.data.get("server") or "") or None if cause else None
    print_of_failure = None
    if error is not None and failed:
        print_of_failure = fingerprint(error, push.reference, hop)
    return [
        began or source.dated.at,
        by.value if by else None,
        versions.get(push.client.value),
        (cause.title if cause else push.verdict) if failed else None,
        list(cause.remedy) if cause and failed else [],
        hop,
        print_of_failure,
        [f"{entry.line}: {entry.text[:ERROR]}" for entry in push.unread],
        [_answer(estimate) for estimate in push.what_if],
    ]


def _answer(estimate: Estimate) -> str:
    answer = {"change": estimate.change, "seconds": estimate.seconds, "low": estimate.low, "high": estimate.high}
    return json.dumps(answer, separators=(",", ":"))


def _layer(layer: Layer) -> Row:
    return [
        layer.id,
        layer.state.value,
        layer.mounted_from,
        layer.bytes_done,
        layer.bytes_total,
        layer.basis.value,
        layer.attempts,
        layer.retry_wait,
        layer.start,
        layer.end,
        layer.created_by,
    ]


def _finding(finding: Finding) -> Row:
    return [
        finding.rule,
        finding.name,
        finding.severity.value,
        finding.confidence.value,
        finding.title,
        list(finding.layers),
        finding.evidence[0].line,
    ]
