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
    """Return the only push at the registry that can be this one, and else why there is none."""
    named = {state.upload for state in states}
    by_upload = [session for session in candidates if session.uploads & named]
    if section is not None:
        # Pushed again by hand right after a failure: the daemon tells the two apart.
        candidates = [
            part for session in candidates if (part := session.within(section.start, section.until)) is not None
        ]
    fitting = [session for session in candidates if _agrees(session, push, blobs)]
    if named:
        fitting = [session for session in fitting if session.uploads & named] or by_upload
    if len(fitting) > 1 and (began := began_at(push)) is not None:
        seconds = push.duration.seconds or push.duration.at_least
        fitting = [s for s in fitting if s.overlaps(began - _APART, began + seconds + _APART)]
    if len(fitting) == 1:
        return fitting[0], ""
    if not candidates:
        return None, ""
    if not fitting:
        return None, "no push that a proxy or the registry saw to this repository agrees with this one as a whole"
    return None, f"{len(fitting)} pushes to this repository agree with this one: only what is certain was joined"


def _agrees_on_tags(session: Session, push: Diagnosis) -> bool:
    tags = set(push.reference.tags)
    if push.outcome is not Outcome.SUCCEEDED:
        return not session.tags
    return not session.tags or not tags or set(session.tags) == tags


def _agrees(session: Session, push: Diagnosis, blobs: dict[str, tuple[str, int | None]]) -> bool:
    """Return whether a push that the registry saw can be the one that the client printed, and no other beside it."""
    if not _agrees_on_tags(session, push):
        return False
    if not push.layers:
        return True
    there = {blobs[layer.id][0] for layer in push.layers if layer.id in blobs and layer.state in _NOT_SENT}
    if there & set(session.closed.values()):
        return False
    pushed = sum(layer.state is State.PUSHED for layer in push.layers)
    closed = len(session.closed)
    if push.outcome is Outcome.SUCCEEDED and not pushed <= closed <= pushed + _BESIDE_LAYERS:
        return False
    if closed < pushed:
        return False
    # The layers whose blobs are known; what is sent beside them is the configuration.
    sent = {blobs[layer.id][0] for layer in push.layers if layer.id in blobs and layer.state not in _NOT_SENT}
    unknown = sum(layer.state not in _NOT_SENT for layer in push.layers) - len(sent)
    strange = [digest for digest in session.closed.values() if digest and digest not in sent]
    # A pipe names a layer of the containerd store when it is done: what was under way is not in the log.
    is_open = push.store is not Store.GRAPHDRIVER and push.outcome is not Outcome.SUCCEEDED
    return is_open or len(strange) <= max(0, unknown) + _BESIDE_LAYERS
