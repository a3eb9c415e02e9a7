"""The access log of an AWS Application Load Balancer: its own status beside that of the target."""

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

_LINE = LineShape("side_alb.lark")
# "The client closed the connection with the load balancer before the idle timeout period elapsed." Source:
# docs.aws.amazon.com Elastic Load Balancing, "Troubleshoot your Application Load Balancers".
_CLIENT_CLOSED = 460
_PARTS = ("REQUEST_SECONDS", "TARGET_SECONDS", "RESPONSE_SECONDS")


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:  # noqa: ARG001 - its times are UTC
    fields = _LINE.fields(text)
    if fields is None:
        return None
    at = rfc3339(fields["STAMP"])
    begin = rfc3339(fields["CREATED"]) if "CREATED" in fields else None
    status = status_of(fields["STATUS"])
    has_left = status == _CLIENT_CLOSED
    line_record = SideRecord(
        kind=SideKind.CLIENT_LEFT if has_left else SideKind.REQUEST,
        hop=HopName.PROXY,
        at=at,
        begin=begin,
        seconds=at - begin if at is not None and begin is not None else _seconds(fields),
        status=status,
        remote=fields["REMOTE"],
        agent=fields["AGENT"].strip('"').replace("\\", ""),
        upstream=fields["TARGET"],
        upstream_status=fields["TARGET_STATUS"],
        request_id=fields.get("TRACE", "").strip('"'),
    )
    why = "the client closed the connection" if has_left else ""
    return answered(line_record, request(fields["REQUEST"]), length=int(fields["LENGTH"]), why=why)


def _seconds(fields: dict[str, str]) -> float | None:
    """Return the sum of the three parts of a request's time; one that never came to an end is -1."""
    try:
        parts = [float(fields[name]) for name in _PARTS]
    except ValueError:
        return None
    return None if min(parts) < 0 else sum(parts)


ALB = SideFormat(
    name="access log of an AWS load balancer",
    server="the load balancer",
    hop=HopName.PROXY,
    read=_read,
    sample="https 2026-11-29T01:39:10.123456Z app/registry-lb/50dc6c495c0c9188 192.0.2.7:40112 10.0.1.20:5000 0.001 -1 "
    '-1 504 - 7259136 277 "PATCH https://registry.example.com:443/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-'
    '0a6b1f3d2c11 HTTP/1.1" "docker/28.5.2" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-1:'
    '123456789012:targetgroup/registry/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" '
    '"registry.example.com" "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012" 0 '
    '2026-11-29T01:38:08.112000Z "forward" "-" "-" "10.0.1.20:5000" "-" "-" "-"',
    source="docs.aws.amazon.com, Application Load Balancers: access log entries, troubleshooting (460)",
)
