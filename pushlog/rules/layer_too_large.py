"""The registry itself refused a layer for its size.

Registries limit one layer: GHCR 10 GB, Amazon ECR 52,000 MiB, Azure 200 GiB. Such limits count the compressed bytes
that are sent, and the graphdriver store prints uncompressed ones: its figures show at most that a layer can be above.

Recognised by: a registry's own error about size, for a layer: `size invalid: …`, `error from registry: …`,
`Uploaded blob of X GiB is larger than Y GiB`. An HTML page or a bare 413 comes from a proxy: see proxy-body-limit.

What to do: find the instruction that made the layer and split it. Pushing again changes nothing.

Source: docs.github.com, Working with the Container registry; docs.aws.amazon.com AmazonECR service-quotas;
quay endpoints/v2/errors.py LayerTooLarge.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import failing_layers
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.diagnosis.size_limits import against, limit, sized
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Family, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.failing_layers import FailingLayers
    from pushlog.formats.errors.classify import Classified

CODE = "PL503"
NAME = "layer-too-large"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.READING
SCOPE = Scope.ANY

_STATED = lazy_pattern(r"of (?P<is>\d[\d.]* ?[kKMGT]?i?B) is larger than (?P<most>\d[\d.]* ?[kKMGT]?i?B)")
_OF_A_LAYER = lazy_pattern(r"\b(layer|blob)\b", re.IGNORECASE)
# A length that does not match was cut on the way; it is no limit.
_CUT = "size-invalid-length"


def check(case: Case) -> Iterator[Finding]:
    """Fire when a registry's error speaks of size and a layer was still to come."""
    classified, failure = case.classified, case.push.error
    if failure is None or classified is None or failure.family is not Family.SIZE_LIMIT or case.all_in:
        return
    if not _registry_spoke(classified) or (classified.signature and classified.signature.id == _CUT):
        return
    failing = failing_layers(case)
    layer_words = (
        f"layer {failing.layers[0]}{case.made_by(failing.layers[0])}" if len(failing.layers) == 1 else "a layer"
    )
    message = classified.parts.message or ""
    stated_sizes = _STATED.search(message)
    names_layer = _OF_A_LAYER.search(message) is not None
    documented = limit(case.knowledge, case.push.registry_kind, "layer-size")
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"The registry refused {layer_words}: "
        + ("it is too large" if names_layer else "it says that a size is wrong"),
        explanation=_explanation(case, failing, names_layer=names_layer),
        remedy=_remedy(case, names_layer=names_layer),
        evidence=case.error_lines()[:3],
        confidence=Confidence.CERTAIN if names_layer else Confidence.LIKELY,
        layers=failing.layers,
        data={
            "stated_size": stated_sizes["is"] if stated_sizes else None,
            "stated_limit": stated_sizes["most"] if stated_sizes else None,
            "documented_limit_bytes": documented.value if documented else None,
        },
    )


def _registry_spoke(classified: Classified) -> bool:
    return classified.code is not None or bool({"registry", "errors"} & set(classified.parts.stages))


def _explanation(case: Case, failing: FailingLayers, *, names_layer: bool) -> str:
    who = "The answer is the registry's own, not that of a proxy."
    if not names_layer:
        who += " It does not say of what: a layer above its limit, or an upload that arrived cut short."
    documented = limit(case.knowledge, case.push.registry_kind, "layer-size")
    sized_layers = sized(case, failing.layers) if len(failing.layers) == 1 else ()
    if sized_layers:
        figures = against(sized_layers[0], documented)
    else:
        figures = f"Its documented limit is {documented.words}." if documented else "Its limit is not known here."
    return " ".join(filter(None, (who, figures, failing.why)))


def _remedy(case: Case, *, names_layer: bool) -> tuple[str, ...]:
    steps = case.steps(
        (
            "Find the instruction that made the layer: `{history} --no-trunc {reference}`",
            "Find the instruction that made the layer.",
        ),
        "Split it into several smaller ones, or leave out what the image does not need (a multi-stage build).",
        "On a registry of your own, raise its limit.",
    )
    cut = "If the layer is below the limit, look for a proxy that cuts uploads."
    return steps if names_layer else (*steps, cut)
