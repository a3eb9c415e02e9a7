"""HAProxy's log of requests; it has no other, and tells by two letters who ended a request, and in which phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.moments import ncsa
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import fields_of, request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_LINE = LineShape("side_haproxy.lark")
# Who ended it: c, s the timeout of a side; C, S the side itself. In which phase: C connecting, D data, H awaiting the
# answer's head, R reading the request, Q queued. Source: doc/configuration.txt, 8.5.
_ENDED = {
    "sC": SideKind.CONNECT_TIMEOUT,
    "SC": SideKind.UNREACHABLE,
    "sH": SideKind.READ_TIMEOUT,
    "sD": SideKind.SEND_TIMEOUT,
    "sQ": SideKind.UNREACHABLE,
    "SH": SideKind.BROKEN,
    "SD": SideKind.BROKEN,
    "CD": SideKind.CLIENT_LEFT,
    "CH": SideKind.CLIENT_LEFT,
    "CR": SideKind.CLIENT_LEFT,
    "cD": SideKind.CLIENT_LEFT,
    "cR": SideKind.CLIENT_LEFT,
}
_WORDS = {
    SideKind.CONNECT_TIMEOUT: "timed out connecting to the registry (timeout connect)",
    SideKind.UNREACHABLE: "could not connect to the registry",
    SideKind.READ_TIMEOUT: "timed out waiting for the registry's answer (timeout server)",
    SideKind.SEND_TIMEOUT: "timed out in the registry's data (timeout server)",
    SideKind.BROKEN: "the registry closed the connection",
    SideKind.CLIENT_LEFT: "the client left",
}


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:
    fields = _LINE.fields(text)
    if fields is None:
        return None
    begin, _ = ncsa(fields["STAMP"], zone)
    asked = request(fields["REQUEST"])
    seconds = abs(int(fields["TOTAL"].lstrip("+"))) / 1000
    status = int(fields["STATUS"])
    kind = _ENDED.get(fields["ENDED"][:2], SideKind.REQUEST)
    words = f"{asked.words if asked else 'another request'}: {status}"
    exact = asked.state.offset if asked and asked.state and asked.method == "PUT" and asked.state.offset else None
    return SideRecord(
        kind=kind,
        hop=HopName.PROXY,
        at=begin + seconds if begin is not None else None,
        begin=begin,
        seconds=seconds,
        has_zone=zone is not None,
        **fields_of(asked),
        status=status,
        received=exact,
        is_exact=exact is not None,
        remote=fields["REMOTE"],
        upstream=f"{fields['BACKEND']}/{fields['SERVER']}",
        code=fields["ENDED"],
        words=f"{words} {fields['ENDED']}: {_WORDS[kind]}" if kind in _WORDS else words,
    )


HAPROXY = SideFormat(
    name="log of HAProxy",
    server="HAProxy",
    hop=HopName.PROXY,
    read=_read,
    sample="192.0.2.7:40112 [29/Nov/2026:01:38:08.112] fe_reg~ be_reg/reg1 0/0/1/-1/2151 504 194 - - sH-- 12/12/3/2/0 "
    '0/0 "PATCH /v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11 HTTP/1.1"',
    source="haproxy doc/configuration.txt, 8.2.3 and 8.5",
)
