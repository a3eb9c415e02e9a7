"""Access logs as an object of JSON a line: a row of names for each program that writes one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.other_side.envoy import flagged
from pushlog.formats.other_side.json_access import Names, json_request, text_of
from pushlog.formats.other_side.record import SideFormat, SideKind
from pushlog.model import HopName

if TYPE_CHECKING:
    from pushlog.formats.other_side.json_access import Line


def _flagged(line: Line) -> tuple[SideKind, str]:
    return flagged(text_of(line.get("response_flags")))


# What Go's client says to Caddy, which passes it on. Source: net/http transport.go, request.go; net dial.go.
_SAID = {
    "timeout awaiting response headers": (SideKind.READ_TIMEOUT, "timed out waiting for the registry's answer"),
    "http: request body too large": (SideKind.BODY_LIMIT, "the body is larger than request_body max_size"),
    "connection refused": (SideKind.UNREACHABLE, "could not connect to the registry"),
    "no upstreams available": (SideKind.UNREACHABLE, "no registry to send to"),
    "no such host": (SideKind.UNREACHABLE, "the registry's name could not be resolved"),
    "i/o timeout": (SideKind.CONNECT_TIMEOUT, "timed out connecting to the registry"),
    "connection reset by peer": (SideKind.BROKEN, "the connection was reset"),
    "EOF": (SideKind.BROKEN, "the connection ended before the answer"),
}


def _said_by_caddy(line: Line) -> tuple[SideKind, str]:
    if "http.log.error" not in text_of(line.get("logger")):
        return SideKind.REQUEST, ""
    message = text_of(line.get("msg"))
    kind, why = next((meaning for words, meaning in _SAID.items() if words in message), (SideKind.NOTE, ""))
    return kind, f"{message}: {why}" if why else message


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
    read=partial(json_request, names=_TRAEFIK, hop=HopName.PROXY),
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
    read=partial(json_request, names=_GITLAB, hop=HopName.REGISTRY),
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
    ended=_flagged,
    code="response_flags",
)
ISTIO_JSON = SideFormat(
    name="access log of Istio in JSON",
    server="Envoy",
    hop=HopName.PROXY,
    read=partial(json_request, names=_ISTIO, hop=HopName.PROXY),
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
    ended=_flagged,
    code="response_flags",
)
ENVOY_GATEWAY = SideFormat(
    name="access log of Envoy Gateway",
    server="Envoy",
    hop=HopName.PROXY,
    read=partial(json_request, names=_ENVOY_GATEWAY, hop=HopName.PROXY),
    sample='{":authority":"registry.example.com","bytes_received":"7259136","bytes_sent":"24","downstream_remote_address":'
    '"192.0.2.7:40112","duration":"15000","method":"PATCH","protocol":"HTTP/1.1","response_code":"504",'
    '"response_flags":"UT","start_time":"2026-11-29T01:38:08.112Z","upstream_host":"10.0.1.20:5000","user-agent":'
    '"docker/28.5.2","x-envoy-origin-path":"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11",'
    '"x-request-id":"0f1e2d3c-cf5c-432b-8c7e-98aeb7988cd2"}',
    source="envoyproxy/gateway site docs, proxy observability: default format of access logs",
)
_CADDY = Names(
    own=("request.method", "request.uri", "status", "duration", "ts"),
    method="request.method",
    target="request.uri",
    status="status",
    duration="duration",
    unit=1.0,
    end="ts",
    body="bytes_read",
    user="user_id",
    remote="request.remote_ip request.remote_addr",
    agent="request.headers.User-Agent",
    ended=_said_by_caddy,
)
CADDY = SideFormat(
    name="log of Caddy",
    server="Caddy",
    hop=HopName.PROXY,
    read=partial(json_request, names=_CADDY, hop=HopName.PROXY),
    sample='{"level":"error","ts":1795916290.0,"logger":"http.log.error.log0","msg":"net/http: timeout awaiting '
    'response headers","request":{"remote_ip":"192.0.2.7","method":"PUT","uri":"/v2/acme/app/blobs/'
    'uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11","headers":{"User-Agent":["docker/28.5.2"]}},"duration":2.1,"status":'
    '504,"err_id":"ciw7drpau","err_trace":"reverseproxy.statusError (reverseproxy.go:1272)"}',
    source="caddyserver/caddy modules/caddyhttp/server.go, marshalers.go, errors.go",
)
# The names of nginx' variables, and those that ingress-nginx gives them in its documentation.
_VARIABLES = Names(
    own=("status", "request_uri uri path request", "request_time request_length body_bytes_sent http_user_agent"),
    method="request_method method",
    target="request_uri uri path request",
    status="status",
    duration="request_time duration",
    unit=1.0,
    end="time_iso8601 @timestamp time timestamp msec ts time_local",
    length="request_length",
    sent="body_bytes_sent",
    user="remote_user",
    remote="remote_addr",
    agent="http_user_agent",
    upstream="upstream_addr",
    upstream_status="upstream_status",
    request_id="request_id",
)
PROXY_JSON = SideFormat(
    name="access log of a proxy in JSON",
    hop=HopName.PROXY,
    read=partial(json_request, names=_VARIABLES, hop=HopName.PROXY),
    sample='{"time":"2026-11-29T01:38:10+00:00","remote_addr":"192.0.2.7","remote_user":"ci-bot","request_id":'
    '"6f0e1d2c3b4a59687766554433221100","status":504,"path":"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-'
    '0a6b1f3d2c11","request_length":7259136,"duration":2.151,"method":"PATCH","http_user_agent":"docker/28.5.2"}',
    source="nginx ngx_http_variables.c; kubernetes/ingress-nginx docs, configmap: log-format-upstream",
)
