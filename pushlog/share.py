"""A log that can be shared: without secrets, perhaps with pseudonyms, and proven to analyse to the same result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.other_side.table import side_table
from pushlog.intake.side_files import SideFile
from pushlog.model import HopName
from pushlog.pipeline import Options, analyze_raw
from pushlog.record_class import record
from pushlog.redaction.pseudonyms import Pseudonyms
from pushlog.redaction.whole import redact_log_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.read import Raw
    from pushlog.model import Diagnosis, Log, Redacted


@record
class Handover:
    """A log to share, the secrets hidden in it, and the facts that its analysis tells differently, ideally none."""

    data: bytes
    redacted: tuple[Redacted, ...]
    differs: tuple[str, ...]


def redact_log(source: Raw, *, pseudonyms: bool, options: Options | None = None) -> Handover:
    """Return the log without secrets; with `pseudonyms`, hosts and repositories have other names."""
    options = replace(options or Options(), redact=False)
    before = analyze_raw(source, options)
    names = None
    if pseudonyms:
        names = Pseudonyms(options.knowledge)
        names.learn(before, source.data[:].decode("utf-8", "replace"))
        if not before.pushes:
            _learn_requests(names, source)
    clean = redact_log_bytes(source.data[:], names)
    after = analyze_raw(replace(source, data=clean.data), options)
    return Handover(data=clean.data, redacted=clean.redacted, differs=tuple(_differences(before, after)))


def _learn_requests(names: Pseudonyms, source: Raw) -> None:
    """Take the repositories and users that the log of a proxy or a registry names; of a client's log nothing."""
    for line in side_table([SideFile(source.name, source.data)], None).records:
        if line.hop is not HopName.DAEMON:
            names.learn_request(line.repository, line.user)


def _differences(before: Log, after: Log) -> Iterator[str]:
    """Yield the facts on which the two analyses disagree, of those that must be the same under any names."""
    if len(before.pushes) != len(after.pushes):
        yield "pushes"
        return
    for old, new in zip(before.pushes, after.pushes, strict=True):
        then, now = _nameless_facts(old), _nameless_facts(new)
        yield from (fact for fact, value in then.items() if value != now[fact])


def _nameless_facts(push: Diagnosis) -> dict[str, object]:
    """Return the facts of a push that do not depend on names."""
    error = push.error
    return {
        "outcome": push.outcome,
        "error": error and (error.family, error.http_status, error.code, error.retry_helps),
        # What the registry said of an upload stands in the upload's address, behind a signature that is hidden.
        "layers": [replace(layer, mounted_from=None, registry_said=None) for layer in push.layers],
        "duration": (push.clock, push.duration),
        "registry kind": push.registry_kind,
        "findings": [finding.name for finding in push.findings],
    }
