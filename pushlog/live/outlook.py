"""What a running push waits for, and what will become of it, as far as that is certain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pushlog.formats.errors.classify import classify
from pushlog.knowledge.docker import MAX_RETRIES, RETRY_DELAY
from pushlog.model import Family, State, Store
from pushlog.report.prose import clip
from pushlog.units import count, seconds

if TYPE_CHECKING:
    from pushlog.knowledge.base import Knowledge
    from pushlog.live.board import Board, Row
    from pushlog.model import Diagnosis

# Seconds after which a layer that is alone holds the push back, and after which an upload stands still.
ALONE = 2.0
STILL = 10.0
# As many countdowns at once have a common cause (rules/retry_storm.py).
_MANY = 3
# A countdown of 1 is over this long after it was printed.
_TICK = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What docker will still do for a layer: seconds to its next upload, uploads left, seconds of waits left in all."""

    next_in: int
    uploads: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What docker will do in vain, and why. `certain`: its daemon said so now, else the push before ended so."""

    layer: str
    why: str
    retry: Retry
    family: Family
    certain: bool

    def __str__(self) -> str:
        """Return it as a sentence."""
        times = "once more" if self.retry.uploads == 1 else f"{self.retry.uploads} more times"
        ends = (
            "and it can't succeed" if self.certain else "and the push before ended on this layer, which no retry cures"
        )
        return f"Docker will retry this {times}, {seconds(self.retry.waiting)}, {ends}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a layer could not be pushed, where that does not change by pushing again."""

    family: Family
    http_status: int | None

    def __str__(self) -> str:
        """Return `413 size-limit`."""
        return f"{self.http_status} {self.family.value}" if self.http_status else self.family.value


Refusals = dict[tuple[str | None, str], Refusal]  # by the name of the repository and the layer


def retry(row: Row, now: float) -> Retry | None:
    """What is left of the retries of a layer that counts down; each wait is five seconds longer than the last."""
    if row.state is not State.RETRYING:
        return None
    next_in = max(0, round(row.wait - (now - row.at)))
    later = sum(RETRY_DELAY * number for number in range(row.retries + 1, MAX_RETRIES + 1))
    return Retry(next_in=next_in, uploads=max(0, MAX_RETRIES + 1 - row.retries), waiting=next_in + later)


def under_way(row: Row, now: float) -> bool:
    """Whether the countdown is over and nothing came since: in a pipe an upload shows only by its end."""
    return row.state is State.RETRYING and row.wait == 1 and now - row.at >= _TICK


def outlook(board: Board, now: float, knowledge: Knowledge, refused: Refusals) -> Outlook | None:
    """The end of a push that goes on in vain: known from the daemon's log, or from the push before it.

    The client itself never says why it retries; and the daemon does not say which layer it means.
    """
    rows = [row for row in board.open if row.state is State.RETRYING] if board.running else []
    told = _told(board.cause, knowledge) if board.cause is not None and len(rows) == 1 else None
    row = rows[0] if told else next((row for row in rows if (board.name, row.id) in refused), None)
    left = retry(row, now) if row else None
    if row is None or left is None:
        return None
    why = told or refused[board.name, row.id]
    return Outlook(layer=row.id, why=str(why), retry=left, family=why.family, certain=told is not None)


def _told(cause: str, knowledge: Knowledge) -> Refusal | None:
    found = classify(cause, store=Store.GRAPHDRIVER, catalogue=knowledge.signatures)
    return Refusal(family=found.family, http_status=found.http_status) if found.retry_helps is False else None


def refusals(name: str | None, push: Diagnosis) -> Refusals:
    """What a failed push says of the next one to the same repository."""
    error = push.error
    if error is None or error.retry_helps is not False:
        return {}
    why = Refusal(family=error.family, http_status=error.http_status)
    return {(name, layer.id): why for layer in push.layers if layer.state is State.FAILED}


def held_back(board: Board, now: float) -> str | None:
    """What the push as a whole waits for: the last layer, the manifest, or a way that breaks off many uploads."""
    waiting = board.open
    if not board.running or not board.layers:
        return None
    retried = sum(row.state is State.RETRYING for row in waiting)
    if retried >= _MANY:
        return f"{retried} layers wait to retry at once: that points at the registry or the way to it, not at a layer"
    done = [row.since for row in board.layers.values() if row not in waiting]
    alone = now - max(done) if done else 0.0
    if len(waiting) > 1 or alone <= ALONE:
        return None
    if not waiting:
        return f"All layers are there; for {_whole(alone)} the manifest has not been confirmed"
    return f"{waiting[0].id} holds the push back: every other layer has been done for {_whole(alone)}"


def doing(board: Board, row: Row, now: float) -> str:
    """What a layer does or waits for, in a few words."""
    left = retry(row, now)
    if left is not None and under_way(row, now):
        return f"upload {row.retries + 1} of {MAX_RETRIES + 1} under way, nothing shown"
    if left is not None:
        return f"again in {left.next_in} s: {count(left.uploads, 'upload')} left, {seconds(left.waiting)} of waits"
    if row.state is State.PUSHING:
        return _pushing(board, row, now)
    if row.state is State.WAITING:
        return "waits for an upload slot" if board.retries_itself else "waits for the registry's answer"
    return ""


def _pushing(board: Board, row: Row, now: float) -> str:
    if row.through:
        return f"all {board.verb}, not yet confirmed"
    if _still(row, now) > STILL:
        return f"no progress for {_whole(_still(row, now))}"
    return f"upload {row.retries + 1} of {MAX_RETRIES + 1}" if row.retries else ""


def _still(row: Row, now: float) -> float:
    """Seconds since the figure last moved."""
    reached = [at for at, done in row.figures if done == row.done]
    return now - reached[0] if reached else now - row.at


def _whole(value: float) -> str:
    return seconds(round(value))


def named(board: Board) -> str:
    """What is pushed where, with its tags so far."""
    tags = ", ".join(board.tags)
    return clip(f"{board.name or 'an image'}{':' if tags else ''}{tags}")
