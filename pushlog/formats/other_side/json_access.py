"""Access logs as an object of JSON a line: a row of names for each program that writes one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pushlog.formats.other_side.answered import answered
from pushlog.formats.other_side.moments import rfc3339
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
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
    line_record = SideRecord(
        kind=SideKind.REQUEST,
        hop=hop,
        at=rfc3339(_text(line.get(names.end))) if names.end else None,
        begin=rfc3339(_text(line.get(names.begin))) if names.begin else None,
        seconds=duration * names.unit if duration is not None else None,
        status=int(status) if status is not None else -1,
        user=_text(line.get(names.user)),
        remote=_text(line.get(names.remote)),
        agent=_text(line.get(names.agent)),
        upstream=_text(line.get(names.upstream)),
        request_id=_text(line.get(names.request_id)),
    )
    asked = request(f"{_text(line.get(names.method))} {_text(line.get(names.target))}")
    return answered(line_record, asked, body=int(body) if body is not None else None)


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
    hop=HopName.PROXY,
    read=partial(_read, names=_TRAEFIK, hop=HopName.PROXY),
    sample='{"ClientAddr":"192.0.2.7:40112","ClientHost":"192.0.2.7","ClientUsername":"-","DownstreamStatus":504,'
    '"Duration":2151000000,"OriginStatus":504,"RequestContentSize":7255078,"RequestMethod":"PATCH","RequestPath":'
    '"/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11","RequestProtocol":"HTTP/1.1","RouterName":'
    '"registry@docker","ServiceAddr":"10.0.1.20:5000","StartUTC":"2026-11-29T01:38:08.112345678Z","level":"info",'
    '"msg":"","time":"2026-11-29T01:38:10Z"}',
    source="traefik/traefik pkg/middlewares/accesslog/logger.go, logdata.go",
)
