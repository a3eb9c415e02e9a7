"""Access logs as an object of JSON a line: a row of names for each program that writes one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.other_side.answered import answered
from pushlog.formats.other_side.envoy import flagged
from pushlog.formats.other_side.moments import rfc3339
from pushlog.formats.other_side.record import SideFormat, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.intake.limits import loads
from pushlog.model import HopName
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt


@record
class Names:
    """What one program calls the parts of a request. "" for what it does not tell.

    `own`: keys that all its lines have, and other programs' have not. `begin` or `end`: the time, by RFC 3339.
    `unit`: seconds of one unit of `duration`. `body`: bytes of the request's body.
    `flags`: those of Envoy.
    """

    own: tuple[str, ...]
    method: str
    target: str
    status: str
    duration: str
    unit: float
    begin: str = ""
    end: str = ""
    body: str = ""
    user: str = ""
    remote: str = ""
    agent: str = ""
    upstream: str = ""
    request_id: str = ""
    flags: str = ""


def _read(text: str, zone: dt.tzinfo | None, *, names: Names, hop: HopName) -> SideRecord | None:  # noqa: ARG001
    if not text.startswith("{"):
        return None
    try:
        line = loads(text)
    except ValueError:
        return None
    if not isinstance(line, dict) or not all(key in line for key in names.own):
        return None
    duration = _number(line.get(names.duration))
    body = _number(line.get(names.body))
    status = _number(line.get(names.status))
    asked = request(f"{_text(line.get(names.method))} {_text(line.get(names.target))}")
    if asked is None and hop is HopName.REGISTRY:
        # Other servers of its makers write the same lines, about all but a registry's paths.
        return None
    flags = _text(line.get(names.flags))
    kind, why = flagged(flags)
    line_record = SideRecord(
        kind=kind,
        hop=hop,
        at=rfc3339(_text(line.get(names.end))) if names.end else None,
        begin=rfc3339(_text(line.get(names.begin))) if names.begin else None,
        seconds=duration * names.unit if duration is not None else None,
        # 0: no answer was begun.
        status=int(status) if status is not None and 100 <= status < 1000 else -1,
        user=_text(line.get(names.user)),
        remote=_text(line.get(names.remote)),
        agent=_text(line.get(names.agent)),
        upstream=_text(line.get(names.upstream)),
        request_id=_text(line.get(names.request_id)),
        code=flags,
    )
    return answered(line_record, asked, body=int(body) if body is not None else None, why=why)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    """Return a number, also one in a string; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e18 else None


