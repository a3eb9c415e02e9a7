"""Which push that a registry or a proxy saw is the one that the client printed: the only one that agrees with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pushlog.model import Outcome, State, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.diagnosis.hops.daemon import DaemonSection
    from pushlog.diagnosis.hops.sessions import Session
    from pushlog.formats.upload_state import UploadState
    from pushlog.model import Diagnosis

# A blob beside the layers: the image's configuration.
_BESIDE_LAYERS = 1
_NOT_SENT = (State.EXISTS, State.MOUNTED, State.SKIPPED)
# Hosts' clocks agree to this at best, in seconds.
_APART = 2.0


def began_at(push: Diagnosis) -> float | None:
    """Return when a push began by stamps with a date and a zone, in seconds since 1970."""
    if push.duration.began is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(push.duration.began)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def session_of(
    candidates: Sequence[Session],
    push: Diagnosis,
    states: Sequence[UploadState],
    section: DaemonSection | None,
    blobs: dict[str, tuple[str, int | None]],
) -> tuple[Session | None, str]:
    """Return the only push at the registry that can be this one, and else why there is none.

    Requests of pushes that ran at once through one address are one session. Where there are several, it is not enough
    that one of them agrees: this push may be part of another, which agrees with nothing. What only this push can have
    caused must be in it, or nothing else may have run in its time.
    """
    named = {state.upload for state in states}
    if section is not None and section.is_alone:
        # Pushed again by hand right after a failure: the daemon tells the two apart.
        candidates = [
            part for session in candidates if (part := session.within(section.start, section.until)) is not None
        ]
    if not candidates:
        return None, ""
    is_told_apart = section is not None and section.is_alone
    fitting = [
        session for session in candidates if (is_told_apart or not session.is_crowded) and _agrees(session, push, blobs)
    ]
    if named:
        fitting = [session for session in fitting if session.uploads & named]
    if not fitting:
        return None, "no push that a proxy or the registry saw to this repository agrees with this one as a whole"
    likeliest = fitting
    if len(candidates) > 1:
        likely = [session for session in candidates if session.is_crowded or any(session is one for one in fitting)]
        likeliest = [session for session in fitting if _is_own(session, candidates, likely, push, named, blobs)]
        likeliest = likeliest or _alone_in_time(fitting, candidates, push, section)
    if len(likeliest) == 1:
        return likeliest[0], ""
    number = len(likeliest) or len(fitting)
    those = "push agrees" if number == 1 else "pushes agree"
    return (
        None,
        f"{number} {those} with this one, of {len(candidates)} to this repository: only what is certain was joined",
    )


def _is_own(  # noqa: PLR0917 - what is known of a push
    session: Session,
    candidates: Sequence[Session],
    likely: Sequence[Session],
    push: Diagnosis,
    named: set[str],
    blobs: dict[str, tuple[str, int | None]],
) -> bool:
    """Return whether a session has what this push must have caused, and no other session has it.

    `likely`: the sessions that may hold this push; a tag may be pushed again and again.
    """
    if session.uploads & named:
        return True
    others = [other for other in candidates if other is not session]
    if push.outcome is Outcome.SUCCEEDED:
        tags = set(push.reference.tags) & set(session.tags)
        if tags and not any(tags & set(other.tags) for other in likely if other is not session):
            return True
    pushed = {blobs[layer.id][0] for layer in push.layers if layer.id in blobs and layer.state is State.PUSHED}
    closed = (pushed & set(session.closed.values())) - {""}
    return any(not any(digest in other.sent for other in others) for digest in closed)


def _alone_in_time(
    fitting: Sequence[Session], candidates: Sequence[Session], push: Diagnosis, section: DaemonSection | None
) -> list[Session]:
    """Return the only session in the time of a push, if it agrees; none where the time is not known."""
    began = began_at(push)
    if section is not None:
        start, end = section.start, section.end
    elif began is not None:
        start, end = began, began + (push.duration.seconds or push.duration.at_least)
    else:
        return []
    near = [session for session in candidates if session.overlaps(start - _APART, end + _APART)]
    return [session for session in fitting if session is near[0]] if len(near) == 1 else []


def _agrees_on_tags(session: Session, push: Diagnosis) -> bool:
    tags = set(push.reference.tags)
    if push.outcome is not Outcome.SUCCEEDED:
        return not session.tags
    return not session.tags or not tags or set(session.tags) == tags


def _agrees(session: Session, push: Diagnosis, blobs: dict[str, tuple[str, int | None]]) -> bool:
    """Return whether a push that the registry saw can be the one that the client printed, and no other beside it."""
    return _agrees_on_tags(session, push) and (
        not push.layers or (_agrees_on_numbers(session, push) and _agrees_on_blobs(session, push, blobs))
    )


def _agrees_on_numbers(session: Session, push: Diagnosis) -> bool:
    pushed, closed = sum(layer.state is State.PUSHED for layer in push.layers), len(session.closed)
    if closed < pushed:
        return False
    if push.outcome is Outcome.SUCCEEDED and closed > pushed + _BESIDE_LAYERS:
        return False
    if push.store is not Store.GRAPHDRIVER:
        return True
    if len(session.uploads) - closed > _broken(push):
        return False
    # This store sends the configuration when all layers are there.
    is_beside = push.outcome is Outcome.SUCCEEDED and 0 < pushed < closed
    return not is_beside or session.ends_alone


def _agrees_on_blobs(session: Session, push: Diagnosis, blobs: dict[str, tuple[str, int | None]]) -> bool:
    digests = {layer.id: blobs[layer.id][0] for layer in push.layers if layer.id in blobs}
    there = {digests[layer.id] for layer in push.layers if layer.id in digests and layer.state in _NOT_SENT}
    if there & set(session.closed.values()) - {""}:
        return False
    # The layers whose blobs are known; what is sent beside them is the configuration.
    sent = {digests[layer.id] for layer in push.layers if layer.id in digests and layer.state not in _NOT_SENT}
    unknown = sum(layer.state not in _NOT_SENT for layer in push.layers) - len(sent)
    strange = [digest for digest in session.closed.values() if digest and digest not in sent]
    # A pipe names a layer of the containerd store when it is done: what was under way is not in the log.
    is_open = push.store is not Store.GRAPHDRIVER and push.outcome is not Outcome.SUCCEEDED
    return is_open or len(strange) <= max(0, unknown) + _BESIDE_LAYERS


def _broken(push: Diagnosis) -> int:
    """Return how many uploads of a push may have broken: those before a countdown, and what its end cut off."""
    repeated = sum(max(0, layer.attempts - 1) for layer in push.layers)
    if push.outcome is Outcome.SUCCEEDED:
        return repeated
    return repeated + sum(not layer.state.done for layer in push.layers) + _BESIDE_LAYERS
