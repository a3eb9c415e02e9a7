"""Pushes rebuilt from the logs of a registry or a proxy alone, where no client kept one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.rows import SideRows
from pushlog.diagnosis.hops.seen import seen
from pushlog.diagnosis.hops.sessions import is_fault
from pushlog.model import (
    Basis,
    Client,
    Clock,
    Confidence,
    Diagnosis,
    Duration,
    Evidence,
    Failure,
    Family,
    Fate,
    Finding,
    Hop,
    JoinedBy,
    Layer,
    Outcome,
    Progress,
    Reference,
    Severity,
    State,
    Store,
)
from pushlog.units import count, seconds, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.hops.rows import SideRow
    from pushlog.diagnosis.hops.sessions import Session
    from pushlog.formats.other_side.table import SideTable

# No rule: no case of a client is there to judge.
NAME = "rebuilt-from-requests"
_SHORT = 12
# What clients call themselves in their requests. Sources: moby dockerversion/useragent.go, containerd version.go,
# containers/common pkg/..., go-containerregistry pkg/v1/remote/transport/useragent.go, regclient, oras-go.
_AGENTS = (
    ("Buildx", Client.BUILDX),
    ("buildkit/", Client.BUILDX),
    ("docker/", Client.DOCKER),
    ("containerd/", Client.NERDCTL),
    ("skopeo/", Client.SKOPEO),
    ("Buildah/", Client.BUILDAH),
    ("crane/", Client.CRANE),
    ("kaniko/", Client.KANIKO),
    ("oras-go", Client.ORAS),
    ("Helm/", Client.HELM),
)
# What a status says by itself.
_FAMILIES = {
    401: Family.AUTH,
    403: Family.PERMISSION,
    413: Family.SIZE_LIMIT,
    429: Family.RATE_LIMIT,
    499: Family.CANCELLED,
    504: Family.TIMEOUT,
}
_WHY = "Blobs are counted, the image's configuration with them; of what a client printed nothing is known."


def rebuilt_pushes(table: SideTable) -> tuple[int, tuple[Diagnosis, ...]]:
    """Return which log tells most, and the pushes that these show, by their begin; who only pulled has none."""
    if not table.records:
        return 0, ()
    shown = seen(table)
    frame = shown.frame
    rows = SideRows(table, frame)
    by_upload = {
        str(upload): list(map(int, part.index)) for upload, part in frame[frame["upload"] != ""].groupby("upload")
    }
    pushes = [session for session in shown.sessions if session.uploads or session.tags or session.begun]
    files = Counter(int(str(file)) for session in pushes for file in session.rows["file"])
    main = files.most_common(1)[0][0] if files else 0
    return main, tuple(_Rebuilt(table, rows, session, by_upload, main).push() for session in pushes)


class _Rebuilt:
    """Builds one push from a session. `by_upload`: the rows of all logs about each upload."""

    def __init__(
        self, table: SideTable, rows: SideRows, session: Session, by_upload: dict[str, list[int]], main: int
    ) -> None:
        self.table = table
        self.main = main
        self.session = session
        self.rows = rows.of(map(int, session.rows.index))
        self.uploads = {upload: rows.of(by_upload.get(upload, ())) for upload in sorted(session.uploads)}

    def push(self) -> Diagnosis:
        """Return what is known of the push."""
        layers = tuple(sorted((*self._uploaded(), *self._there()), key=lambda layer: layer.lines))
        outcome = self._outcome(layers)
        lines = (min(row.line for row in self.rows), max(row.line for row in self.rows))
        done = [layer for layer in layers if layer.state.done]
        took = max(0.0, self.session.end - self.session.start)
        image = self._reference()
        return Diagnosis(
            client=next((c for word, c in _AGENTS if word in self.session.agent), Client.UNKNOWN),
            store=Store.UNKNOWN,
            lines=lines,
            reference=image,
            registry_kind="unknown",
            outcome=outcome,
            error=self._error(outcome),
            layers=layers,
            progress=Progress(
                layers_total=len(layers),
                layers_done=len(done),
                bytes_done=_sum(done),
                bytes_total=None,
                fraction=None,
                exact=False,
                why=_WHY,
            ),
            clock=Clock.STAMPED,
            duration=Duration(seconds=round(took, 3), at_least=round(took, 3), began=_moment(self.session.start)),
            findings=(self._finding(layers, took),),
            verdict=self._verdict(image, outcome, layers),
            advice=f"{count(len(done), 'blob')} in the registry, {size(_sum(done))}, in {seconds(took)}.",
            lines_understood=lines[1] - lines[0] + 1,
            hops=tuple(self._hop(row) for row in self.rows if not row.record.upload and _is_telling(row)),
        )

    def _reference(self) -> Reference:
        return Reference(repository=self.session.repository, tags=self.session.tags)

    def _outcome(self, layers: Sequence[Layer]) -> Outcome:
        if self.session.tags:
            return Outcome.SUCCEEDED
        refused = any(row.record.status >= 400 and _is_write(row) for row in self.rows)
        return Outcome.FAILED if refused or any(layer.state is State.FAILED for layer in layers) else Outcome.INCOMPLETE

    def _verdict(self, image: Reference, outcome: Outcome, layers: Sequence[Layer]) -> str:
        name = image.repository or ""
        if outcome is Outcome.SUCCEEDED:
            return f"{name}:{', '.join(image.tags)} is in the registry"
        failed = self._failed
        last = f": the last error is {failed.record.words}" if failed is not None else ""
        done = sum(layer.state.done for layer in layers)
        return f"A push to {name} did not end with a tag, after {done} of {count(len(layers), 'blob')}{last}"

    @cached_property
    def _failed(self) -> SideRow | None:
        """The last request that was refused; a blob that is not there yet is no error."""
        return next((row for row in reversed(self.rows) if row.record.status >= 400 and _is_write(row)), None)

    def _error(self, outcome: Outcome) -> Failure | None:
        """Return what the server answered, in the place of what a client would have printed."""
        row = self._failed
        if outcome is not Outcome.FAILED or row is None:
            return None
        status = row.record.status
        family = _FAMILIES.get(status, Family.SERVER_ERROR if status >= 500 else Family.UNKNOWN)
        line = row.line if row.file == self.main else self.rows[0].line
        return Failure(text=row.record.words, line=line, family=family, http_status=status)

    def _uploaded(self) -> Iterator[Layer]:
        closed = self.session.closed
        for upload, rows in self.uploads.items():
            digest = next((row.record.digest for row in rows if row.record.digest), "")
            exact = [row.record.received for row in rows if row.record.is_exact and row.record.received is not None]
            is_done = upload in closed
            failed = any(row.record.status >= 400 or is_fault(row.record.kind) for row in rows)
            state = State.PUSHED if is_done else State.FAILED if failed else State.PUSHING
            yield self._layer(digest or upload, state, rows, size=max(exact, default=None))

    def _there(self) -> Iterator[Layer]:
        sent = {row.record.digest for rows in self.uploads.values() for row in rows}
        for row in self.rows:
            record = row.record
            is_there = record.request == "blob" and record.method == "HEAD" and record.status == 200
            is_mounted = record.request == "upload" and record.method == "POST" and record.status == 201
            if record.digest and record.digest not in sent and (is_there or is_mounted):
                sent.add(record.digest)
                yield self._layer(record.digest, State.MOUNTED if is_mounted else State.EXISTS, (row,), size=None)

    def _layer(self, name: str, state: State, rows: Sequence[SideRow], *, size: int | None) -> Layer:
        is_upload = state not in (State.EXISTS, State.MOUNTED)
        times = [row.when for row in rows if row.when == row.when]
        ended = max(times) - self.session.start if times else None
        numbers = [row.line for row in rows if row.file == self.rows[0].file] or [self.rows[0].line]
        fate = Fate.DONE if state.done else Fate.FAILED if state is State.FAILED else Fate.UNFINISHED
        return Layer(
            id=name.removeprefix("sha256:")[:_SHORT],
            state=state,
            mounted_from=None,
            bytes_done=size,
            bytes_total=size,
            basis=Basis.COMPRESSED if size is not None else Basis.UNKNOWN,
            attempts=int(is_upload),
            retry_wait=0.0,
            start=None,
            end=None if ended is None else round(max(0.0, ended), 3),
            created_by=None,
            lines=(min(numbers), max(numbers)),
            fate=fate,
            hops=tuple(self._hop(row, int(is_upload)) for row in rows if _is_telling(row)),
        )

    def _hop(self, row: SideRow, attempt: int = 0) -> Hop:
        record = row.record
        return Hop(
            attempt=attempt,
            hop=record.hop,
            said=record.words,
            status=record.status if record.status >= 0 else None,
            bytes=record.received,
            at=None if record.at is None else _moment(record.at),
            file=self.table.sources[row.file].name,
            line=row.line,
            joined_by=JoinedBy.UPLOAD if record.upload else JoinedBy.REQUEST,
        )

    def _finding(self, layers: Sequence[Layer], took: float) -> Finding:
        who = self.session.user or "an unnamed user"
        ends = (self.rows[0], self.rows[-1])
        return Finding(
            rule=NAME,
            name=NAME,
            severity=Severity.INFO,
            title=f"Rebuilt from the requests of {who}: {count(len(layers), 'blob')} in {seconds(took)}",
            explanation=f"No client kept a log of this push; a server's log shows its requests. {_WHY}",
            remedy=("Give the client's log, if there is one: its layers, retries and error are told with it.",),
            evidence=tuple(dict.fromkeys(map(self._quote, ends))),
            confidence=Confidence.CERTAIN,
            data={"user": self.session.user or None, "remote": self.session.remote, "agent": self.session.agent},
        )

    def _quote(self, row: SideRow) -> Evidence:
        name = self.table.sources[row.file].name
        return Evidence(line=row.line, text=self.table.text(row.index), file=None if row.file == self.main else name)


def _is_write(row: SideRow) -> bool:
    return row.record.method in ("POST", "PUT", "PATCH")


def _is_telling(row: SideRow) -> bool:
    return bool(row.record.request) or is_fault(row.record.kind)


def _sum(layers: Sequence[Layer]) -> int | None:
    sizes = [layer.bytes_done for layer in layers if layer.bytes_done is not None]
    return sum(sizes) if sizes else None


def _moment(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
