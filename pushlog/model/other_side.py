"""The records of the other side of a push: what the daemon, a proxy and the registry say of it in their own logs."""

from __future__ import annotations

from enum import StrEnum

from pushlog.record_class import record


class HopName(StrEnum):
    """Who says something, from the client on."""

    CLIENT = "client"
    DAEMON = "daemon"
    PROXY = "proxy"
    REGISTRY = "registry"


class JoinedBy(StrEnum):
    """What joins a line of another log to a push, the strongest first."""

    UPLOAD = "upload"  # the id of the upload
    DIGEST = "digest"  # that of the blob
    LAYER = "layer"  # its id
    REQUEST = "request"  # the repository, the request and the client, where no other push of these ran
    ORDER = "order"  # the same number of failures in the same order
    TIME = "time"


@record
class Hop:
    """What one hop says of one attempt, and where: `line` of `file`.

    `attempt`: the number of the upload, 0 where it is no part of one; `bytes`: of the blob, that had arrived there or
    were sent; `at`: when, by that hop's clock, in RFC 3339; `began`: when what it tells of began, by the same clock.
    """

    attempt: int
    hop: HopName
    said: str
    status: int | None
    bytes: int | None
    at: str | None
    file: str
    line: int
    joined_by: JoinedBy
    began: str | None = None


@record
class SideLog:
    """A log of the other side, and what it gave to this push.

    `lines`: those that were joined to it; `ahead`, `behind`: seconds by which its clock differs from that of the log it
    was compared with, None where nothing tells; `notes`: what could not be joined, and why.
    """

    name: str
    format: str
    hop: HopName
    lines: int
    ahead: float | None = None
    behind: float | None = None
    notes: tuple[str, ...] = ()
