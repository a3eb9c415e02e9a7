"""Which rows of other logs are of one push: never one that may be another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.agreement import began_at, session_of
from pushlog.diagnosis.hops.daemon import DaemonSection, blobs_of_layers, sections
from pushlog.formats.other_side.record import SideKind
from pushlog.model import Outcome, State, Store
from pushlog.record_class import record
from pushlog.timeline.blob import is_blob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from pushlog.diagnosis.hops.sessions import Session
    from pushlog.formats.upload_state import UploadState
    from pushlog.model import Diagnosis
    from pushlog.timeline.sizing import Blob

# Lines are written late: a registry tells of a lost client when it next reads, seconds later.
_LATE = 10.0
# Hosts' clocks agree to this at best.
_APART = 2.0


@record(slots=False, kw_only=False)
class OwnRows:
    """The rows of one push.

    `by`: for each row what joins it. `blobs`: the blob of each layer and its bytes, where something tells. `session`:
    the push as a proxy or a registry saw it; None where several can be it. `why_not`: what could not be joined.
    """

    rows: pd.DataFrame
    by: dict[int, str]
    blobs: dict[str, tuple[str, int | None]]
    section: DaemonSection | None = None
    session: Session | None = None
    others: tuple[Session, ...] = ()
    why_not: tuple[str, ...] = ()


def own_rows(
    frame: pd.DataFrame,
    push: Diagnosis,
    states: Sequence[UploadState],
    all_sessions: Sequence[Session],
    manifest: Mapping[str, Blob],
) -> OwnRows:
    """Return the rows of a push.

    `frame`: all rows by one clock; `states`: of upload URLs in the client's log; `manifest`: the blobs of its layers.
    """
    repository = push.reference.repository or ""
    of_repository = frame[
        frame["repository"].map(lambda name: _same(name, repository)) & (frame["kind"] != SideKind.PUSH_BEGAN)
    ]
    candidates = [session for session in all_sessions if _same(session.repository, repository)]
    section, why_section = _section(frame, push)
    blobs = _blobs(frame, of_repository, push, manifest)
    session, why_session = session_of(candidates, push, states, section, blobs)
    picked: dict[int, str] = {}
    others: list[Session] = []
    if session is not None:
        others = [part for other in candidates if (part := other.without(session)) is not None]
        picked |= _of_session(of_repository, session, others, blobs)
    elif candidates:
        picked |= _by_content(of_repository, push, states, blobs, section)
    else:
        picked |= _alone(of_repository, section)
    rows_of_daemon = _daemon_rows(frame, push, section, session)
    picked |= dict.fromkeys(rows_of_daemon, "layer")
    picked |= dict.fromkeys(_pings(frame, section, session, all_sessions), "time")
    picked |= _beside(frame, frame.loc[list(picked)])
    rows = frame.loc[sorted(picked)]
    return OwnRows(
        rows=rows,
        by=picked,
        blobs=blobs,
        section=section,
        session=session,
        others=tuple(others),
        why_not=tuple(filter(None, (why_section, why_session))),
    )


def _same(name: str, repository: str) -> bool:
    """Whether a request is to this repository, perhaps in a folder of a server that holds several registries."""
    return bool(repository) and (name == repository or name.endswith(f"/{repository}"))


def _section(frame: pd.DataFrame, push: Diagnosis) -> tuple[DaemonSection | None, str]:
    fitting = sections(frame, push)
    if len(fitting) > 1:
        near = [section for section in fitting if _is_near(section.start, push)]
        fitting = near if len(near) == 1 else fitting
    if len(fitting) > 1:
        return None, f"{len(fitting)} pushes of this image in the daemon's log agree with this one: none was joined"
    if fitting and not fitting[0].is_told:
        return None, "other pushes of this image ran through the daemon at the same time: none of its lines was joined"
    return (fitting[0] if fitting else None), ""


def _is_near(moment: float, push: Diagnosis) -> bool:
    began = began_at(push)
    return began is not None and abs(moment - began) <= _APART + _LATE


def _blobs(
    frame: pd.DataFrame, of_repository: pd.DataFrame, push: Diagnosis, manifest: Mapping[str, Blob]
) -> dict[str, Blob]:
    """Return the blob of each layer: by the daemon's word, by the manifest, or since its id is part of the digest.

    A manifest may be of another image with as many layers: those that are in the registry must have been asked for.
    """
    by_daemon = blobs_of_layers(frame)
    ids = [layer.id for layer in push.layers]
    blobs = {layer: by_daemon[layer] for layer in ids if layer in by_daemon}
    done = {manifest[layer.id][0] for layer in push.layers if layer.state.done and layer.id in manifest}
    if done <= set(of_repository["digest"]):
        blobs = {layer: manifest[layer] for layer in ids if layer in manifest} | blobs
    if push.store is not Store.GRAPHDRIVER:
        for digest in dict.fromkeys(of_repository["digest"]):
            layer = next((layer for layer in ids if layer not in blobs and is_blob(layer, digest)), None)
            if layer is not None and digest:
                sizes = of_repository.loc[of_repository["digest"] == digest, "next_bytes"].dropna()
                blobs[layer] = (digest, int(sizes.iloc[0]) if len(sizes) else None)
    return blobs


def _of_session(
    rows: pd.DataFrame, session: Session, others: Sequence[Session], blobs: dict[str, tuple[str, int | None]]
) -> dict[int, str]:
    """Return the rows of a session in all logs: those of its uploads, and others where no other client is as likely."""
    foreign_uploads = {upload for other in others for upload in other.uploads}
    near = [other for other in others if other.overlaps(session.start - _APART, session.end + _APART)]
    own_digests = {digest for digest, _ in blobs.values()} | set(session.closed.values())
    own_digests -= {digest for other in near for digest in other.rows["digest"]} | {""}
    picked: dict[int, str] = {}
    is_mixed = session.begun > len(session.uploads)
    in_session = set(map(int, session.rows.index))
    foreign = {int(str(index)) for other in near for index in other.rows.index}
    tagged = _tagged(rows, session)
    last = session.end + _LATE
    for row in rows.itertuples():
        index = int(str(row.Index))
        if row.upload in foreign_uploads or index in foreign:
            continue
        if row.upload in session.uploads:
            picked[index] = "upload"
            continue
        # An upload that the log of the session does not tell of any more: it ends earlier than the others.
        when = float(str(row.since if row.upload else row.when))
        if not session.start - _APART <= when <= last or (row.upload and near):
            continue
        if _is_other_client(row, session) or (is_mixed and row.method == "POST" and not row.digest):
            continue
        is_own = row.digest in own_digests or index in in_session or index in tagged
        if near and not is_own and not (row.user and row.user == session.user and _only(near, session)):
            continue
        picked[index] = "digest" if row.digest in own_digests and index not in in_session else "request"
    return picked


def _tagged(rows: pd.DataFrame, session: Session) -> set[int]:
    """Return the requests of all logs for the tags of a session; of several for one tag those at the same place."""
    picked: set[int] = set()
    for tag in session.tags:
        puts = rows[(rows["request"] == "manifest") & (rows["method"] == "PUT") & (rows["reference"] == tag)]
        parts = [part for _, part in puts[puts["status"] >= 0].groupby("file")]
        main = next((part for part in parts if part.index.isin(session.rows.index).any()), None)
        if main is None:
            continue
        places = main.index.isin(session.rows.index).nonzero()[0]
        picked |= {int(str(part.index[int(place)])) for part in parts if len(part) == len(main) for place in places}
    return picked


def _only(near: Sequence[Session], session: Session) -> bool:
    """Return whether the user alone tells a session from those that ran meanwhile."""
    return all(other.user != session.user for other in near)


def _is_other_client(row: object, session: Session) -> bool:
    user, agent = getattr(row, "user", ""), getattr(row, "agent", "")
    return bool(
        (user and session.user and user != session.user) or (agent and session.agent and agent != session.agent)
    )


def _by_content(
    rows: pd.DataFrame,
    push: Diagnosis,
    states: Sequence[UploadState],
    blobs: dict[str, tuple[str, int | None]],
    section: DaemonSection | None,
) -> dict[int, str]:
    """Return the rows that no other push can have: of uploads that the client names, of blobs that one push sent."""
    picked: dict[int, str] = {}
    named = {state.upload for state in states}
    if section is not None:
        rows = rows[rows["when"].between(section.start - _APART, section.end + _LATE) | rows["upload"].isin(named)]
    sent = {layer.id for layer in push.layers if layer.state is State.PUSHED}
    uploads = set(named)
    for layer, (digest, _) in blobs.items():
        ids = set(rows.loc[(rows["digest"] == digest) & (rows["upload"] != ""), "upload"])
        if layer in sent and len(ids) == 1:
            uploads |= ids
    picked |= dict.fromkeys(map(int, rows.index[rows["upload"].isin(uploads)]), "upload")
    if push.outcome is Outcome.SUCCEEDED and len(push.reference.tags) == 1:
        tagged = rows[(rows["request"] == "manifest") & (rows["reference"] == push.reference.tags[0])]
        taken = tagged[(tagged["method"] == "PUT") & tagged["status"].between(200, 299)]
        if len(taken) and taken["file"].value_counts().max() == 1:
            picked |= dict.fromkeys(map(int, taken.index), "request")
    return picked


def _alone(rows: pd.DataFrame, section: DaemonSection | None) -> dict[int, str]:
    """Return the rows of logs that show no push: errors of a proxy, say, in the time of the daemon's push."""
    if section is not None:
        rows = rows[rows["when"].between(section.start - _APART, section.end + _LATE)]
    uploads = rows["upload"] != ""
    return {int(str(index)): "request" if not is_upload else "upload" for index, is_upload in uploads.items()}


