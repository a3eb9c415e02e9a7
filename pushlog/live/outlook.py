"""The wait and the future of a running push, as far as they are certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import asks_for_login
from pushlog.formats.errors.classify import classify
from pushlog.knowledge.docker import MAX_RETRIES, RETRY_DELAY
from pushlog.model import Family, State, Store
from pushlog.record_class import record
from pushlog.report.prose import clip
from pushlog.units import count, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.knowledge.base import Knowledge
    from pushlog.live.board import Board, Row
    from pushlog.model import Diagnosis

# A layer that is alone for more than ALONE seconds holds the push back; an upload that does not move for more than
# STILL seconds stands still.
ALONE = 2.0
STILL = 10.0
# This many countdowns at once have a common cause (rules/retry_storm.py).
_MANY = 3
# A countdown that shows 1 is over this many seconds after it was printed.
_TICK = 1.5


@record
class Retry:
    """The retries left of a layer: seconds to its next upload, uploads left, seconds of waits left in all."""

    next_in: int
    uploads: int
    waiting: int


@record
class Outlook:
    """A retry that can't succeed, and why. `certain`: the daemon's log says so; else the push before ended so.

    Of several layers that retry in vain `layer` is the one that ends the push, the first to give up; `layers` counts
    them.
    """

    layer: str
    why: str
    retry: Retry
    family: Family
    certain: bool
    layers: int = 1

    def __str__(self) -> str:
        """Return the outlook as a sentence."""
        times = "once more" if self.retry.uploads == 1 else f"{self.retry.uploads} more times"
        ends = (
            "and it can't succeed" if self.certain else "and the push before ended on this layer, which no retry cures"
        )
        what = "this" if self.layers == 1 else f"{self.layers} layers"
        return f"Docker will retry {what} {times}, {seconds(self.retry.waiting)}, {ends}: {self.why}"


@record
class Refusal:
    """The reason why a layer could not be pushed, where pushing again does not change it."""

    family: Family
    http_status: int | None

    def __str__(self) -> str:
        """Return `413 size-limit`."""
        return f"{self.http_status} {self.family.value}" if self.http_status else self.family.value


Refusals = dict[tuple[str | None, str], Refusal]  # by the name of the repository and the layer


def retry(row: Row, now: float) -> Retry | None:
    """Return the retries left of a layer that counts down; each wait is five seconds longer than the last."""
    if row.state is not State.RETRYING:
        return None
    next_in = max(0, round(row.wait - (now - row.at)))
    later = sum(RETRY_DELAY * number for number in range(row.retries + 1, MAX_RETRIES + 1))
    return Retry(next_in=next_in, uploads=max(0, MAX_RETRIES + 1 - row.retries), waiting=next_in + later)


def under_way(row: Row, now: float) -> bool:
    """Return whether the countdown is over and nothing came since: in a pipe only the end of an upload is printed."""
    return row.state is State.RETRYING and row.wait == 1 and now - row.at >= _TICK


def outlook(board: Board, now: float, knowledge: Knowledge, refused: Refusals) -> Outlook | None:
    """Return the outlook of a push that goes on in vain, from the daemon's log or from the push before it.

    The client never says why it retries, and the daemon does not say which layer it means: it is certain only when it
    holds for every layer that retries.
    """
    rows = [row for row in board.open if row.state is State.RETRYING] if board.running else []
    refusal = _common_refusal(board, rows, knowledge)
    if refusal:
        row: Row | None = min(rows, key=lambda row: _waiting(row, now))
    else:
        row = next((row for row in rows if (board.name, row.id) in refused), None)
    left = retry(row, now) if row else None
    if row is None or left is None:
        return None
    why = refusal or refused[board.name, row.id]
    return Outlook(
        layer=row.id,
        why=str(why),
        retry=left,
        family=why.family,
        certain=refusal is not None,
        layers=len(rows) if refusal else 1,
    )


def _waiting(row: Row, now: float) -> int:
    left = retry(row, now)
    return left.waiting if left else 0


def _common_refusal(board: Board, rows: Sequence[Row], knowledge: Knowledge) -> Refusal | None:
    """Return why no layer that retries can succeed: each retry has its cause in the log, and none of them can change.

    Causes told before a layer went in can be that layer's, so each layer must have failed again since.
    """
    is_told = len(board.causes) >= board.retries - board.settled
    if not rows or not is_told or any(row.since <= board.settled_at for row in rows):
        return None
    has_uploaded = any(row.state is State.PUSHED for row in board.layers.values())
    reasons = [_refusal(cause, knowledge, has_uploaded=has_uploaded) for cause in dict.fromkeys(board.causes)]
    return None if None in reasons else next(iter(reasons), None)


def _refusal(cause: str, knowledge: Knowledge, *, has_uploaded: bool) -> Refusal | None:
    """Return the reason of a failed upload where no retry changes it; `has_uploaded`: the login was good at first."""
    classified = classify(cause, store=Store.GRAPHDRIVER, catalogue=knowledge.signatures)
    if classified.retry_helps is not False:
        return None
    is_expired = has_uploaded and asks_for_login(classified)
    family = Family.TOKEN_EXPIRED if is_expired else classified.family
    return Refusal(family=family, http_status=classified.http_status)


def refusals(name: str | None, push: Diagnosis) -> Refusals:
    """Return the refusals of a failed push, which hold for the next one to the same repository."""
    error = push.error
    if error is None or error.retry_helps is not False:
        return {}
    why = Refusal(family=error.family, http_status=error.http_status)
    return {(name, layer.id): why for layer in push.layers if layer.state is State.FAILED}


def held_back(board: Board, now: float) -> str | None:
    """Return what holds the whole push back: its last layer, the manifest, or a path that breaks many uploads."""
    waiting = board.open
    if not board.running or not board.layers:
        return None
    retrying = sum(row.state is State.RETRYING for row in waiting)
    if retrying >= _MANY:
        return f"{retrying} layers wait to retry at once: that points at the registry or the way to it, not at a layer"
    done = [row.since for row in board.layers.values() if row not in waiting]
    alone = now - max(done) if done else 0.0
    if len(waiting) > 1 or alone <= ALONE:
        return None
    if not waiting:
        return f"All layers are there; for {_whole_seconds(alone)} the manifest has not been confirmed"
    return f"{waiting[0].id} is the bottleneck: every other layer has been done for {_whole_seconds(alone)}"


def doing(board: Board, row: Row, now: float) -> str:
    """Return what a layer does or waits for, in a few words."""
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
        return f"no progress for {_whole_seconds(_still(row, now))}"
    return f"upload {row.retries + 1} of {MAX_RETRIES + 1}" if row.retries else ""


def _still(row: Row, now: float) -> float:
    """Return the seconds since the figure last moved."""
    times = [at for at, done in row.figures if done == row.done]
    return now - times[0] if times else now - row.at


def _whole_seconds(value: float) -> str:
    return seconds(round(value))


def image_name(board: Board) -> str:
    """Return the name of the image, with its tags so far."""
    tags = ", ".join(board.tags)
    return clip(f"{board.name or 'an image'}{':' if tags else ''}{tags}")
