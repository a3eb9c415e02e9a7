"""What the logs of the other side prove of a push, for rules to look at."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.model import Confidence, Evidence, HopName


class FaultKind(StrEnum):
    """What broke an upload."""

    STORAGE = "storage"
    PROXY_DISK = "proxy-disk"
    BODY_LIMIT = "body-limit"
    RATE_LIMIT = "rate-limit"
    SEND_TIMEOUT = "send-timeout"
    READ_TIMEOUT = "read-timeout"
    UNREACHABLE = "unreachable"
    RESTARTED = "restarted"
    CONNECTION = "connection"
    DIGEST = "digest"
    TOKEN_RAN_OUT = "token-ran-out"  # noqa: S105 - a kind of fault
    LOGIN_ENDED = "login-ended"
    REPLICA_SECRET = "replica-secret"  # noqa: S105 - a kind of fault
    REPLICA_STORAGE = "replica-storage"
    CLIENT_LEFT = "client-left"
    PROXY_ANSWER = "proxy-answer"
    REGISTRY_ANSWER = "registry-answer"
    DAEMON_WORD = "daemon-word"  # nothing but what the daemon wrote of it


@record
class Limit:
    """A proxy's limit for bodies: exact, or between `low` (which passed) and `high` (which did not), in bytes."""

    exact: int | None
    low: int
    high: int


@record
class Fault:
    """What broke one upload. `hop`: who is to blame, or where it was noticed; `server`: that hop's program.

    `layer` is None where no log tells it, `attempt` 0 then. `words`: of the log, which say it; `received`: bytes of the
    blob that had arrived by then.
    """

    kind: FaultKind
    hop: HopName
    server: str
    layer: str | None
    attempt: int
    words: str
    evidence: tuple[Evidence, ...]
    confidence: Confidence
    status: int | None = None
    received: int | None = None
    seconds: float | None = None
    limit: Limit | None = None
    detail: str = ""
    line: int | None = None


@record
class SecondClient:
    """Another push to the same repository at the same time: whose, which tags, and a line of it."""

    user: str
    agent: str
    tags: tuple[str, ...]


@record
class Transfer:
    """One body that was sent as a whole: its layer, its bytes, the seconds that it took, and the line that says so."""

    layer: str | None
    bytes: int
    seconds: float
    evidence: Evidence


@record
class OtherSide:
    """All facts of a push from other logs. `faults` in the order of the uploads that they broke.

    `users`: who asked, by a line for each; `others`: who pushed to the repository meanwhile; `transfers`: the bodies
    that arrived; `answers`: how long, in seconds, requests without a body took, with a line of the slowest.
    """

    faults: tuple[Fault, ...] = ()
    users: tuple[tuple[str, Evidence], ...] = ()
    others: tuple[SecondClient, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    answers: tuple[tuple[float, Evidence], ...] = ()
    reached_registry: bool | None = None

    def of(self, *kinds: FaultKind) -> tuple[Fault, ...]:
        """Return the faults of these kinds."""
        return tuple(fault for fault in self.faults if fault.kind in kinds)
