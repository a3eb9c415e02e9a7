"""Access logs in the common form and what servers put behind it: nginx, Apache, distribution, Harbor, Traefik."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.answered import announced, answered, is_unanswered, status_of
from pushlog.formats.other_side.moments import ncsa
from pushlog.formats.other_side.record import UNANSWERED, SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_FILE = "side_access.lark"
_STARTS = ("start", "timeless", "agent", "upstreaminfo", "timed", "forwarded", "pair", "traefik", "nexus")
_LINE, _TIMELESS, _AGENT = (LineShape(_FILE, rule, _STARTS) for rule in ("start", "timeless", "agent"))
_UPSTREAM_INFO, _TIMED = (LineShape(_FILE, rule, _STARTS) for rule in ("upstreaminfo", "timed"))
_PAIR, _TRAEFIK, _NEXUS = (LineShape(_FILE, rule, _STARTS) for rule in ("pair", "traefik", "nexus"))
_REGISTRY, _PROXY, _OF_TRAEFIK, _OF_NEXUS = "registry", "proxy", "traefik", "nexus"
# The names that nginx' own examples give to its variables, in `name=value` behind a line.
_PAIR_NAMES = {"rt": "REQUEST_TIME", "urt": "UPSTREAM_TIME", "ut": "UPSTREAM_TIME", "us": "UPSTREAM_STATUS",
               "ua": "UPSTREAM", "rl": "REQUEST_LENGTH", "request_time": "REQUEST_TIME",
               "upstream_response_time": "UPSTREAM_TIME", "request_length": "REQUEST_LENGTH",
               "upstream_status": "UPSTREAM_STATUS", "upstream_addr": "UPSTREAM"}  # fmt: skip


def _read(text: str, zone: dt.tzinfo | None, *, of: str) -> SideRecord | None:
    fields = _LINE.fields(text) or _TIMELESS.fields(text)
    if fields is None:
        return None
    rest = fields.get("REST", "")
    agent = _AGENT.fields(rest) or {}
    behind = agent.get("REST", "") if agent else rest
    traefik, nexus = _TRAEFIK.fields(behind), None if agent else _NEXUS.fields(rest)
    if of != _writer(agent, traefik, nexus):
        return None
    more = traefik or nexus or _more(behind)
    stamp, has_zone = ncsa(fields["STAMP"], zone) if "STAMP" in fields else (None, True)
    length, millis, status = more.get("REQUEST_LENGTH", ""), more.get("MILLIS"), status_of(fields["STATUS"])
    return answered(
        SideRecord(
            kind=SideKind.REQUEST,
            hop=HopName.REGISTRY if of in (_REGISTRY, _OF_NEXUS) else HopName.PROXY,
            # Traefik prints the begin of a request, the others its end.
            at=None if traefik else stamp,
            begin=stamp if traefik else None,
            seconds=int(millis) / 1000 if millis else _number(more.get("REQUEST_TIME")),
            has_zone=has_zone,
            status=status,
            user=fields.get("USER", ""),
            remote=fields["REMOTE"],
            agent=_plain(agent.get("AGENT", "") or more.get("AGENT", "")),
            upstream=more.get("UPSTREAM", "").strip('"'),
            upstream_status=more.get("UPSTREAM_STATUS", ""),
            code=UNANSWERED if of == _PROXY and is_unanswered(status, fields["SENT"]) else "",
        ),
        request(fields["REQUEST"]),
        body=announced(fields["SENT"], status) if nexus and "BYTES" in nexus else None,
        length=int(length) if length.isdigit() else None,
    )


def _writer(agent: dict[str, str], traefik: dict[str, str] | None, nexus: dict[str, str] | None) -> str:
    """Return which program wrote a line: only distribution's server leaves an empty referer empty, with no tail."""
    if traefik is not None or nexus is not None:
        return _OF_TRAEFIK if nexus is None else _OF_NEXUS
    return _REGISTRY if agent.get("REFERER") == '""' and not agent.get("REST") else _PROXY


def _more(rest: str) -> dict[str, str]:
    """Return what stands behind the agent, by the names of the grammar."""
    if not rest:
        return {}
    fields = _UPSTREAM_INFO.fields(rest) or _TIMED.fields(rest)
    if fields is not None:
        return fields
    pairs = {pair["KEY"]: pair["VALUE"].strip('"') for pair in _PAIR.each(rest)}
    return {_PAIR_NAMES[key]: value for key, value in pairs.items() if key in _PAIR_NAMES}


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _plain(agent: str) -> str:
    """Return the agent without its quotes and escapes, which servers write each in its own way."""
    return agent.strip('"').replace("\\x5C", "").replace("\\", "")


ACCESS = SideFormat(
    name="access log of a proxy",
    hop=HopName.PROXY,
    read=partial(_read, of=_PROXY),
    sample='192.0.2.7 - - [29/Nov/2026:01:38:08 +0000] "PATCH /v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-'
    '0a6b1f3d2c11 HTTP/1.1" 413 183 "-" "docker/28.5.2"',
    source="nginx ngx_http_log_module.c, ingress-nginx log-format.md, goharbor/harbor nginx.http.conf.jinja",
)
REGISTRY_ACCESS = SideFormat(
    name="access log of a registry",
    hop=HopName.REGISTRY,
    read=partial(_read, of=_REGISTRY),
    sample='192.0.2.7 - - [29/Nov/2026:01:38:09 +0000] "PUT /v2/acme/app/blobs/uploads/5b1c9a0e-7d34-4b0f-8a21-'
    '6c2e9d4f7a10?digest=sha256%3A77aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa HTTP/1.1" 201 0 "" '
    '"docker/28.5.2"',
    source="distribution/distribution registry/registry.go, gorilla/handlers logging.go",
)
TRAEFIK = SideFormat(
    name="access log of Traefik",
    server="Traefik",
    hop=HopName.PROXY,
    read=partial(_read, of=_OF_TRAEFIK),
    sample='192.0.2.7 - - [29/Nov/2026:01:38:08 +0000] "PATCH /v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-'
    '0a6b1f3d2c11 HTTP/1.1" 502 11 "-" "docker/28.5.2" 1207 "registry@docker" "http://10.0.1.20:5000" 2151ms',
    source="traefik/traefik pkg/middlewares/accesslog/logger_formatters.go (CommonLogFormatter)",
)
NEXUS = SideFormat(
    name="request log of Nexus",
    hop=HopName.REGISTRY,
    read=partial(_read, of=_OF_NEXUS),
    sample='192.0.2.7 - ci-bot [29/Nov/2026:01:38:08 +0000] "PUT /repository/docker-hosted/v2/acme/app/blobs/uploads/'
    '906e4058-1f7a-4c62-9d55-0a6b1f3d2c11 HTTP/1.1" 201 60018512 0 1260 "docker/28.5.2" [qtp1985555490-85]',
    source="support.sonatype.com 115009807628 (pattern of request.log); a line: sonatype/nexus-public 967",
)
