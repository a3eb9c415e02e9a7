"""What one line of a daemon's, a proxy's or a registry's log says, whatever its format."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from pushlog.formats.upload_state import UploadState
    from pushlog.model import HopName


class SideKind(StrEnum):
    """What a line is about."""

    REQUEST = "request"  # a request that ended
    BODY_LIMIT = "body-limit"
    SEND_TIMEOUT = "send-timeout"  # a proxy gave up sending to the registry
    READ_TIMEOUT = "read-timeout"  # a proxy gave up waiting for the registry's answer
    CONNECT_TIMEOUT = "connect-timeout"
    BROKEN = "broken"  # the connection between proxy and registry ended before the answer
    UNREACHABLE = "unreachable"  # a proxy could not connect to the registry
    RATE_LIMIT = "rate-limit"
    PROXY_DISK = "proxy-disk"
    BUFFERED = "buffered"  # a proxy keeps the body in a file before it sends it on
    CLIENT_LEFT = "client-left"
    STORAGE = "storage"
    DISCONNECTED = "disconnected"  # the registry lost its client in a body
    UNAUTHORIZED = "unauthorized"
    TOKEN_RAN_OUT = "token-ran-out"  # noqa: S105 - a kind of line
    WRONG_OFFSET = "wrong-offset"
    UNRESOLVED = "unresolved"  # the registry does not take an upload's URL for its own
    DIGEST_MISMATCH = "digest-mismatch"
    NO_SECRET = "no-secret"  # noqa: S105 - a kind of line
    STARTED = "started"
    PUSH_BEGAN = "push-began"
    LAYER_BEGAN = "layer-began"
    LAYER_KNOWN = "layer-known"  # a layer's DiffID and its blob
    UPLOADED = "uploaded"
    RETRYING = "retrying"
    FAILED = "failed"
    GAVE_UP = "gave-up"
    NEXT_ENDPOINT = "next-endpoint"
    NOTE = "note"


# The `code` of a request that a proxy notes with a status, but answered with nothing: nobody was there to read it.
UNANSWERED = "unanswered"


@record
class SideRecord:
    """One line. None, -1 for a status, and "" stand for what it does not tell.

    `at`: when it was written, in seconds since 1970, `begin` when the request began, `seconds` how long it took;
    `has_zone`: the line names the zone of its time, or it is UTC. `repository` of the request; `layer` a DiffID,
    `digest` that of a blob; `received` bytes of the blob that arrived, `is_exact`: and no bytes of anything else;
    `limit`: one that the line proves, `next_bytes` those that went over it. `request_id`: what a server calls
    the request in all its lines about it. `words`: what it says, in a few words.
    """

    kind: SideKind
    hop: HopName
    at: float | None = None
    begin: float | None = None
    seconds: float | None = None
    has_zone: bool = True
    method: str = ""
    repository: str = ""
    upload: str = ""
    digest: str = ""
    reference: str = ""
    layer: str = ""
    status: int = -1
    received: int | None = None
    is_exact: bool = False
    next_bytes: int | None = None
    user: str = ""
    remote: str = ""
    agent: str = ""
    upstream: str = ""
    upstream_status: str = ""
    request: str = ""
    request_id: str = ""
    code: str = ""
    words: str = ""
    state: UploadState | None = None
    is_daemon_push: bool = False


@record
class SideFormat:
    """One format of log.

    `read`: what a line says, None for one of another format; `zone`: that of times which name none, if the user told
    it. `literals`: every line about a push holds one of them, or the name of its repository. `sample`: one line of it.
    `server`: what reports call the program that writes it, where no other one does.
    """

    name: str
    hop: HopName
    read: Callable[[str, dt.tzinfo | None], SideRecord | None]
    sample: str
    source: str
    literals: tuple[bytes, ...] = ()
    server: str = ""
