"""A log that can be given away: without secrets, perhaps under other names, and proven to tell the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pushlog.pipeline import Options, analyze_raw
from pushlog.redaction.pseudonyms import Pseudonyms
from pushlog.redaction.whole import redact_log_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.read import Raw
    from pushlog.model import Diagnosis, Log, Redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The log to give away, what was hidden in it, and what its analysis tells differently: nothing, if all is well."""

    data: bytes
    redacted: tuple[Redacted, ...]
    differs: tuple[str, ...]


def redact_log(source: Raw, *, pseudonyms: bool, options: Options | None = None) -> Handover:
    """The log of an input without secrets; with `pseudonyms`, hosts and repositories under other names."""
    analysis_options = replace(options or Options(), redact=False)
    before = analyze_raw(source, analysis_options)
    names = None
    if pseudonyms:
        names = Pseudonyms(analysis_options.knowledge)
        names.learn(before, source.data[:].decode("utf-8", "replace"))
    clean = redact_log_bytes(source.data[:], names)
    after = analyze_raw(replace(source, data=clean.data), analysis_options)
    return Handover(data=clean.data, redacted=clean.redacted, differs=tuple(_differences(before, after)))


def _differences(before: Log, after: Log) -> Iterator[str]:
    """The facts in which the two analyses differ, of those that must be the same under any names."""
    if len(before.pushes) != len(after.pushes):
        yield "pushes"
        return
    for old, new in zip(before.pushes, after.pushes, strict=True):
        old_facts, new_facts = _facts(old), _facts(new)
        yield from (name for name, value in old_facts.items() if value != new_facts[name])


def _facts(push: Diagnosis) -> dict[str, object]:
    """The facts of a push that do not depend on its names."""
    error = push.error
    return {
        "outcome": push.outcome,
        "error": error and (error.family, error.http_status, error.code, error.retry_helps),
        "layers": [replace(layer, mounted_from=None) for layer in push.layers],
        "duration": (push.clock, push.duration),
        "registry kind": push.registry_kind,
        "findings": [finding.name for finding in push.findings],
    }
