"""A connection between two hops broke in the middle of an upload: behind the proxy, or before it.

A proxy that answers 502 lost its connection to the registry; the client's own line to it was good. One that notes 400
and sends no answer lost the client's. A reset that both sides saw comes from what stands between them. Where the
registry wrote nothing of the request and started anew afterwards, it was the registry itself that went away.

Recognised by: the proxy's error line (`--with`) on an upload of this push, and what the registry's log says, or does
not say, of the same upload.

What to do: look for what ends connections between the two hosts; for a registry that was restarted, why.

Source: nginx ngx_http_upstream.c, ngx_http_request_body.c; distribution registry/handlers/helpers.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.model import HopName, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.hops.telling import FaultGroup
    from pushlog.model import Finding

CODE = "PL703"
NAME = "broken-behind-proxy"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads whose connection broke behind the proxy."""
    group = group_of(case, FaultKind.CONNECTION, FaultKind.RESTARTED)
    if group is None:
        return
    first = group.first
    server = first.server or "the proxy"
    if first.kind is FaultKind.RESTARTED:
        title = f"The registry went away in the middle of {group.who} and was started again: {_words(group)}"
        why = f"{server} lost its connection to the registry, whose log has no line of the upload, but of a new start."
        remedy = (
            "Find out why the registry ended: its log before the start, `docker inspect`, `dmesg` (out of memory).",
        )
    elif first.hop is HopName.CLIENT:
        title = f"The connection between the client and {server} broke in the middle of {group.who}"
        why = f"{server} notes {first.status} and sent no answer: the body broke off. The registry refused nothing."
        remedy = (
            f"Look for what ends connections between the client and {server}: Wi-Fi, a VPN, a firewall, a balancer.",
        )
    elif first.hop is HopName.REGISTRY:
        title = f"The connection to the registry broke in the middle of {group.who}"
        why = "The registry lost the connection on which the body came; who ended it, its log does not say."
        remedy = ("Look at the log of the proxy before the registry for that moment, and give it too: `--with`.",)
    else:
        title = f"The connection between {server} and the registry broke in the middle of {group.who}"
        why = f"{server} says: {_words(group)}. The client's own line to {server} was not the cause."
        remedy = (
            f"Look for what ends connections between {server} and the registry: a firewall, a balancer, a restart.",
        )
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=title,
        explanation=(why[0].upper() + why[1:],),
        remedy=(*remedy, "Pushing again helps once it holds: layers that are in the registry are skipped."),
        data={"restarted": first.kind is FaultKind.RESTARTED},
    )


def _words(group: FaultGroup) -> str:
    return group.first.words.split(" while ")[0]
