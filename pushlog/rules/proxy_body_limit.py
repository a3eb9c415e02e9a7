"""A proxy in front of the registry refused the upload for its size.

Registries answer in JSON. An HTML page, or `413 Request Entity Too Large` without a registry's code, comes from
something before it: nginx (1 MiB unless told otherwise), Cloudflare (100 MB on the free plan), an ingress, a WAF. The
upload never reached the registry, and its own limits do not matter.

Recognised by: status 413 without a registry's error code; the page's last line often names the server.

What to do: raise that hop's limit for `/v2/`, bypass it, or make the layer smaller. Pushing again changes nothing.

Source: docker/distribution registry/client/errors.go; nginx ngx_http_core_module.c; observed with Docker 20.10
and 28.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import FailingLayers, failing_layers
from pushlog.diagnosis.hops.facts import FaultKind
from pushlog.diagnosis.hops.telling import finding_of, group_of
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.diagnosis.size_limits import COUNTED, fits, sized
from pushlog.model import Basis, Confidence, Evidence, Finding, Severity, State
from pushlog.units import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.hops.telling import FaultGroup
    from pushlog.knowledge.proxies import Proxy
    from pushlog.model import Layer

CODE = "PL501"
NAME = "proxy-body-limit"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.READING
SCOPE = Scope.ANY

_MIB = 1 << 20
# nginx' `client_max_body_size`, if nobody sets it. Source: nginx ngx_http_core_module.c.
_NGINX_DEFAULT = _MIB


def check(case: Case) -> Iterator[Finding]:
    """Fire on a 413 that no registry sent; and on a body that a proxy's own log says it refused."""
    group = group_of(case, FaultKind.BODY_LIMIT)
    if group is not None:
        yield _proven(case, group)
        return
    classified = case.classified
    if classified is None or classified.http_status != 413 or "registry" in classified.parts.stages:
        return
    parts = classified.parts
    is_page = parts.html_title is not None or parts.server is not None
    if not is_page and classified.code not in (None, "UNKNOWN"):
        return
    proxy = case.knowledge.proxy(parts.server)
    name = proxy.name if proxy else "A proxy"
    failing = failing_layers(case)
    layer_words = (
        f"layer {failing.layers[0]}{case.made_by(failing.layers[0])}" if len(failing.layers) == 1 else "a layer"
    )
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{name} in front of the registry refused {layer_words}: it is larger than the proxy's body limit",
        explanation=_explanation(case, failing, proxy, is_page=is_page),
        remedy=_remedy(case, proxy),
        evidence=_evidence(case),
        confidence=Confidence.CERTAIN if is_page else Confidence.LIKELY,
        layers=failing.layers,
        data={"server": parts.server, "status": 413, "hop": proxy.name if proxy else None},
    )


def _proven(case: Case, group: FaultGroup) -> Finding:
    """Return the finding that the proxy's log allows: who refused, at which limit, after how many bytes."""
    fault = group.first
    limit = fault.limit
    server = fault.server or "the proxy"
    name = server[0].upper() + server[1:] if server.startswith("the ") else server
    exact = limit.exact if limit else None
    if exact is not None:
        bound = f"its limit for bodies is {exact:,} bytes{_mebibytes(exact)}"
    elif limit is not None and limit.low:
        bound = f"its limit for bodies is below {limit.high:,} bytes; {limit.low:,} bytes passed"
    else:
        bound = "it is larger than the proxy's body limit"
    default = "That is nginx' default: nobody set it. " if exact == _NGINX_DEFAULT and server == "nginx" else ""
    proxy = next((row for row in case.knowledge.proxies if row.name.lower() == server.lower()), None)
    return finding_of(
        group,
        case,
        rule=CODE,
        name=NAME,
        title=f"{name} in front of the registry refused {group.who}: {bound}",
        explanation=(f"{name} says: {fault.words}. {default}The registry's own limits do not matter.",),
        remedy=_remedy(case, proxy),
        data={
            "status": 413,
            "limit": exact,
            "limit_above": limit.low if limit else None,
            "limit_below": limit.high if limit else None,
        },
    )


def _mebibytes(n: int) -> str:
    return f" ({n // _MIB} MiB)" if n % _MIB == 0 else ""


def _explanation(case: Case, failing: FailingLayers, proxy: Proxy | None, *, is_page: bool) -> str:
    if is_page:
        who = "The answer is an HTML page, not a registry's error: the upload never reached the registry. "
    else:
        who = "The answer carries no registry error code, so it comes from something before the registry. "
    sized_layers = sized(case, failing.layers) if len(failing.layers) == 1 else ()
    size_words = (
        f"The layer has {size(sized_layers[0].bytes_total)} {COUNTED[sized_layers[0].basis]}; "
        "the limit counts what is sent. "
        if sized_layers
        else ""
    )
    return " ".join(f"{who}{size_words}{_limits(case, sized_layers, proxy)} {failing.why}".split())


def _limits(case: Case, refused: tuple[Layer, ...], proxy: Proxy | None) -> str:
    """Return the limit of the proxy that answered, else usual proxies whose limits agree with the sizes in this log."""
    if proxy:
        return f"{proxy.name} allows {proxy.words}." if proxy.verified and proxy.value else ""
    if not refused:
        return ""
    passed = max(
        (layer.bytes_total or 0 for layer in case.layers(State.PUSHED) if layer.basis is Basis.COMPRESSED), default=0
    )
    usual = {
        candidate.value: f"{candidate.name} ({candidate.words})"
        for candidate in case.knowledge.proxies
        if candidate.value
        and candidate.verified
        and passed <= candidate.value
        and not fits(refused[0], candidate.value)
    }
    return f"By its limit it can be {' or '.join(usual[value] for value in sorted(usual))}." if usual else ""


def _remedy(case: Case, proxy: Proxy | None) -> tuple[str, ...]:
    setting = (
        f"On {proxy.name}, set {proxy.setting}. Then push again: only what is missing is sent."
        if proxy
        else "Find the proxy, load balancer or ingress that serves `/v2/` and raise its limit for request bodies "
        "(nginx: `client_max_body_size 0;`). Then push again: only what is missing is sent."
    )
    smaller = case.steps(
        (
            "Not your proxy? Make the layer smaller: find its instruction with `{history} --no-trunc {reference}`",
            "Not your proxy? Make the layer smaller.",
        )
    )
    return (setting, *smaller)


def _evidence(case: Case) -> tuple[Evidence, ...]:
    """Return the lines with the status and the server's name, else the whole error."""
    lines = case.error_lines()
    parts = case.classified.parts if case.classified else None
    telling = [line for line in lines if "413" in line.text or (parts and parts.server and parts.server in line.text)]
    return tuple(dict.fromkeys((*lines[:1], *telling))) or lines