def _daemon_rows(
    frame: pd.DataFrame, push: Diagnosis, section: DaemonSection | None, session: Session | None
) -> list[int]:
    if section is not None:
        return [int(row) for row in section.rows.index]
    daemon = frame[frame["hop"] == "daemon"]
    if (daemon["kind"] == SideKind.PUSH_BEGAN).any():
        return []
    words = daemon[daemon["kind"].isin((SideKind.RETRYING, SideKind.FAILED, SideKind.GAVE_UP))]
    # Without debug lines nothing names the push: they are its own where their number and order is that of its retries.
    if session is not None:
        words = words[words["when"].between(session.start - _APART, session.end + _LATE)]
    retries = sum(max(0, layer.attempts - 1) for layer in push.layers)
    retrying = words[words["kind"] == SideKind.RETRYING]
    if retries and len(retrying) == retries:
        return [int(row) for row in words.index]
    if not retries and not len(retrying) and session is not None:
        return [int(row) for row in words.index]
    return []


def _pings(
    frame: pd.DataFrame, section: DaemonSection | None, session: Session | None, all_sessions: Sequence[Session]
) -> list[int]:
    """Return failed requests without a repository in the time of the daemon's push, if nobody else pushed then."""
    if section is None or session is not None:
        return []
    start, end = section.start - _APART, section.end + _APART
    if any(other.overlaps(start, end) for other in all_sessions):
        return []
    is_failed = (frame["request"] == "ping") & (frame["status"] >= 400) & (frame["status"] != 401)
    return [int(str(row)) for row in frame.index[is_failed & frame["when"].between(start, end)]]


def _beside(frame: pd.DataFrame, rows: pd.DataFrame) -> dict[int, str]:
    """Return rows that name no push, right before one of this push in the same log: where its error is from."""
    picked: dict[int, str] = {}
    refused = rows[(rows["kind"] == SideKind.UNAUTHORIZED) | (rows["kind"] == SideKind.NOTE) | (rows["status"] == 401)]
    for row in refused.itertuples():
        before = frame[(frame["file"] == row.file) & (frame["line"] == int(str(row.line)) - 1)]
        for index in before.index[
            before["kind"].isin(
                (
                    SideKind.TOKEN_RAN_OUT,
                    SideKind.READ_TIMEOUT,
                    SideKind.SEND_TIMEOUT,
                    SideKind.BROKEN,
                    SideKind.UNREACHABLE,
                )
            )
        ]:
            if not frame.loc[index, "repository"]:
                picked[int(index)] = "time"
    return picked
