"""The manifest, the list that names the layers, is larger than the registry or a proxy allows.

It is sent last, when all layers are in. Distribution, the software behind many registries, takes 4 MiB; the
specification asks every registry to take at least 4 MB, and to answer 413 above its limit. A manifest has some hundred
bytes for each layer, so one that is too large normally carries annotations.

Recognised by: a text that says so; a 413 on the manifest; `manifest invalid: manifest invalid` for an image of very
many layers, which is a possibility and no more, for that text hides the registry's reason.

What to do: fewer annotations, fewer layers; on a registry of your own, a higher limit.

Source: distribution registry/handlers/manifests.go maxManifestBodySize; opencontainers distribution-spec.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.diagnosis.size_limits import limit
from pushlog.knowledge.wording import words
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Evidence, Family, Finding, Severity, State
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.formats.errors.classify import Classified

CODE = "PL502"
NAME = "manifest-too-large"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.READING
SCOPE = Scope.ANY

_SIZE = lazy_pattern(r"manifest.{0,40}(size|large|big|exceed)|(size|large|big|exceed).{0,40}manifest", re.IGNORECASE)
# Docker itself builds no image of more than 125 layers (moby layer/layer_store.go), so this is near the top.
_MANY = 100
_ANNOTATIONS = words(
    docker_cli="Leave out annotations (`docker buildx build --annotation`): they stand in the manifest, labels do not.",
    others="Leave out annotations: they stand in the manifest, labels do not.",
)


def check(case: Case) -> Iterator[Finding]:
    """Fire on a manifest refused for its size; where that is only possible, the catalogue speaks first."""
    classified = case.classified
    if classified is None or case.push.error is None:
        return
    if _says_so(classified):
        yield _finding(case, "The manifest is larger than the registry allows", Confidence.CERTAIN)
    elif classified.http_status == 413 and classified.parts.object_kind in {"manifest", "index"}:
        yield _finding(case, "The manifest is larger than the registry or a proxy allows (413)", Confidence.CERTAIN)
    elif classified.http_status == 413 and case.all_in:
        title = "The manifest or the image's configuration is larger than the registry or a proxy allows (413)"
        yield _finding(case, title, Confidence.LIKELY)
    elif _hides_reason(classified) and len(case.push.layers) >= _MANY:
        yield _finding(case, "Possibly the manifest is too large for this registry", Confidence.POSSIBLE)


def _says_so(classified: Classified) -> bool:
    message = " ".join(filter(None, (classified.parts.message, classified.parts.detail)))
    return classified.family is Family.SIZE_LIMIT and _SIZE.search(message) is not None


def _hides_reason(classified: Classified) -> bool:
    return classified.signature is not None and classified.signature.id == "manifest-invalid-same-words"


def _finding(case: Case, title: str, confidence: Confidence) -> Finding:
    documented = limit(case.knowledge, case.push.registry_kind, "manifest-size")
    general = documented or limit(case.knowledge, "distribution", "manifest-size")
    layers = len(case.push.layers)
    return Finding(
        rule=CODE,
        name=NAME,
        severity=Severity.WARNING if confidence is Confidence.POSSIBLE else SEVERITY,
        title=title,
        explanation=" ".join(
            filter(None, (_where(case, confidence), _limit(documented is not None, general.words if general else None)))
        ),
        remedy=case.steps(
            _ANNOTATIONS,
            (
                "Count the layers, and merge instructions where they are many: `{history} -q {reference} | wc -l`",
                "Count the layers, and merge instructions where they are many.",
            ),
            "On a registry of your own, raise its limit for manifests, and the body limit of a proxy in front of it.",
        ),
        evidence=_evidence(case),
        confidence=confidence,
        data={"layers": layers, "limit_bytes": general.value if general else None},
    )


def _where(case: Case, confidence: Confidence) -> str:
    layers_words = f"All {count(len(case.push.layers), 'layer')} are in the registry; " if case.all_in else ""
    if confidence is Confidence.POSSIBLE:
        return (
            f"{layers_words}the reason why the manifest was refused is not in the text, and it names very many layers."
        )
    return (
        f"{layers_words}what was refused is the manifest, the list that names the layers."
        if layers_words
        else ("What was refused is the manifest, the list that names the layers; it is sent after them.")
    )


def _limit(of_this_registry: bool, limit_words: str | None) -> str:
    if limit_words is None:
        return ""
    return (
        f"This registry allows {limit_words}."
        if of_this_registry
        else f"Many registries run Distribution, which allows {limit_words}; other limits are possible."
    )


def _evidence(case: Case) -> tuple[Evidence, ...]:
    done = case.rows_of(State.PUSHED, State.EXISTS, State.MOUNTED)
    return (*(case.row(row) for row in done[-1:]), *case.error_lines()[:3])
