"""What broke an upload, by what all hops say of it: the most telling word counts, whoever wrote it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import Fault, FaultKind
from pushlog.diagnosis.hops.scene import Scene, limit_of
from pushlog.formats.other_side.record import UNANSWERED, SideKind
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, HopName, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pushlog.diagnosis.hops.rows import SideRow

# What file systems and object stores say behind a bare 500. Sources: errno(3); distribution registry/storage/driver
# (s3-aws, gcs, azure), whose drivers put their name before the provider's words.
_STORAGE = lazy_pattern(
    r"no space left on device|read-only file system|permission denied|input/output error|disk quota exceeded|"
    r"stale (?:NFS )?file handle|too many open files|SlowDown|transport endpoint is not connected|"
    r"(?:s3aws|gcs|azure|swift|oss|filesystem): [^\n]+",
    re.IGNORECASE,
)
# The daemon's words for a client that is gone.
_CANCELLED = ("context canceled", "context cancelled")
_TOO_LARGE = 413
# What nginx notes of a client that left: its own 499, and 400 where it was sending the body on.
_LEFT, _BROKE_OFF = 499, 400
# A registry that died is started again within this, in seconds.
_RESTART = 60.0


def fault_of(scene: Scene) -> Fault | None:
    """Return what broke an upload; None where no log says it."""
    return next((fault for test in _TESTS if (fault := test(scene)) is not None), None)


def outcome_of(outcome: Outcome, faults: Sequence[Fault], daemon_rows: Sequence[SideRow]) -> Outcome:
    """Return how a push ended: a client's log that just ends is of a stopped one, if its client is gone.

    `daemon_rows`: rows of this very push, where the daemon tells which those are.
    """
    is_cancelled = any(row.record.kind is SideKind.GAVE_UP and row.record.code in _CANCELLED for row in daemon_rows)
    has_left = is_cancelled or (bool(faults) and faults[-1].kind is FaultKind.CLIENT_LEFT)
    return Outcome.INTERRUPTED if outcome is Outcome.INCOMPLETE and has_left else outcome


def with_consequences(faults: Sequence[tuple[str, Fault | None]]) -> list[Fault]:
    """Return faults of uploads; of a body sent again to an upload that another fault had ended, that fault.

    After an error the containerd store sends its body once more to the same upload, which the registry has dropped: the
    404 that the client prints then says nothing.
    """
    result: list[Fault] = []
    roots: dict[str, Fault] = {}
    for upload, fault in faults:
        if fault is None:
            continue
        root = roots.get(upload) if upload else None
        result.append(_as_consequence(fault, root) if root is not None and fault.kind in _CONSEQUENCES else fault)
        if upload:
            roots.setdefault(upload, fault)
    return result


_CONSEQUENCES = (
    FaultKind.REGISTRY_ANSWER,
    FaultKind.REPLICA_STORAGE,
    FaultKind.PROXY_ANSWER,
    FaultKind.CONNECTION,
)


def _as_consequence(fault: Fault, root: Fault) -> Fault:
    return replace(
        fault,
        kind=root.kind,
        hop=root.hop,
        server=root.server,
        detail=root.detail,
        words=f"{fault.words} (the upload was gone: {root.words})",
        evidence=tuple(dict.fromkeys((*root.evidence[:1], *fault.evidence))),
        confidence=root.confidence,
        limit=root.limit,
    )


def _storage(scene: Scene) -> Fault | None:
    for row in scene.of_registry:
        match = _STORAGE.search(row.record.words)
        if match is not None and (row.record.kind is SideKind.STORAGE or row.record.status >= 500):
            return scene.fault(
                FaultKind.STORAGE, HopName.REGISTRY, row, scene.answers.get(HopName.REGISTRY), detail=match[0]
            )
    return None


def _proxy_disk(scene: Scene) -> Fault | None:
    row = scene.first(SideKind.PROXY_DISK)
    return (
        None if row is None else scene.fault(FaultKind.PROXY_DISK, HopName.PROXY, row, scene.answers.get(HopName.PROXY))
    )


def _body_limit(scene: Scene) -> Fault | None:
    row = scene.first(SideKind.BODY_LIMIT)
    answer = scene.answers.get(HopName.PROXY)
    if row is not None:
        limit = limit_of(row, scene.all_rows)
        return scene.fault(FaultKind.BODY_LIMIT, HopName.PROXY, row, answer, limit=limit)
    registry = scene.answers.get(HopName.REGISTRY)
    if answer is None or answer.record.status != _TOO_LARGE:
        return None
    if registry is not None and registry.record.status == _TOO_LARGE:
        return None
    return scene.fault(FaultKind.BODY_LIMIT, HopName.PROXY, answer)


def _rate_limit(scene: Scene) -> Fault | None:
    row, answer = scene.first(SideKind.RATE_LIMIT), scene.answers.get(HopName.PROXY)
    if row is not None:
        return scene.fault(FaultKind.RATE_LIMIT, HopName.PROXY, row, answer)
    is_proxy = scene.has_registry_log and HopName.REGISTRY not in scene.answers
    if answer is not None and answer.record.status == 429 and is_proxy:
        return scene.fault(FaultKind.RATE_LIMIT, HopName.PROXY, answer)
    return None


def _timeout(scene: Scene) -> Fault | None:
    for side_kind, kind in (
        (SideKind.SEND_TIMEOUT, FaultKind.SEND_TIMEOUT),
        (SideKind.READ_TIMEOUT, FaultKind.READ_TIMEOUT),
        (SideKind.CONNECT_TIMEOUT, FaultKind.UNREACHABLE),
    ):
        row = scene.first(side_kind)
        if row is not None:
            lost = scene.first(SideKind.DISCONNECTED)
            # It waits for an answer when all of the body is sent.
            received = scene.size if kind is FaultKind.READ_TIMEOUT and scene.copied is None else None
            return scene.fault(kind, HopName.PROXY, row, scene.answers.get(HopName.PROXY), lost, received=received)
    return None


def _unreachable(scene: Scene) -> Fault | None:
    row = scene.first(SideKind.UNREACHABLE)
    return (
        None
        if row is None
        else scene.fault(FaultKind.UNREACHABLE, HopName.PROXY, row, scene.answers.get(HopName.PROXY))
    )


def _connection(scene: Scene) -> Fault | None:
    row = scene.first(SideKind.BROKEN)
    if row is None:
        return None
    lost = scene.first(SideKind.DISCONNECTED)
    start = next((start for start in scene.starts if 0 <= start.when - row.when + 1 <= _RESTART), None)
    if not scene.of_registry and start is not None:
        return scene.fault(FaultKind.RESTARTED, HopName.REGISTRY, row, start)
    return scene.fault(FaultKind.CONNECTION, HopName.PROXY, row, lost, scene.answers.get(HopName.PROXY))


def _digest(scene: Scene) -> Fault | None:
    row, answer = scene.first(SideKind.DIGEST_MISMATCH), scene.answers.get(HopName.REGISTRY)
    if row is None and answer is not None and answer.record.code == "digest invalid":
        row = answer
    return None if row is None else scene.fault(FaultKind.DIGEST, HopName.REGISTRY, row, answer)


def _login(scene: Scene) -> Fault | None:
    answer = scene.answers.get(HopName.REGISTRY) or scene.answers.get(HopName.PROXY)
    if answer is None or answer.record.status != 401:
        return None
    records = [row.record for row in scene.all_rows]
    if not any(200 <= record.status < 300 and record.request not in ("", "ping") for record in records):
        return None
    token = next((row for row in scene.all_rows if row.record.kind is SideKind.TOKEN_RAN_OUT), None)
    refused = scene.first(SideKind.UNAUTHORIZED)
    if token is not None:
        kind = FaultKind.TOKEN_RAN_OUT
        return scene.fault(kind, HopName.REGISTRY, token, refused, answer, detail=token.record.code)
    return scene.fault(FaultKind.LOGIN_ENDED, HopName.REGISTRY, refused or answer, answer)


def _replicas(scene: Scene) -> Fault | None:
    answer = scene.answers.get(HopName.REGISTRY)
    for row in scene.of_registry:
        if "invalid secret" in row.record.words:
            return scene.fault(FaultKind.REPLICA_SECRET, HopName.REGISTRY, row, answer)
    if answer is None or answer.record.status != 404 or answer.record.request != "upload":
        return None
    same = [row.record for row in scene.all_rows if row.record.upload == scene.item.upload]
    begun = {row.file for row in scene.all_rows if _is_begin(row)}
    if any(record.status >= 500 for record in same) or not begun - {answer.file}:
        return None
    return scene.fault(FaultKind.REPLICA_STORAGE, HopName.REGISTRY, answer, confidence=Confidence.LIKELY)


def _is_begin(row: SideRow) -> bool:
    record = row.record
    return record.hop is HopName.REGISTRY and record.method == "POST" and record.status == 202


def _client_left(scene: Scene) -> Fault | None:
    lost = scene.first(SideKind.DISCONNECTED, SideKind.CLIENT_LEFT)
    word = next((row for row in scene.all_rows if row.record.code in _CANCELLED), None)
    answer = scene.answers.get(HopName.PROXY)
    gone = answer is not None and answer.record.status == _LEFT
    stopped = scene.is_stopped or word is not None
    noted = answer if answer is not None and answer.record.status in (_LEFT, _BROKE_OFF) else None
    broke_off = answer is not None and answer.record.code == UNANSWERED
    left = lost or (noted if stopped or gone or broke_off else None)
    if left is None:
        plain = scene.answers.get(HopName.REGISTRY) if stopped and answer is None else None
        likely = Confidence.LIKELY
        return None if plain is None else scene.fault(FaultKind.CLIENT_LEFT, HopName.CLIENT, plain, confidence=likely)
    if stopped:
        return scene.fault(FaultKind.CLIENT_LEFT, HopName.CLIENT, left, word, answer)
    if answer is not None and answer.record.status == 504 and lost is not None:
        return scene.fault(FaultKind.SEND_TIMEOUT, HopName.PROXY, answer, lost, confidence=Confidence.LIKELY)
    if answer is not None and broke_off and not gone:
        word = scene.first(SideKind.RETRYING, SideKind.FAILED)
        return scene.fault(FaultKind.CONNECTION, HopName.CLIENT, answer, lost, word)
    if gone:
        return scene.fault(FaultKind.CLIENT_LEFT, HopName.CLIENT, left, answer, confidence=Confidence.LIKELY)
    return scene.fault(FaultKind.CONNECTION, HopName.REGISTRY, left, answer, confidence=Confidence.LIKELY)


def _answer(scene: Scene) -> Fault | None:
    proxy, registry = scene.answers.get(HopName.PROXY), scene.answers.get(HopName.REGISTRY)
    is_passed_on = proxy is None or (registry is not None and proxy.record.status == registry.record.status)
    if registry is not None and is_passed_on:
        # Its access log has 500 also for a client that it lost: only its own log says why.
        says_why = bool(registry.record.code or registry.record.seconds is not None)
        confidence = Confidence.CERTAIN if says_why else Confidence.LIKELY
        return scene.fault(FaultKind.REGISTRY_ANSWER, HopName.REGISTRY, registry, proxy, confidence=confidence)
    if proxy is None:
        return None
    # `-` in the place of the upstream's status: nothing came from there.
    alone = bool(proxy.record.upstream_status) and not proxy.record.upstream_status.strip("-, ")
    is_sure = alone or (scene.has_registry_log and not scene.of_registry)
    confidence = Confidence.CERTAIN if is_sure else Confidence.LIKELY
    return scene.fault(FaultKind.PROXY_ANSWER, HopName.PROXY, proxy, confidence=confidence)


def _daemon_word(scene: Scene) -> Fault | None:
    row = scene.first(SideKind.RETRYING, SideKind.FAILED) or scene.answers.get(HopName.DAEMON)
    return None if row is None else scene.fault(FaultKind.DAEMON_WORD, HopName.DAEMON, row, detail=row.record.code)


_TESTS: Sequence[Callable[[Scene], Fault | None]] = (
    _storage,
    _proxy_disk,
    _body_limit,
    _rate_limit,
    _timeout,
    _unreachable,
    _connection,
    _digest,
    _login,
    _replicas,
    _client_left,
    _answer,
    _daemon_word,
)
