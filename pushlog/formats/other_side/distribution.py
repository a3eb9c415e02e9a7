"""The log of distribution's registry, which Docker's `registry`, Harbor and OpenShift run: text, terminal and JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.logrus import logrus_line
from pushlog.formats.other_side.moments import go_seconds
from pushlog.formats.other_side.record import SideFormat, SideKind, SideRecord
from pushlog.formats.other_side.request import Request, fields_of, request
from pushlog.model import HopName

if TYPE_CHECKING:
    import datetime as dt

    from pushlog.formats.other_side.logrus import LogrusLine

_MESSAGE = LineShape("side_distribution.lark")
_KINDS = {
    "refused": SideKind.REQUEST,
    "completed": SideKind.REQUEST,
    "disconnected": SideKind.DISCONNECTED,
    "unauthorized": SideKind.UNAUTHORIZED,
    "token_ran_out": SideKind.TOKEN_RAN_OUT,
    "storage": SideKind.STORAGE,
    "wrong_offset": SideKind.WRONG_OFFSET,
    "unresolved": SideKind.UNRESOLVED,
    "digest_mismatch": SideKind.DIGEST_MISMATCH,
    "no_secret": SideKind.NO_SECRET,
    "started": SideKind.STARTED,
}
# One of these is in nearly every line of it, and in none of dockerd's.
_OWN = ("go.version", "instance.id", "http.request.id", "http.request.uri")
_VARS = ("vars.name", "vars.uuid", "vars.digest", "vars.reference")
# It says them without a field.
_BARE = ("token_ran_out", "no_secret", "started")


def _read(text: str, zone: dt.tzinfo | None) -> SideRecord | None:  # noqa: ARG001 - its times name their zone
    line = logrus_line(text)
    if line is None:
        return None
    name, parts = _MESSAGE.kind(line.message) or ("", {})
    if name not in _BARE and not any(key in line.fields for key in _OWN):
        return None
    fields = line.fields
    asked = _with_vars(request(f"{fields.get('http.request.method', '')} {fields.get('http.request.uri', '')}"), fields)
    kind = _KINDS.get(name, SideKind.NOTE)
    status = fields.get("http.response.status", "")
    seconds = go_seconds(fields.get("http.response.duration", ""))
    received, is_exact = _received(fields, asked)
    if name == "wrong_offset":
        # What it has of an upload that a client begins anew: the bytes of the time before.
        received, is_exact = int(parts["HAS"]), True
    return SideRecord(
        kind=kind,
        hop=HopName.REGISTRY,
        at=line.at,
        begin=line.at - seconds if line.at is not None and seconds is not None else None,
        seconds=seconds,
        **fields_of(asked),
        status=int(status) if status.isdigit() else -1,
        received=received,
        is_exact=is_exact,
        user=fields.get("auth.user.name", ""),
        remote=fields.get("http.request.remoteaddr", ""),
        agent=fields.get("http.request.useragent", "").replace("\\", ""),
        request_id=fields.get("http.request.id", ""),
        code=parts.get("AFTER", fields.get("err.code", "")),
        words=_in_words(name, line, asked, status),
    )


def _with_vars(asked: Request | None, fields: dict[str, str]) -> Request | None:
    """Return a request completed by the parts of its path that the registry names; not all of its lines have a path."""
    if asked is None and not any(name in fields for name in _VARS):
        return None
    asked = asked or Request(kind="", method="")
    name, upload, digest, reference = (fields.get(name, "") for name in _VARS)
    return replace(
        asked,
        repository=asked.repository or name,
        upload=asked.upload or upload,
        digest=asked.digest or asked.mounts or digest,
        reference=asked.reference or reference,
    )


def _received(fields: dict[str, str], asked: Request | None) -> tuple[int | None, bool]:
    """Return the bytes of the blob that it had: those it copied before a connection broke, those of a closing PUT."""
    copied = fields.get("copied", "")
    if copied.isdigit():
        return int(copied), True
    if asked is not None and asked.state is not None and asked.method == "PUT" and asked.state.offset:
        return asked.state.offset, True
    return None, False


def _in_words(name: str, line: LogrusLine, asked: Request | None, status: str) -> str:
    fields = line.fields
    if name in ("refused", "completed"):
        words = f"{asked.words if asked and asked.method else 'a request'}: {status}"
        why = fields.get("err.detail") or fields.get("err.message") or ""
        return f"{words} {why}".rstrip() if name == "refused" else words
    why = fields.get("error", "")
    copied = f", copied={fields['copied']}" if "copied" in fields else ""
    return f"{line.message}{copied}{f': {why}' if why else ''}"


DISTRIBUTION = SideFormat(
    name="log of a registry",
    hop=HopName.REGISTRY,
    read=_read,
    sample='time="2026-11-29T01:38:08.150000000Z" level=error msg="client disconnected during blob PATCH" '
    'contentLength=-1 copied=1057312 error="unexpected EOF" go.version=go1.23.8 http.request.method=PATCH '
    'http.request.uri="/v2/acme/app/blobs/uploads/906e4058-1f7a-4c62-9d55-0a6b1f3d2c11" vars.name="acme/app"',
    source="distribution/distribution registry/handlers/app.go, helpers.go; internal/dcontext/http.go",
    literals=(b"token not to be used after", b"No HTTP secret provided", b"listening on"),
)
