"""The state of an upload in its URL: what the registry knew of it when it gave the URL out.

Registries built on distribution put `_state=TOKEN` into every upload URL. The token is base64 of 32 bytes of signature
and a JSON object. It is signed, not encrypted. It is read here, and hidden like any other secret afterwards.

Source: distribution/distribution registry/handlers/hmac.go, `packUploadState` and `blobUploadState`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SIGNATURE = 32
# In a text of JSON `&` is written `\u0026`.
_URL = lazy_pattern(r"https?://[^\s\"]*?[?&]_state=(?P<token>[A-Za-z0-9_\-]{40,4096}(?:=|%3D){0,2})(?P<rest>[^\s\"]*)")
_DIGEST = lazy_pattern(r"digest=(?P<digest>[a-z0-9]+(?:%3A|:)[0-9a-f]{32,128})", re.IGNORECASE)
_NAME = lazy_pattern(r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*")
_UPLOAD = lazy_pattern(r"[0-9a-fA-F-]{8,64}")
_MOST = 1 << 50


@record
class UploadState:
    """One upload by the registry's word: `offset` bytes had arrived, `started` is its own clock in RFC 3339.

    `digest` is the blob that the URL would have closed the upload with; None where the URL does not name it.
    """

    repository: str
    upload: str
    offset: int
    started: str
    digest: str | None


def upload_states(texts: Iterable[str]) -> Iterator[UploadState]:
    """Yield the state of every upload URL in these texts; a token that was cut or is of another registry has none."""
    for text in texts:
        for match in _URL.finditer(text.replace("\\u0026", "&")):
            digest = _DIGEST.search(match["rest"])
            state = _state(match["token"], unquote(digest["digest"]).lower() if digest else None)
            if state is not None:
                yield state


def _state(token: str, digest: str | None) -> UploadState | None:
    raw = unquote(token).rstrip("=")
    try:
        fields = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))[_SIGNATURE:])
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    name, upload, offset, started = (fields.get(key) for key in ("Name", "UUID", "Offset", "StartedAt"))
    if not (isinstance(name, str) and _NAME.fullmatch(name) and isinstance(upload, str) and _UPLOAD.fullmatch(upload)):
        return None
    moment = _moment(started)
    if moment is None or not isinstance(offset, int) or isinstance(offset, bool) or not 0 <= offset < _MOST:
        return None
    return UploadState(repository=name, upload=upload, offset=offset, started=moment, digest=digest)


def _moment(value: object) -> str | None:
    """Return a time of RFC 3339 in seconds; Go prints up to nine digits behind them."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", r".\1", value))
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
