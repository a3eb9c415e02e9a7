"""Apache's error log, as far as its proxy speaks of requests to a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.moments import httpd
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import fields_of, request
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_LINE = LineShape("side_apache_error.lark")
_PATH = lazy_pattern(r"returned by (?P<path>\S+)")
_TEXTS = ("READ_FAILED", "RETURNED", "SEND_FAILED", "CONNECT_FAILED", "TOO_LARGE", "TEXT")


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:
    parsed = _LINE.kind(text)
    if parsed is None:
        return None
    name, fields = parsed
    message = next((fields[key] for key in _TEXTS if key in fields), "")
    cause = fields.get("CAUSE", "").strip(": ")
    path = _PATH.search(message)
    asked = request(f"PATCH {path['path']}") if path else None
    named = fields_of(asked)
    # The line names the path alone.
    named["method"] = ""
    is_timeout = "timeout" in cause.lower()
    kind = {
        "upstream_broke": SideKind.READ_TIMEOUT if is_timeout else SideKind.BROKEN,
        "send_broke": SideKind.SEND_TIMEOUT if is_timeout else SideKind.BROKEN,
        "unreachable": SideKind.UNREACHABLE,
        "body_too_large": SideKind.BODY_LIMIT,
    }.get(name, SideKind.NOTE)
    return SideRecord(
        kind=kind,
        hop=HopName.PROXY,
        at=httpd(fields["STAMP"], zone),
        has_zone=zone is not None,
        **named,
        remote=fields.get("CLIENT", "").removeprefix("[client ").rstrip("] "),
        code=name,
        words=f"{cause}: {message}" if cause else message,
    )


APACHE_ERROR = SideFormat(
    name="error log of Apache",
    server="Apache",
    hop=HopName.PROXY,
    read=_read,
    sample="[Sun Nov 29 02:59:51.929368 2026] [proxy_http:error] [pid 7126:tid 7153] (70007)The timeout specified has "
    "expired: [client 192.0.2.7:49684] AH01102: error reading status line from remote server 10.0.1.20:5000",
    source="httpd server/log.c, modules/proxy/mod_proxy_http.c, proxy_util.c",
    literals=(b"AH01102", b"AH01084", b"AH01097", b"AH00957", b"AH01114"),
)
