"""What a line of any access log tells of a request, completed by what the request itself names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.other_side.request import fields_of

if TYPE_CHECKING:
    from pushlog.formats.other_side.record import SideRecord
    from pushlog.formats.other_side.request import Request

# A body of this size hides the head of its request and the frames of its chunks, which are counted with it: they come
# to 0.1 % of 7 MB, and more of less.
_LEAST_BODY = 1_000_000
# The statuses that nginx notes for a client that left: 499 its own, 400 where it was sending the body on.
_UNANSWERED = (400, 499)


def answered(
    fields: SideRecord, asked: Request | None, *, body: int | None = None, length: int | None = None, why: str = ""
) -> SideRecord:
    """Return the record of one request; of its `at` (the end) and its `begin` the other one follows by `seconds`.

    `fields`: what the line has beside the request, with `-` where a program had nothing to tell. `body`: bytes of the
    body alone, `length` those of the whole request. `why`: what the line says beside its status, in words.
    """
    from dataclasses import replace

    at, begin, seconds = fields.at, fields.begin, fields.seconds
    if seconds is not None:
        at = begin + seconds if at is None and begin is not None else at
        begin = at - seconds if begin is None and at is not None else begin
    received, is_exact = _received(asked, body, length)
    words = f"{asked.words if asked else 'another request'}: {fields.status if fields.status >= 0 else 'no status'}"
    return replace(
        fields,
        at=at,
        begin=begin,
        **fields_of(asked),
        received=received,
        is_exact=is_exact,
        user="" if fields.user == "-" else fields.user,
        upstream="" if fields.upstream == "-" else fields.upstream,
        words=f"{words} {why}" if why else words,
    )


def status_of(text: str) -> int:
    """Return a status; -1 for what is none."""
    return int(text) if len(text) == 3 and text.isdecimal() else -1


def is_unanswered(status: int, sent: str) -> bool:
    """Return whether a proxy sent no byte of the answer that it notes, as nginx does when its client's body broke off.

    Source: nginx ngx_http_request_body.c (ngx_http_do_read_client_request_body).
    """
    return status in _UNANSWERED and sent == "0"


def announced(length: str, status: int) -> int | None:
    """Return the announced length of a body; None where the request was refused: not all of it need have arrived."""
    return int(length) if length.isdecimal() and 200 <= status < 300 else None


def _received(asked: Request | None, body: int | None, length: int | None) -> tuple[int | None, bool]:
    """Return the bytes of the blob that arrived, and whether they are of nothing else."""
    if asked is None:
        return None, False
    is_upload = asked.kind == "upload" and asked.method in ("PATCH", "PUT")
    if is_upload and body:
        return body, True
    # A PUT without a body closes an upload; its URL may say how much of it there is.
    if asked.method == "PUT" and asked.state is not None and asked.state.offset:
        return asked.state.offset, True
    return (length, False) if is_upload and length is not None and length >= _LEAST_BODY else (None, False)