_TRAEFIK = Names(
    own=("RequestMethod", "RequestPath", "DownstreamStatus"),
    method="RequestMethod",
    target="RequestPath",
    status="DownstreamStatus",
    duration="Duration",
    unit=1e-9,
    begin="StartUTC",
    body="RequestContentSize",
    user="ClientUsername",
    remote="ClientAddr",
    agent="request_User-Agent",
    upstream="ServiceAddr",
)
TRAEFIK_JSON = SideFormat(
    name="access log of Traefik in JSON",
    server="Traefik",
    hop=HopName.PROXY,
    read=partial(_read, names=_TRAEFIK, hop=HopName.PROXY),
    sample='{"ClientAddr":"192.0.2.7:40112","ClientHost":"192.0.2.7","ClientUsername":"-","DownstreamStatus":504,'
    '"Duration":2151000000,"OriginStatus":504,"RequestContentSize":7255078,"RequestMethod":"PATCH","RequestPath":'
    '"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11","RequestProtocol":"HTTP/1.1","RouterName":'
    '"registry@docker","ServiceAddr":"10.0.1.20:5000","StartUTC":"2026-11-29T01:38:08.112345678Z","level":"info",'
    '"msg":"","time":"2026-11-29T01:38:10Z"}',
    source="traefik/traefik pkg/middlewares/accesslog/logger.go, logdata.go",
)
_GITLAB = Names(
    own=("correlation_id", "duration_ms", "method", "status", "uri", "written_bytes"),
    method="method",
    target="uri",
    status="status",
    duration="duration_ms",
    unit=1e-3,
    end="time",
    remote="remote_addr",
    agent="user_agent",
    request_id="correlation_id",
)
GITLAB = SideFormat(
    name="access log of GitLab's registry",
    hop=HopName.REGISTRY,
    read=partial(_read, names=_GITLAB, hop=HopName.REGISTRY),
    sample='{"content_type":"","correlation_id":"01JKY0ZMDMP25HMMVS01X5ANNH","duration_ms":2151,"host":'
    '"registry.example.com","level":"info","method":"PATCH","msg":"access","proto":"HTTP/1.1","referrer":"",'
    '"remote_addr":"192.0.2.7:40112","remote_ip":"192.0.2.7","status":202,"system":"http","time":'
    '"2026-11-29T01:38:08.740Z","ttfb_ms":2150,"uri":"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11",'
    '"user_agent":"docker/28.5.2","written_bytes":0}',
    source="gitlab.com/gitlab-org/labkit log/access_logger.go; a line: sameersbn/docker-gitlab 3070",
)
_ISTIO = Names(
    own=("start_time", "method", "path", "response_code", "response_flags"),
    method="method",
    target="path",
    status="response_code",
    duration="duration",
    unit=1e-3,
    begin="start_time",
    body="bytes_received",
    remote="downstream_remote_address",
    agent="user_agent",
    upstream="upstream_host",
    request_id="request_id",
    flags="response_flags",
)
ISTIO_JSON = SideFormat(
    name="access log of Istio in JSON",
    server="Envoy",
    hop=HopName.PROXY,
    read=partial(_read, names=_ISTIO, hop=HopName.PROXY),
    sample='{"authority":"registry.example.com","bytes_received":7259136,"bytes_sent":24,"downstream_remote_address":'
    '"192.0.2.7:40112","duration":15000,"method":"PATCH","path":"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-'
    '0a6b1f3d2c11","protocol":"HTTP/1.1","request_id":"0f1e2d3c-cf5c-432b-8c7e-98aeb7988cd2","response_code":504,'
    '"response_flags":"UT","start_time":"2026-11-29T01:38:08.112Z","upstream_host":"10.0.1.20:5000","user_agent":'
    '"docker/28.5.2"}',
    source="istio/istio pilot/pkg/model/telemetry_logging.go (EnvoyJSONLogFormatIstio)",
)
_ENVOY_GATEWAY = Names(
    own=("start_time", "method", "x-envoy-origin-path", "response_code", "response_flags"),
    method="method",
    target="x-envoy-origin-path",
    status="response_code",
    duration="duration",
    unit=1e-3,
    begin="start_time",
    body="bytes_received",
    remote="downstream_remote_address",
    agent="user-agent",
    upstream="upstream_host",
    request_id="x-request-id",
    flags="response_flags",
)
ENVOY_GATEWAY = SideFormat(
    name="access log of Envoy Gateway",
    server="Envoy",
    hop=HopName.PROXY,
    read=partial(_read, names=_ENVOY_GATEWAY, hop=HopName.PROXY),
    sample='{":authority":"registry.example.com","bytes_received":"7259136","bytes_sent":"24","downstream_remote_address":'
    '"192.0.2.7:40112","duration":"15000","method":"PATCH","protocol":"HTTP/1.1","response_code":"504",'
    '"response_flags":"UT","start_time":"2026-11-29T01:38:08.112Z","upstream_host":"10.0.1.20:5000","user-agent":'
    '"docker/28.5.2","x-envoy-origin-path":"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11",'
    '"x-request-id":"0f1e2d3c-cf5c-432b-8c7e-98aeb7988cd2"}',
    source="envoyproxy/gateway site docs, proxy observability: default format of access logs",
)
