"""Access logs in the common form and what servers put behind it: nginx, ingress-nginx, Apache, distribution, Harbor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.moments import ncsa
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_FILE = "side_access.lark"
_STARTS = ("start", "timeless", "agent", "upstreaminfo", "timed", "forwarded", "pair")
_LINE, _TIMELESS, _AGENT = (LineShape(_FILE, rule, _STARTS) for rule in ("start", "timeless", "agent"))
_UPSTREAM_INFO, _TIMED = (LineShape(_FILE, rule, _STARTS) for rule in ("upstreaminfo", "timed"))
_PAIR = LineShape(_FILE, "pair", _STARTS)
# The names that nginx' own examples give to its variables, in `name=value` behind a line.
_PAIR_NAMES = {"rt": "REQUEST_TIME", "urt": "UPSTREAM_TIME", "ut": "UPSTREAM_TIME", "us": "UPSTREAM_STATUS",
               "ua": "UPSTREAM", "rl": "REQUEST_LENGTH", "request_time": "REQUEST_TIME",
               "upstream_response_time": "UPSTREAM_TIME", "request_length": "REQUEST_LENGTH",
               "upstream_status": "UPSTREAM_STATUS", "upstream_addr": "UPSTREAM"}  # fmt: skip
# A body of this size hides the head of its request and the frames of its chunks, which are counted with it: they come
# to 0.1 % of 7 MB, and more of less.
_LEAST_BODY = 1_000_000


def _read(text: str, zone: dt.tzinfo | None, *, of_registry: bool) -> SideRecord | None:
    fields = _LINE.fields(text) or _TIMELESS.fields(text)
    if fields is None:
        return None
    rest = fields.get("REST", "")
    agent = _AGENT.fields(rest) or {}
    # Only distribution's own server leaves an empty referer empty, and puts nothing behind the agent.
    if of_registry is not (agent.get("REFERER") == '""' and not agent.get("REST")):
        return None
    more = _more(agent.get("REST", "") if agent else rest)
    at, has_zone = ncsa(fields["STAMP"], zone) if "STAMP" in fields else (None, True)
    asked = request(fields["REQUEST"])
    seconds = _number(more.get("REQUEST_TIME"))
    length = more.get("REQUEST_LENGTH", "")
    received = int(length) if length.isdigit() and int(length) >= _LEAST_BODY else None
    exact = asked.state.offset if asked and asked.state and asked.method == "PUT" and asked.state.offset else None
    status = int(fields["STATUS"])
    return SideRecord(
        kind=SideKind.REQUEST,
        hop=HopName.REGISTRY if of_registry else HopName.PROXY,
        at=at,
        begin=at - seconds if at is not None and seconds is not None else None,
        seconds=seconds,
        has_zone=has_zone,
        method=asked.method if asked else "",
        repository=asked.repository if asked else "",
        upload=asked.upload if asked else "",
        digest=(asked.digest or asked.mounts) if asked else "",
        reference=asked.reference if asked else "",
        status=status,
        received=exact if exact is not None else received,
        is_exact=exact is not None,
        user="" if fields.get("USER", "-") == "-" else fields["USER"],
        remote=fields["REMOTE"],
        agent=_plain(agent.get("AGENT", "")),
        upstream=more.get("UPSTREAM", ""),
        upstream_status=more.get("UPSTREAM_STATUS", ""),
        request=asked.kind if asked else "",
        words=f"{asked.words if asked else 'another request'}: {status}",
        state=asked.state if asked else None,
    )


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
    read=partial(_read, of_registry=False),
    sample='192.0.2.7 - - [29/Nov/2026:01:38:08 +0000] "PATCH /v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-'
    '0a6b1f3d2c11 HTTP/1.1" 413 183 "-" "docker/28.5.2"',
    source="nginx ngx_http_log_module.c, ingress-nginx log-format.md, goharbor/harbor nginx.http.conf.jinja",
)
REGISTRY_ACCESS = SideFormat(
    name="access log of a registry",
    hop=HopName.REGISTRY,
    read=partial(_read, of_registry=True),
    sample='192.0.2.7 - - [29/Nov/2026:01:38:09 +0000] "PUT /v2/acme/app/blobs/uploads/5b1c9a0e-7d34-4b0f-8a21-'
    '6c2e9d4f7a10?digest=sha256%3A77aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa10aa HTTP/1.1" 201 0 "" '
    '"docker/28.5.2"',
    source="distribution/distribution registry/registry.go, gorilla/handlers logging.go",
)
