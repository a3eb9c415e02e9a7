"""The registry got other bytes than the client sent: something on the way changed them.

The client names the digest of its blob when it ends an upload, and the registry computes that of what it got. TCP's
own checksum is weak; broken memory, network cards and proxies that touch bodies get past it.

Recognised by: the registry's log (`--with`): `canonical digest does match provided digest`, or `digest invalid`.

What to do: find the hop that changes bytes; a push that recovered is whole.

Source: distribution registry/storage/blobwriter.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding

CODE = "PL709"
NAME = "changed-in-transit"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads whose content did not have the digest that the client named."""
    group = group_of(case, FaultKind.DIGEST)
    if group is None:
        return
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=f"The body of {group.who} was changed in transit: the registry got other bytes than were sent",
        explanation=(
            "The registry computed another digest than the client named: something on the way corrupts bytes.",
            "No broken blob was kept.",
        ),
        remedy=(
            "Once can be chance. If it comes again, take hops out one by one: the proxy, a VPN, the card's offloading.",
            "Test the memory of the hosts on the way.",
        ),
    )
