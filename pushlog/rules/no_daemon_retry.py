"""The containerd image store gave up on the first transport error.

The graphdriver store repeats a failed layer up to five times; the containerd store (default from Docker 29 on for new
installations) does not: one reset connection ends the push, and the first failing blob cancels all others.

Recognised by: a push with the containerd store that ended with a cut connection or a time-out, or with a refused
connection after something had been uploaded. A registry that never answered ends a push of either store at once.

What to do: push again, layers that are in the registry are skipped; in CI put the push into a small loop.

Source: moby daemon/containerd/image_push.go; containerd core/remotes/docker/pusher.go; observed with Docker 28.5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.rule import Role, Scope
from pushlog.model import Confidence, Family, Finding, Severity, State, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL103"
NAME = "no-daemon-retry"
SEVERITY = Severity.WARNING
ROLE = Role.DETAIL
SCOPE = Scope.DOCKER_ENGINE

_TRANSPORT = (Family.CONNECTION_RESET, Family.EOF, Family.TIMEOUT, Family.CONNECTION_REFUSED)


def check(case: Case) -> Iterator[Finding]:
    """Fire on a transport error in a push of the containerd store."""
    failure = case.push.error
    if failure is None or case.push.store is not Store.CONTAINERD or failure.family not in _TRANSPORT:
        return
    if failure.family is Family.CONNECTION_REFUSED and not case.layers(State.PUSHED, State.EXISTS, State.PUSHING):
        return
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title="Docker did not retry: the containerd image store gives up on the first transport error",
        explanation="The graphdriver store would have tried the layer four more times. This store ends the push at "
        "once and cancels the other uploads; layers that were pushed stay in the registry.",
        remedy=case.steps(
            "Push again; what is in the registry is skipped: `{push}`",
            "In CI, retry it: `for n in 1 2 3; do {push} && break; sleep $((n * 10)); done`",
        ),
        evidence=case.error_lines()[:1],
        confidence=Confidence.CERTAIN,
        data={"family": failure.family.value},
    )
