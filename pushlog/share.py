"""Logs that can be shared: without secrets, perhaps with pseudonyms, and proven to analyse to the same result."""

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
    from collections.abc import Iterator, Sequence

    from pushlog.intake.read import Raw
    from pushlog.model import Diagnosis, Hop, Log, Redacted


@record
class Handover:
    """A log to share, the secrets hidden in it, and the facts that its analysis tells differently, ideally none."""

    data: bytes
    redacted: tuple[Redacted, ...]
    differs: tuple[str, ...]


def redact_log(source: Raw, *, pseudonyms: bool, options: Options | None = None) -> Handover:
    """Return the log without secrets; with `pseudonyms`, hosts and repositories have other names."""
    (clean,) = redact_logs([source], pseudonyms=pseudonyms, options=options)
    return clean


def redact_logs(
    sources: Sequence[Raw], *, pseudonyms: bool, key: bytes | None = None, options: Options | None = None
) -> list[Handover]:
    """Return several logs of one push without secrets, such as a client's and a proxy's: they still can be joined.

    `key`: makes pseudonyms, which are the same in every call with the same key then; without it they are numbered.
    """
    options = replace(options or Options(), redact=False)
    before = [analyze_raw(source, options) for source in sources]
    names = Pseudonyms(options.knowledge, key) if pseudonyms else None
    if names is not None:
        for source, log in zip(sources, before, strict=True):
            names.learn(log, source.data[:].decode("utf-8", "replace"))
            if not log.pushes:
                _learn_requests(names, source)
    clean = [redact_log_bytes(source.data[:], names) for source in sources]
    after = [replace(source, data=log.data) for source, log in zip(sources, clean, strict=True)]
    differs = [
        tuple(_differences(old, analyze_raw(source, options))) for old, source in zip(before, after, strict=True)
    ]
    if len(sources) > 1:
        joins = _joins(sources, before, options), _joins(after, before, options)
        differs = [
            (*facts, *(["joined lines"] if old != new else [])) for facts, old, new in zip(differs, *joins, strict=True)
        ]
    return [
        Handover(data=log.data, redacted=log.redacted, differs=facts) for log, facts in zip(clean, differs, strict=True)
    ]


def _joins(sources: Sequence[Raw], logs: Sequence[Log], options: Options) -> list[list[object]]:
    """Return what the logs without a push say of each push of the others: the lines, and what follows from them.

    Bytes are left out: those of a closing request stand in the upload's address, behind a signature that is hidden.
    """
    others = tuple(SideFile(raw.name, raw.data) for raw, log in zip(sources, logs, strict=True) if not log.pushes)
    return [
        [
            (
                [finding.name for finding in push.findings],
                [(hop.hop, hop.attempt, hop.status, hop.file, hop.line) for hop in _hops(push)],
            )
            for push in analyze_raw(source, replace(options, with_=others)).pushes
        ]
        if log.pushes
        else []
        for source, log in zip(sources, logs, strict=True)
    ]


def _hops(push: Diagnosis) -> list[Hop]:
    return [*push.hops, *(hop for layer in push.layers for hop in layer.hops)]


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
