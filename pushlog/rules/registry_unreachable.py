"""The proxy could not reach the registry at all: its name does not resolve, or nothing listens there.

The client talks to the proxy, gets 502 or 503, and often tries again for 50 s. The registry never saw these requests.

Recognised by: the proxy's error line (`--with`) on a request of this push.

What to do: start the registry, or correct its address in the proxy's configuration.

Source: nginx ngx_http_upstream.c, ngx_resolver.c; haproxy configuration.txt 8.5.
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

CODE = "PL704"
NAME = "registry-unreachable"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.PROVEN
SCOPE = Scope.ANY


def check(case: Case) -> Iterator[Finding]:
    """Fire on requests that a proxy could not hand on."""
    group = group_of(case, FaultKind.UNREACHABLE)
    if group is None:
        return
    server = group.first.server or "the proxy"
    name = server[0].upper() + server[1:] if server.startswith("the ") else server
    yield finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=f"{name} could not reach the registry: {group.first.words.removesuffix(' while connecting to upstream')}",
        explanation=(f"The registry never saw these requests: {server} answered in its place.",),
        remedy=(
            f"On {server}'s host, check the registry's name and port: `getent hosts NAME`, `curl -sS http://NAME:PORT/v2/`.",
            "Is the registry running? Then push again.",
        ),
        data={"reached_registry": False},
    )
