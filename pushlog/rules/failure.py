"""The cause of a failure, from the catalogue of error texts: one rule for each family of failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.knowledge.signatures import RETRIED
from pushlog.knowledge.wording import fill
from pushlog.model import Confidence, Family, Finding, Severity, Store
from pushlog.timeline.blob import is_blob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.signatures import Signature

CODE = "PL001"
NAME = Family.AUTH.value
SEVERITY = Severity.ERROR
# Stable codes, in the order of the families; never renumbered.
CODES = {family: f"PL{number:03d}" for number, family in enumerate(Family, 1)}

# Of a page or a list the first lines prove what it is; the whole of it is the error's own text.
_LINES = 4

# The words of `RETRIED` where only one store is meant; the empty key stands for all others.
_BY_STORE: dict[Store, dict[str, str]] = {
    Store.GRAPHDRIVER: {
        "": "Docker retries such an error: five attempts, with 50 s of waiting in all.",
        "layers": "Docker retries such an error when it hits a layer: five attempts, with 50 s of waiting in all.",
        "bare-code": "Docker retries it for 50 s only because the registry sent no message with it.",
    },
    Store.CONTAINERD: {"": "The containerd image store does not wait and try again."},
}

UNKNOWN_TITLE = "The push failed with an error that is not in the catalogue"
UNKNOWN_CAUSE = "What is known of it: {parts}."
UNKNOWN_REMEDY: tuple[str, ...] = (
    "Search the registry's own log for the time of the push; it often says more than the client.",
    "Push once more with the daemon in debug mode (`dockerd --debug`) and read its log: `journalctl -u docker`.",
)


def check(case: Case) -> Iterator[Finding]:
    """The row of the catalogue that the error matches, else the parts of an unknown error."""
    failure, classified = case.push.error, case.classified
    if failure is None or classified is None:
        return
    row = classified.signature
    values = case.values()
    layer = guilty(case)
    if row is None:
        parts = classified.parts
        known = [f"stage {stage}" for stage in parts.stages] + (
            [f"HTTP {parts.http_status}"] if parts.http_status else []
        )
        known += [f"code {parts.code}"] if parts.code else []
        title, remedy = UNKNOWN_TITLE, UNKNOWN_REMEDY
        explanation = UNKNOWN_CAUSE.format(parts=", ".join(known) or "its text alone")
        sure = Confidence.POSSIBLE
    else:
        title, remedy = fill(row.title, values), tuple(fill(step, values) for step in row.remedy)
        explanation = f"{fill(row.cause, values)} {_retried(case, row)}"
        sure = Confidence.CERTAIN if row.verified else Confidence.POSSIBLE
    made = case.made_by(layer[0]) if len(layer) == 1 else ""
    yield Finding(
        rule=CODES[failure.family],
        name=failure.family.value,
        severity=SEVERITY,
        title=title,
        explanation=f"{explanation} The layer that failed is {layer[0]}{made}." if made else explanation,
        remedy=remedy,
        evidence=case.error_lines()[:_LINES] or (case.quote(failure.line),),
        confidence=sure,
        layers=layer,
        data={"signature": row.id if row else None},
    )


def _retried(case: Case, row: Signature) -> str:
    """What the client does about such an error by itself; Docker by the store that pushed, where it is known."""
    client, store = case.client, case.push.store
    if not client.uses_docker_engine:
        return client.retry if row.family in client.retried else client.final
    usual = row.daemon == RETRIED[row.retried] and row.retried != "never"
    if usual and store is not Store.UNKNOWN:
        return _BY_STORE[store].get(row.retried, _BY_STORE[store][""])
    return f"Such an error is {row.daemon}."


def guilty(case: Case) -> tuple[str, ...]:
    """The layer that the error names, or the one that is known to have given up."""
    named = case.classified.parts.object_digest if case.classified else None
    blob = next((layer.id for layer in case.push.layers if is_blob(layer.id, named)), None)
    if blob is not None:
        return (blob,)
    return tuple(layer.id for layer in case.push.layers if layer.state.value == "failed")
