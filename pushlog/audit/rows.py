"""A log as rows of the dataset's tables, in the order of their columns."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pushlog.model import Outcome, Severity

if TYPE_CHECKING:
    from pushlog.model import Diagnosis, Finding, Layer, Log

Row = list[object]
Rows = dict[str, list[Row]]

# An error can be a web page; its beginning tells which.
ERROR = 2000


def key(sha256: str) -> str:
    """The key of a log: the first 16 digits of its content's hash."""
    return sha256[:16]


def page(log: str, push: Diagnosis, index: int) -> str | None:
    """Where the page of a push is, from the audit's folder; None for a push that needs none."""
    return None if push.outcome is Outcome.SUCCEEDED else f"push/{log}-{index}.html"


def rows(log: Log, name: str, member: str, problem: str | None) -> Rows:
    """The rows of a log that was read; `problem`: why not all of it was."""
    source = log.source
    own = key(source.sha256)
    # Over a limit of a single log the last note says which.
    reason = problem or (source.notes[-1] if source.incomplete and source.notes else None)
    status = "partial" if reason or source.incomplete else "read" if log.pushes else "no-push"
    described: Row = [own, name, member, status, reason, source.sha256, source.bytes, source.lines]
    described += [source.capture.value, source.decoration, source.coverage, len(log.pushes), list(source.notes)]
    pushes = list(enumerate(log.pushes))
    return {
        "sources": [described],
        "pushes": [[own, n, name, member, *_push(push), page(own, push, n)] for n, push in pushes],
        "layers": [[own, n, at, *_layer(x)] for n, push in pushes for at, x in enumerate(push.layers)],
        "findings": [[own, n, at, *_finding(x)] for n, push in pushes for at, x in enumerate(push.findings)],
    }


def unread(name: str, member: str, reason: str, *, status: str = "unreadable", size: int | None = None) -> Rows:
    """The row of a log that was not read."""
    own = key(hashlib.sha256(f"{name}\0{member}".encode("utf-8", "replace")).hexdigest())
    row: Row = [own, name, member, status, reason, None, size, None, None, None, None, 0, []]
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
