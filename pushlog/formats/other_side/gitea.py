"""The router's log of Gitea and Forgejo, whose package registry takes pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.answered import answered, status_of
from pushlog.formats.other_side.moments import go_seconds, slashes
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

_LINE = LineShape("side_gitea.lark")


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:
    fields = _LINE.fields(text)
    if fields is None:
        return None
    line_record = SideRecord(
        kind=SideKind.REQUEST,
        hop=HopName.REGISTRY,
        at=slashes(fields["STAMP"], zone),
        seconds=go_seconds(fields["DURATION"]),
        has_zone=zone is not None,
        # 0: no answer was begun.
        status=status_of(fields["STATUS"]),
        remote=fields["REMOTE"],
    )
    return answered(line_record, request(f"{fields['METHOD']} {fields['TARGET']}"))


GITEA = SideFormat(
    name="log of Gitea",
    hop=HopName.REGISTRY,
    read=_read,
    sample="2026/11/29 01:38:08 ...eb/routing/logger.go:102:func1() [I] router: completed PATCH /v2/acme/app/blobs/"
    "uploads/jovlqnu1hlfn06neqfksq1v3p for 192.0.2.7:0, 202 Accepted in 920.3ms @ container/container.go:252("
    "container.UploadBlob)",
    source="go-gitea/gitea modules/web/routing/logger.go, modules/log/event_format.go",
)
