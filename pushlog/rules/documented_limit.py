"""A layer is above a limit that this registry documents, and the error does not say so.

GHCR takes 10 GB for a layer and 10 minutes for an upload; Amazon ECR takes 52,000 MiB. Not every limit is answered with
a clear word: the connection may just end, or a proxy reports a time-out.

Recognised by: a cut connection, a time-out or an error of the server, and a layer that was under way and is above a
documented figure. Limits count compressed bytes; a figure from before compression only makes it possible.

What to do: split the layer, or push over a faster line where the limit is one of time.

Source: docs.github.com, Working with the Container registry; docs.aws.amazon.com AmazonECR service-quotas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.diagnosis.size_limits import against, fits, limit, sized
from pushlog.knowledge.wording import words
from pushlog.model import Basis, Confidence, Family, Finding, Phase, Severity
from pushlog.rules.concurrency_saturated import setting
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.registries import Limit
    from pushlog.model import Evidence, Layer

CODE = "PL505"
NAME = "documented-limit"
SEVERITY = Severity.WARNING
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY

_VAGUE = (
    Family.CONNECTION_RESET,
    Family.EOF,
    Family.TIMEOUT,
    Family.SERVER_ERROR,
    Family.BLOB_UPLOAD_INVALID,
    Family.UNKNOWN,
)


def check(case: Case) -> Iterator[Finding]:
    """Fire on an error that can hide a limit, for each limit that a layer under way is above."""
    failure = case.push.error
    if failure is None or failure.family not in _VAGUE:
        return
    under_way = failing_layers(case).layers
    size_limit = limit(case.knowledge, case.push.registry_kind, "layer-size")
    for layer in sized(case, under_way) if size_limit else ():
        if size_limit and (layer.bytes_total or 0) > size_limit.value and not fits(layer, size_limit.value):
            yield _size(case, layer, size_limit)
    time_limit = limit(case.knowledge, case.push.registry_kind, "upload-time")
    for layer in case.push.layers if time_limit else ():
        duration = _longest_upload(layer) if layer.id in under_way else 0.0
        if time_limit and duration >= time_limit.value:
            yield _time(case, layer, time_limit, duration)


def _size(case: Case, layer: Layer, size_limit: Limit) -> Finding:
    is_compressed = layer.basis is Basis.COMPRESSED
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Layer {layer.id} {'is' if is_compressed else 'may be'} above what {_name(case)} documents: "
        f"{size_limit.words}",
        explanation=f"{against(layer, size_limit)} The error does not speak of size; a limit can just cut the "
        "connection.",
        remedy=case.steps(
            (
                "Find the instruction that made the layer, and split it: `{history} --no-trunc {reference}`",
                "Find the instruction that made the layer, and split it.",
            ),
            "To find out: push an image without that layer. If it goes through, it is the size.",
        ),
        evidence=_evidence(case, layer),
        confidence=Confidence.LIKELY if is_compressed else Confidence.POSSIBLE,
        layers=(layer.id,),
        data={"bytes_total": layer.bytes_total, "basis": layer.basis.value, "limit_bytes": size_limit.value},
    )


def _time(case: Case, layer: Layer, time_limit: Limit, duration: float) -> Finding:
    measured = case.push.clock.measured
    return Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"An upload of layer {layer.id} took longer than {_name(case)} documents: {time_limit.words}",
        explanation=f"It took {'' if measured else 'about '}{seconds(duration)}. The error does not speak of time, but "
        "an upload that is cut for it can look like this.",
        remedy=case.steps(
            (
                "Split the layer, so that each part is uploaded in time: `{history} --no-trunc {reference}`",
                "Split the layer, so that each part is uploaded in time.",
            ),
            words(
                store_containerd="Send fewer layers at a time, so that each gets more of the line, from Docker 29.7: "
                + setting(1),
                engine=f"Send fewer layers at a time, so that each gets more of the line: {setting(1)}",
            ),
        ),
        evidence=_evidence(case, layer),
        confidence=Confidence.LIKELY if measured else Confidence.POSSIBLE,
        layers=(layer.id,),
        data={"seconds": round(duration, 1), "limit_seconds": time_limit.value},
    )


def _longest_upload(layer: Layer) -> float:
    spans = (i.end - i.start for i in layer.intervals if i.phase in (Phase.UPLOADING, Phase.FINISHING))
    return max(spans, default=0.0)


def _name(case: Case) -> str:
    registry = case.knowledge.registry(case.push.registry_kind)
    return registry.name if registry else "this registry"


def _evidence(case: Case, layer: Layer) -> tuple[Evidence, ...]:
    return (case.row(list(case.rows(layer.id))[-1]), *case.error_lines()[:1])
