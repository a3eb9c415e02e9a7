"""A request to a registry, as a line of any log names it: method, repository, upload, blob or tag."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import unquote

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.upload_state import upload_states
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.formats.upload_state import UploadState

_SHAPE = LineShape("side_request.lark")
_DIGEST = lazy_pattern(r"[?&]digest=(?P<digest>[a-z0-9]+(?:%3A|:)[0-9a-f]{32,128})", re.IGNORECASE)
_MOUNT = lazy_pattern(r"[?&]mount=(?P<digest>[a-z0-9]+(?:%3A|:)[0-9a-f]{32,128})", re.IGNORECASE)
_HOST = "http://registry"


@record
class Request:
    """`kind`: upload, blob, manifest, other or ping. `digest`: of the blob that it names or closes an upload with.

    `mounts`: the blob that it asks to take from another repository.
    """

    kind: str
    method: str
    repository: str = ""
    upload: str = ""
    digest: str = ""
    reference: str = ""
    mounts: str = ""
    state: UploadState | None = None

    @property
    def words(self) -> str:
        """The request in a few words."""
        what = {"upload": "an upload" if self.upload else "a new upload", "ping": "/v2/"}.get(self.kind, self.kind)
        if self.kind == "manifest":
            what = f"manifest {self.reference}"
        return f"{self.method} {what}"


class RequestFields(TypedDict):
    """What a request gives to the record of a line about it."""

    method: str
    repository: str
    upload: str
    digest: str
    reference: str
    request: str
    state: UploadState | None


def fields_of(asked: Request | None) -> RequestFields:
    """Return what every record of a line takes from the request that it is about; a blob that it mounts is its blob."""
    asked = asked or _NONE
    return {
        "method": asked.method,
        "repository": asked.repository,
        "upload": asked.upload,
        "digest": asked.digest or asked.mounts,
        "reference": asked.reference,
        "request": asked.kind,
        "state": asked.state,
    }


_NONE = Request(kind="", method="")


@lru_cache(maxsize=4096)
def request(text: str) -> Request | None:
    """Return the request in `METHOD TARGET PROTOCOL`, where PROTOCOL may be missing; None for any other text."""
    match = _SHAPE.kind(text)
    if match is None:
        return None
    kind, fields = match
    query = fields.get("QUERY", "")
    digest = fields.get("DIGEST", "")
    if kind == "upload" and (named := _DIGEST.search(query)):
        digest = named["digest"]
    mount = _MOUNT.search(query) if kind == "upload" else None
    states = upload_states([f"{_HOST}/{query}"]) if "_state=" in query else iter(())
    return Request(
        kind=kind,
        method=fields["METHOD"],
        repository=unquote(fields.get("REPOSITORY", "")),
        upload=fields.get("UPLOAD", ""),
        digest=unquote(digest).lower(),
        reference=unquote(fields.get("REFERENCE", "")),
        mounts=unquote(mount["digest"]).lower() if mount else "",
        state=next(states, None),
    )
