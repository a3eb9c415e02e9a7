"""A proxy answered in the registry's place: it counts requests, or it could not keep the body.

A limit for requests (`limit_req`) refuses with 429 or 503 and hits pushes with many layers, whose requests come at
once. A proxy that keeps bodies before it sends them on needs a disk for them, and answers 500 when that is full.

Recognised by: the proxy's error line (`--with`) on a request of this push, or its status where the registry's log has
no line of the same request.

What to do: change that setting for `/v2/`, or make room for the bodies.

Source: nginx ngx_http_limit_req_module.c, ngx_http_request_body.c.
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

CODE = "PL705"
NAME = "proxy-refused"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY

# What these statuses say of a server that hands requests on. Source: RFC 9110, 15.6.3 to 15.6.5.
_STATUS = {
    502: "got no valid answer from the registry (502)",
    503: "had no registry to hand the request to (503)",
    504: "gave up waiting for the registry (504)",
}
_OTHER = "notes {} for a request to the registry"


_LIMIT = "`limit_req` for `/v2/` (a larger `burst`, `nodelay`)"
_LIMITS = {"Envoy": "the limit of the rate limit filter for `/v2/`"}


def check(case: Case) -> Iterator[Finding]:
    """Fire on requests that a proxy refused by itself."""
    group = group_of(case, FaultKind.RATE_LIMIT, FaultKind.PROXY_DISK, FaultKind.PROXY_ANSWER)
    if group is None:
        return
    first = group.first
    server = first.server or "the proxy"
    name = server[0].upper() + server[1:] if server.startswith("the ") else server
    if first.kind is FaultKind.RATE_LIMIT:
        title = f"{name} refused requests of this push: its limit for requests was reached"
        why = f"{name} says: {first.words}. A push sends many requests at once; the registry never saw these."
        remedy: tuple[str, ...] = (
            f"On {server}, raise {_LIMITS.get(server, _LIMIT)}, or lift it for this network.",
            "Until then push with fewer uploads at a time: `max-concurrent-uploads` in daemon.json.",
        )
    elif first.kind is FaultKind.PROXY_DISK:
        title = f"{name} could not keep the body of {group.who}: its own disk failed"
        why = f"{name} says: {first.words}. The registry never saw the request."
        remedy = (
            f"Make room on {server}'s disk for request bodies (`client_body_temp_path`).",
            "Or let it send bodies on at once: `proxy_request_buffering off;`",
        )
    elif first.confidence is Confidence.CERTAIN:
        title = f"{name} answered {first.status} in the registry's place"
        why = "Nothing came from the registry for that request."
        remedy = (f"Look at the error log of {server} for that moment, and give it too: `--with`.",)
    else:
        title = f"{name} {_STATUS.get(first.status or 0, _OTHER).format(first.status)}: {group.who}"
        why = "Its access log alone does not say why."
        remedy = (f"Look at the error log of {server} for that moment, and give it too: `--with`.",)
    yield finding_of(group, case, rule=CODE, name=NAME, title=title, explanation=(why,), remedy=remedy)
