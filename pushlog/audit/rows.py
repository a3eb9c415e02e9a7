"""A log as rows of the dataset's tables, with values in the order of the columns."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pushlog.model import Outcome, Severity

if TYPE_CHECKING:
    from pushlog.model import Diagnosis, Finding, Layer, Log

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


def rows(log: Log, name: str, member: str, problem: str | None) -> Rows:
    """Return the rows of a log that was read; `problem`: why only a part of it was."""
    source = log.source
    log_key = key(source.sha256)
    # Over a limit of a single log the last note says which.
    reason = problem or (source.notes[-1] if source.incomplete and source.notes else None)
    status = "partial" if reason or source.incomplete else "read" if log.pushes else "no-push"
    described: Row = [log_key, name, member, status, reason, source.sha256, source.bytes, source.lines]
    described += [source.capture.value, source.decoration, source.coverage, len(log.pushes), list(source.notes)]
    pushes = list(enumerate(log.pushes))
    return {
        "sources": [described],
        "pushes": [[log_key, n, name, member, *_push(push), page(log_key, push, n)] for n, push in pushes],
        "layers": [[log_key, n, index, *_layer(x)] for n, push in pushes for index, x in enumerate(push.layers)],
        "findings": [[log_key, n, index, *_finding(x)] for n, push in pushes for index, x in enumerate(push.findings)],
    }


def unread(name: str, member: str, reason: str, *, status: str = "unreadable", size: int | None = None) -> Rows:
    """Return the row of a log that was not read."""
    log_key = key(hashlib.sha256(f"{name}\0{member}".encode("utf-8", "replace")).hexdigest())
    row: Row = [log_key, name, member, status, reason, None, size, None, None, None, None, 0, []]
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
