"""A proxy in front of the registry gave up on it: while it sent a body on, or while it waited for the answer.

Two directions, two settings. Sending: the registry, or its disk, took no more bytes for the time of
`proxy_send_timeout`. Waiting: the registry had the whole body and did not answer in `proxy_read_timeout` (nginx),
`timeout server` (HAProxy), `ProxyPass timeout` (Apache). The client sees a 504 or 502 and can't tell.

Recognised by: the error line of the proxy (`--with`) on an upload of this push. Where the registry's log is there, it
tells how many bytes it had by then.

What to do: find out why the registry stalls; a longer time-out only hides it.

Source: nginx ngx_http_upstream.c; haproxy configuration.txt 8.5; httpd mod_proxy_http.c.
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

CODE = "PL702"
NAME = "proxy-timeout"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


_SETTINGS = {
    (FaultKind.SEND_TIMEOUT, "nginx"): "proxy_send_timeout",
    (FaultKind.READ_TIMEOUT, "nginx"): "proxy_read_timeout",
    (FaultKind.SEND_TIMEOUT, "HAProxy"): "timeout server",
    (FaultKind.READ_TIMEOUT, "HAProxy"): "timeout server",
    # Of the route: 15 s if nobody set it. Source: envoyproxy/envoy api/envoy/config/route/v3/route_components.proto.
    (FaultKind.READ_TIMEOUT, "Envoy"): "timeout",
    (FaultKind.READ_TIMEOUT, "Apache"): "ProxyPass … timeout=",
    (FaultKind.SEND_TIMEOUT, "Apache"): "ProxyPass … timeout=",
}


def check(case: Case) -> Iterator[Finding]:
    """Fire on uploads that a proxy gave up, in either direction."""
    group = group_of(case, FaultKind.SEND_TIMEOUT, FaultKind.READ_TIMEOUT)
    if group is None:
        return
    first = group.first
    setting = _SETTINGS.get((first.kind, first.server))
    by = f" ({setting})" if setting else ""
    what = f"`{setting}`" if setting else "the time-out"
    server = first.server or "the proxy"
    if first.kind is FaultKind.SEND_TIMEOUT:
        title = f"{_name(server)} gave up sending {group.who} to the registry{by}"
        why = "The registry stopped reading: its disk or its object store stalled, not the client's line."
    else:
        title = f"{_name(server)} gave up waiting for the registry's answer to {group.who}{by}"
        why = "The registry had the whole body and did not answer in time: it was busy with its storage, not the line."
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=title,
        explanation=(why,),
        remedy=(
            "Look at the registry's host for that moment: disk (`iostat -x 1`), memory, its object store.",
            f"If the registry only needs longer, raise {what} on {server} for `/v2/`.",
        ),
        data={"direction": first.kind.value, "setting": setting},
    )


def _name(server: str) -> str:
    return server[0].upper() + server[1:] if server.startswith("the ") else server
