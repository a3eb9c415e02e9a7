"""The client itself ended the upload: someone stopped the push, or the daemon gave up.

The registry lost its client in the middle of a body, and a proxy notes 499 or 400. That is no fault of theirs: the
daemon's log says `context canceled`, or the client's log ends with its stop.

Recognised by: the registry's `client disconnected` or the proxy's 499 (`--with`) in a push that was stopped.

What to do: push again; layers that are in the registry are skipped.

Source: distribution registry/handlers/helpers.go; nginx ngx_http_request.h (499); moby distribution/push.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding

CODE = "PL708"
NAME = "client-left"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY

_WAITED = "The client left before the registry answered: it waited too long, or its connection broke"


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads that the client ended."""
    group = group_of(case, FaultKind.CLIENT_LEFT)
    if group is None:
        return
    stopped = group.first.confidence is Confidence.CERTAIN
    why = (
        "Neither proxy nor registry refused anything: the client ended its connection."
        if stopped
        else "The client, or the connection to it, went away before the answer; one that waited too long does so too."
    )
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=f"The client stopped the upload of {group.who}" if stopped else _WAITED,
        explanation=(why,),
        remedy=("Push again: layers that are in the registry are skipped.",),
    )
