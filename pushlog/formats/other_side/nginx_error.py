"""nginx' error log: which limit refused a body, and which direction of a connection timed out or broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.moments import slashes
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import fields_of, request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_FILE = "side_nginx_error.lark"
_LINE = LineShape(_FILE, "start", ("start", "pair"))
_PAIR = LineShape(_FILE, "pair", ("start", "pair"))
_KINDS = {
    "chunk_too_large": SideKind.BODY_LIMIT,
    "body_too_large": SideKind.BODY_LIMIT,
    "send_timed_out": SideKind.SEND_TIMEOUT,
    "read_timed_out": SideKind.READ_TIMEOUT,
    "connect_timed_out": SideKind.CONNECT_TIMEOUT,
    "upstream_broke": SideKind.BROKEN,
    "unreachable": SideKind.UNREACHABLE,
    "limited": SideKind.RATE_LIMIT,
    "proxy_disk": SideKind.PROXY_DISK,
    "buffered": SideKind.BUFFERED,
    "client_left": SideKind.CLIENT_LEFT,
    "other": SideKind.NOTE,
}
# The status with which nginx answers then, where the line itself names none.
_STATUS = {
    SideKind.BODY_LIMIT: 413,
    SideKind.SEND_TIMEOUT: 504,
    SideKind.READ_TIMEOUT: 504,
    SideKind.CONNECT_TIMEOUT: 504,
    SideKind.BROKEN: 502,
    SideKind.UNREACHABLE: 502,
    SideKind.PROXY_DISK: 500,
}


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:
    parsed = _LINE.kind(text)
    if parsed is None:
        return None
    name, fields = parsed
    context = fields.get("CONTEXT", "")
    pairs = {pair["KEY"]: pair["VALUE"].strip('"') for pair in _PAIR.each(context)}
    asked = request(pairs.get("request", ""))
    kind = _KINDS[name]
    message = text[: len(text) - len(context)] if context else text
    words = message.partition(f"{fields['PROCESS']}: ")[2].removeprefix(fields.get("CONNECTION", ""))
    read, following = fields.get("READ"), fields.get("NEXT")
    return SideRecord(
        kind=kind,
        hop=HopName.PROXY,
        at=slashes(fields["STAMP"], zone),
        has_zone=zone is not None,
        **fields_of(asked),
        status=_STATUS.get(kind, -1),
        received=int(read) if read else None,
        is_exact=bool(read),
        next_bytes=int(following) if following else None,
        remote=pairs.get("client", ""),
        upstream=pairs.get("upstream", ""),
        words=words,
        code=name,
    )


NGINX_ERROR = SideFormat(
    name="error log of nginx",
    server="nginx",
    hop=HopName.PROXY,
    read=_read,
    sample="2026/11/29 01:38:08 [error] 30#30: *56 client intended to send too large chunked body: 1048576+32768 "
    'bytes, client: 192.0.2.7, server: registry.example.com, request: "PATCH /v2/acme/app/blobs/uploads/906e4058 '
    'HTTP/1.1", '
    'host: "registry.example.com"',
    source="nginx src/core/ngx_log.c, src/http/ngx_http_upstream.c, ngx_http_request_body.c",
)
