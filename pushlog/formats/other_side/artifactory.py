"""The request log of Artifactory: who asked, and what the client said it would send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.answered import announced, answered, status_of
from pushlog.formats.other_side.moments import rfc3339
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_LINE = LineShape("side_artifactory.lark")


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:  # noqa: ARG001 - its times are UTC
    fields = _LINE.fields(text)
    if fields is None:
        return None
    status = status_of(fields["STATUS"])
    line_record = SideRecord(
        kind=SideKind.REQUEST,
        hop=HopName.REGISTRY,
        at=rfc3339(fields["STAMP"]),
        seconds=int(fields["MILLIS"]) / 1000,
        status=status,
        user=fields.get("USER", ""),
        remote=fields.get("REMOTE", ""),
        agent=fields.get("AGENT", "").replace("\\", ""),
        request_id=fields.get("TRACE", ""),
    )
    asked = request(f"{fields['METHOD']} {fields['TARGET']}")
    return answered(line_record, asked, body=announced(fields["LENGTH"], status))


ARTIFACTORY = SideFormat(
    name="request log of Artifactory",
    hop=HopName.REGISTRY,
    read=_read,
    sample="2026-11-29T01:38:08.112Z|e1f2a3b4c5d6e7f8|192.0.2.7|ci-bot|PATCH|/api/docker/docker-local/v2/acme/app/blobs/"
    "uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11|202|60018512|0|1260|docker/28.5.2",
    source="jfrog.com, JFrog Platform Administration: request log",
)
