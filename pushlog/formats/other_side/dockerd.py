"""The log of dockerd and of the containerd client inside it: why each upload was repeated, which blob a layer is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.logrus import logrus_line
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import fields_of, request
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

    from pushlog.formats.other_side.logrus import LogrusLine

_FILE = "side_dockerd.lark"
_MESSAGE = LineShape(_FILE, "start", ("start", "layer"))
_LAYER = LineShape(_FILE, "layer", ("start", "layer"))
_KINDS = {
    "begin": SideKind.PUSH_BEGAN,
    "handling": SideKind.PUSH_BEGAN,
    "layer_begin": SideKind.LAYER_BEGAN,
    "retrying": SideKind.RETRYING,
    "failed": SideKind.FAILED,
    "gave_up": SideKind.GAVE_UP,
    "next_endpoint": SideKind.NEXT_ENDPOINT,
    "response": SideKind.REQUEST,
}
_PUSH_PATH = lazy_pattern(r"/images/(?P<name>\S+)/push(?:\?(?P<query>\S*))?$")
_BYTES = lazy_pattern(r", (\d+) bytes")
_STATUS = lazy_pattern(r"\d{3}")
# Lines with one of these are a registry's or a proxy's, which write with the same library or as it does.
_FOREIGN = (
    "logger",
    "go.version",
    "instance.id",
    "http.request.id",
    "http.request.uri",
    "RequestPath",
    "correlation_id",
)


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:  # noqa: ARG001 - its times name their zone
    line = logrus_line(text)
    if line is None or any(key in line.fields for key in _FOREIGN):
        return None
    layer = _LAYER.fields(line.message)
    if layer is not None:
        return _on_layer(line, layer)
    name, parts = _MESSAGE.kind(line.message) or ("", {})
    kind = _KINDS.get(name, SideKind.NOTE)
    if kind is SideKind.PUSH_BEGAN:
        return _began(line, parts.get("PUSH_PATH") or line.fields.get("request-url", ""))
    if name in ("request", "response", "again", "unexpected"):
        return _on_request(line, kind)
    why = parts.get("RETRIED") or parts.get("FAILED") or parts.get("STOPPED") or parts.get("NEXT") or ""
    why = why or line.fields.get("error", "")
    status = _status(why)
    return SideRecord(
        kind=kind,
        hop=HopName.DAEMON,
        at=line.at,
        layer=parts.get("LAYER", ""),
        status=status,
        code=why,
        words=line.message if why in line.message else f"{line.message}: {why}",
    )


def _status(why: str) -> int:
    """Return the status in the words of a failure, such as `received unexpected HTTP status: 504 Gateway Time-out`."""
    match = re.search(r"(?:HTTP status: |parsing HTTP |<title>)([1-5]\d\d) ", why)
    return int(match[1]) if match else -1


def _on_layer(line: LogrusLine, layer: dict[str, str]) -> SideRecord:
    is_uploaded = layer["LAYER_WORDS"].startswith("uploaded")
    size = _BYTES.match(layer.get("REST", ""))
    return SideRecord(
        kind=SideKind.UPLOADED if is_uploaded else SideKind.LAYER_KNOWN,
        hop=HopName.DAEMON,
        at=line.at,
        layer=layer["DIFF_ID"],
        digest=layer["DIGEST"],
        received=int(size[1]) if size and is_uploaded else None,
        is_exact=is_uploaded,
        words=line.message,
    )


def _began(line: LogrusLine, path: str) -> SideRecord:
    match = _PUSH_PATH.search(path)
    if match is None:
        return SideRecord(kind=SideKind.NOTE, hop=HopName.DAEMON, at=line.at, words=line.message)
    tags = parse_qs(match["query"] or "").get("tag", [""])
    return SideRecord(
        kind=SideKind.PUSH_BEGAN,
        hop=HopName.DAEMON,
        at=line.at,
        repository=unquote(match["name"]),
        reference=tags[0],
        words=f"push of {unquote(match['name'])}{f':{tags[0]}' if tags[0] else ''} began",
        is_daemon_push=True,
    )


def _on_request(line: LogrusLine, kind: SideKind) -> SideRecord:
    """Return a request of the containerd client; it prints the size and the digest of its blob beside each."""
    fields = line.fields
    url = urlsplit(fields.get("url", ""))
    # The response does not name the method: that of a blob's upload is told by its URL.
    target = f"{url.path}?{url.query}" if url.query else url.path
    asked = request(f"{fields.get('request.method') or 'PUT'} {target}")
    status = _STATUS.match(fields.get("response.status", ""))
    is_upload = asked is not None and asked.kind == "upload" and bool(asked.upload)
    method = fields.get("request.method", "") or ("PUT" if is_upload else "")
    error = fields.get("error", "")
    if error and asked is None:
        kind = SideKind.NOTE
    size = fields.get("size", "")
    named = fields_of(asked)
    named["method"] = method
    named["digest"] = fields.get("digest", "") or named["digest"]
    return SideRecord(
        kind=kind,
        hop=HopName.DAEMON,
        at=line.at,
        **named,
        status=int(status[0]) if status else -1,
        received=int(size) if size.isdigit() and status and status[0].startswith("2") and is_upload else None,
        is_exact=True,
        next_bytes=int(size) if size.isdigit() else None,
        code=line.message,
        words=": ".join(filter(None, (line.message, error, fields.get("response.status", "")))),
    )


DOCKERD = SideFormat(
    name="log of dockerd",
    hop=HopName.DAEMON,
    read=_read,
    sample='time="2026-11-29T01:38:08.155012345Z" level=error msg="Upload failed, retrying: received unexpected HTTP '
    'status: 504 Gateway Time-out"',
    source="moby distribution/push.go, push_v2.go, xfer/upload.go; containerd core/remotes/docker",
    literals=(
        b"Upload failed",
        b"/push",
        b"ushing layer: ",
        b"Pushing repository: ",
        b"ploaded layer ",
        b"ount layer ",
        b"presence of layer ",
        b"Not continuing with push",
        b"next endpoint for push",
        b"/blobs/",
        b"/manifests/",
        b"retrying copy due to",
    ),
)
