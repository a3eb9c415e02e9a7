"""A proxy in front of the registry refused the upload for its size.

Registries answer in JSON. An HTML page, or `413 Request Entity Too Large` without a registry's code, comes from
something before it: nginx (1 MiB unless told otherwise), Cloudflare (100 MB on the free plan), an ingress, a WAF. The
upload never reached the registry, and its own limits do not matter.

Recognised by: status 413 without a registry's error code; the page's last line often names the server.

What to do: raise that hop's limit for `/v2/`, go around it, or make the layer smaller. Pushing again changes nothing.

Source: docker/distribution registry/client/errors.go; nginx ngx_http_core_module.c; observed with Docker 20.10
and 28.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.failing_layers import Suspects, suspects
from pushlog.diagnosis.size_limits import COUNTED, fits, sized
from pushlog.model import Basis, Confidence, Evidence, Finding, Severity, State
from pushlog.units import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.proxies import Proxy
    from pushlog.model import Layer

CODE = "PL501"
NAME = "proxy-body-limit"
SEVERITY = Severity.ERROR


def check(case: Case) -> Iterator[Finding]:
    """Fires on a 413 that no registry sent."""
    classified = case.classified
    if classified is None or classified.http_status != 413 or "registry" in classified.parts.stages:
        return
    parts = classified.parts
    page = parts.html_title is not None or parts.server is not None
    if not page and classified.code not in (None, "UNKNOWN"):
        return
    before = case.knowledge.proxy(parts.server)
    name = before.name if before else "A proxy"
    meant = suspects(case)
    what = f"layer {meant.layers[0]}{case.made_by(meant.layers[0])}" if len(meant.layers) == 1 else "a layer"
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"{name} in front of the registry refused {what}: it is larger than the proxy's body limit",
        explanation=_explanation(case, meant, before, page=page),
        remedy=_remedy(case, before),
        evidence=_evidence(case),
        confidence=Confidence.CERTAIN if page else Confidence.LIKELY,
        layers=meant.layers,
        data={"server": parts.server, "status": 413, "hop": before.name if before else None},
    )


def _explanation(case: Case, meant: Suspects, before: Proxy | None, *, page: bool) -> str:
    if page:
        who = "The answer is an HTML page, not a registry's error: the upload never reached the registry. "
    else:
        who = "The answer carries no registry error code, so it comes from something before the registry. "
    own = sized(case, meant.layers) if len(meant.layers) == 1 else ()
    known = (
        f"The layer has {size(own[0].bytes_total)} {COUNTED[own[0].basis]}; the limit counts what is sent. "
        if own
        else ""
    )
    return f"{who}{known}{_limits(case, own, before)} {meant.why}".strip()


def _limits(case: Case, refused: tuple[Layer, ...], before: Proxy | None) -> str:
    """What the proxy that answered allows, else the usual proxies whose limit the sizes in this log agree with."""
    if before:
        return f"{before.name} allows {before.words}." if before.verified and before.value else ""
    if not refused:
        return ""
    passed = max(
        (layer.bytes_total or 0 for layer in case.layers(State.PUSHED) if layer.basis is Basis.COMPRESSED), default=0
    )
    usual = {
        proxy.value: f"{proxy.name} ({proxy.words})"
        for proxy in case.knowledge.proxies
        if proxy.value and proxy.verified and passed <= proxy.value and not fits(refused[0], proxy.value)
    }
    return f"By its limit it can be {' or '.join(usual[value] for value in sorted(usual))}." if usual else ""


def _remedy(case: Case, before: Proxy | None) -> tuple[str, ...]:
    setting = (
        f"On {before.name}, set {before.setting}. Then push again: only what is missing is sent."
        if before
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
    """The lines that carry the status and the server's name; the whole error where it has one line."""
    lines = case.error_lines()
    parts = case.classified.parts if case.classified else None
    telling = [line for line in lines if "413" in line.text or (parts and parts.server and parts.server in line.text)]
    return tuple(dict.fromkeys((*lines[:1], *telling))) or lines
