"""Envoy's access log, as Istio writes it, too: two letters tell what ended a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.answered import answered, status_of
from pushlog.formats.other_side.moments import rfc3339
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_LINE = LineShape("side_envoy.lark")
# Source: envoyproxy/envoy docs/root/configuration/observability/access_log/usage.rst, %RESPONSE_FLAGS%. A flag that may
# mean several hops, such as a local reset, is left a plain request. The time of UT begins when all of the request is
# through: api/envoy/config/route/v3/route_components.proto, `timeout`.
_FLAGS = {
    "DC": (SideKind.CLIENT_LEFT, "the client closed the connection"),
    "RL": (SideKind.RATE_LIMIT, "refused by the rate limit"),
    "UC": (SideKind.BROKEN, "the registry closed the connection"),
    "UF": (SideKind.UNREACHABLE, "could not connect to the registry"),
    "UH": (SideKind.UNREACHABLE, "no healthy registry to send to"),
    "UR": (SideKind.BROKEN, "the registry reset the request"),
    "UT": (SideKind.READ_TIMEOUT, "timed out waiting for the registry's answer"),
}


def flagged(flags: str) -> tuple[SideKind, str]:
    """Return what the flags of a request say: what its line is about, and that in words."""
    for flag in flags.split(","):
        if flag in _FLAGS:
            kind, why = _FLAGS[flag]
            return kind, f"{flag}: {why}"
    return SideKind.REQUEST, ""


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:  # noqa: ARG001 - its times are UTC
    fields = _LINE.fields(text)
    if fields is None:
        return None
    kind, why = flagged(fields["FLAGS"])
    line_record = SideRecord(
        kind=kind,
        hop=HopName.PROXY,
        begin=rfc3339(fields["STAMP"]),
        seconds=int(fields["MILLIS"]) / 1000,
        # 0: no answer was begun.
        status=status_of(fields["STATUS"]),
        remote=fields["FORWARDED"].strip('"'),
        agent=fields["AGENT"].strip('"').replace("\\", ""),
        upstream=fields["UPSTREAM"].strip('"'),
        request_id=fields["REQUEST_ID"].strip('"'),
        code=fields["FLAGS"],
    )
    return answered(line_record, request(fields["REQUEST"]), body=int(fields["RECEIVED"]), why=why)


ENVOY = SideFormat(
    name="access log of Envoy",
    server="Envoy",
    hop=HopName.PROXY,
    read=_read,
    sample='[2026-11-29T01:38:08.112Z] "PATCH /v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11 '
    'HTTP/1.1" 504 UT 7259136 24 15000 - "192.0.2.7" "docker/28.5.2" "0f1e2d3c-cf5c-432b-8c7e-98aeb7988cd2" '
    '"registry.example.com" "10.0.1.20:5000"',
    source="envoyproxy/envoy docs access_log/usage.rst; istio/istio pilot/pkg/model/telemetry_logging.go",
)
