"""The hops and facts of one push, from its rows."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.begun import begun_at
from pushlog.diagnosis.hops.daemon import failed_layers
from pushlog.diagnosis.hops.facts import Fault, OtherSide, SecondClient, Transfer
from pushlog.diagnosis.hops.faults import fault_of, outcome_of, with_consequences
from pushlog.diagnosis.hops.scene import Scene
from pushlog.diagnosis.hops.sessions import is_fault
from pushlog.diagnosis.hops.tries import Try, client_failures, tries_of
from pushlog.formats.other_side.record import SideKind
from pushlog.model import Evidence, Hop, HopName, JoinedBy, Outcome, RegistrySaid
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.diagnosis.hops.own import OwnRows
    from pushlog.diagnosis.hops.rows import SideRow, SideRows

# Lines of these kinds are what a push does anyway.
_SILENT = (SideKind.NOTE, SideKind.LAYER_BEGAN, SideKind.LAYER_KNOWN, SideKind.BUFFERED, SideKind.NEXT_ENDPOINT)
_BODIES = ("PATCH", "PUT")


@record(slots=False, kw_only=False)
class HopBuilder:
    """Builds the hops of a push. `rows`: gives out rows of the table; `joined`: which of them are the push's."""

    case: Case
    rows: SideRows
    joined: OwnRows

    def built(self) -> Case:
        """Return the case with the hops of its layers and of the push, and with the facts for rules."""
        push = self.case.push
        by_layer: dict[str | None, list[Hop]] = {}
        for layer, hop in self._all_hops():
            by_layer.setdefault(layer, []).append(hop)
        layers = tuple(
            replace(
                layer,
                hops=tuple(sorted(by_layer.get(layer.id, ()), key=_hop_order)),
                registry_said=self._registry_said(layer.id) or layer.registry_said,
            )
            for layer in push.layers
        )
        others = tuple(sorted(by_layer.get(None, ()), key=_hop_order))
        daemon_rows = self.rows.of(self.joined.by) if self.joined.section else ()
        outcome = outcome_of(push.outcome, self.faults, daemon_rows)
        return replace(self.case, push=replace(push, layers=layers, hops=others, outcome=outcome), side=self._facts())

    @cached_property
    def tries(self) -> list[Try]:
        """The uploads of the push, each with the lines without a name that stand right before one of its own."""
        beside = {self.rows.table.places[row][:2]: row for row, by in self.joined.by.items() if by == JoinedBy.TIME}
        return [
            replace(item, rows=(*item.rows, *self._before(item, beside))) for item in tries_of(self.case, self.joined)
        ]

    def _before(self, item: Try, beside: dict[tuple[int, int], int]) -> Iterator[int]:
        for row in item.rows:
            file, line, _ = self.rows.table.places[row]
            if (file, line - 1) in beside:
                yield beside[file, line - 1]

    @cached_property
    def faults(self) -> list[Fault]:
        """What broke each failed upload."""
        failed = [item for item in self.tries if item.is_failed]
        scenes = [self._scene(item) for item in failed or self._daemon_tries()]
        return with_consequences([(scene.item.upload, fault_of(scene)) for scene in scenes])

    def quote(self, row: int) -> Evidence:
        """Return a row as a line of evidence in its file, or in the log itself."""
        file, line, _ = self.rows.table.places[row]
        name = self.rows.table.sources[file].name
        return Evidence(line=line, text=self.rows.table.text(row), file=None if name == self._name else name)

    @property
    def _name(self) -> str:
        return self.case.source.name

    @cached_property
    def _daemon_failures(self) -> dict[int, tuple[str, int]]:
        if self.joined.section is None:
            return {}
        retried = list(dict.fromkeys(layer for layer, _, _ in client_failures(self.case)))
        return failed_layers(self.joined.section, retried)

    def _daemon_tries(self) -> Iterator[Try]:
        """Yield failed uploads that only the daemon tells of."""
        words = [row for row in self.rows.of(self.joined.by) if row.record.kind in (SideKind.RETRYING, SideKind.FAILED)]
        failures = client_failures(self.case)
        in_order = len(words) == len(failures)
        for number, row in enumerate(words):
            layer, attempt, line = failures[number] if in_order else (None, 0, None)
            if row.index in self._daemon_failures:
                layer, attempt = self._daemon_failures[row.index]
            order = (row.when, row.when, row.line)
            yield Try(
                upload="",
                digest="",
                rows=(row.index,),
                is_failed=True,
                order=order,
                layer=layer,
                attempt=attempt,
                by=JoinedBy.ORDER,
                line=line,
            )

    def _all_hops(self) -> Iterator[tuple[str | None, Hop]]:
        sizes = {
            (fault.evidence[0].file or self._name, fault.evidence[0].line): fault.received for fault in self.faults
        }
        placed: set[int] = set()
        for item in (*self.tries, *(self._daemon_tries() if not self.tries else ())):
            placed.update(item.rows)
            for row, status in _once(self.rows.of(item.rows)):
                by = item.by if item.upload else JoinedBy(self.joined.by[row.index])
                yield from ((item.layer, hop) for hop in self._hops(row, item.layer, item.attempt, by, status, sizes))
        for row, layer, attempt in self._rest(placed):
            by = JoinedBy(self.joined.by[row.index])
            yield from ((layer, hop) for hop in self._hops(row, layer, attempt, by, None, sizes))
        for fault in self.faults:
            if fault.line is not None:
                yield fault.layer, self._client_hop(fault, fault.line)

    def _hops(  # noqa: PLR0917 - what is known of a row
        self,
        row: SideRow,
        layer: str | None,
        attempt: int,
        by: JoinedBy,
        status: int | None,
        sizes: dict[tuple[str, int], int | None],
    ) -> Iterator[Hop]:
        record = row.record
        if record.kind in _SILENT:
            return
        name = self.rows.table.sources[row.file].name
        yield Hop(
            attempt=attempt,
            hop=record.hop,
            said=record.words,
            status=record.status if record.status >= 0 else status,
            bytes=record.received if record.received is not None else sizes.get((name, row.line)),
            at=_moment(record.at),
            file=name,
            line=row.line,
            joined_by=by,
            began=_moment(begun_at(self.rows, row, self.joined.section, layer, attempt)),
        )

    def _rest(self, placed: set[int]) -> Iterator[tuple[SideRow, str | None, int]]:
        """Yield the rows of no upload: the daemon's words on an attempt, blobs that were there, the manifest."""
        layers = {digest: layer for layer, (digest, _) in self.joined.blobs.items()}
        attempts = {layer.id: layer.attempts for layer in self.case.push.layers}
        for row in self.rows.of(self.joined.by):
            record = row.record
            if row.index in placed or (record.method in ("HEAD", "GET") and record.status == 404):
                continue
            layer = layers.get(record.digest)
            if row.index in self._daemon_failures:
                yield (row, *self._daemon_failures[row.index])
            elif record.kind is SideKind.UPLOADED:
                yield row, layer, attempts.get(layer or "", 0)
            elif is_fault(record.kind) or record.request:
                yield row, layer, 0
            elif record.kind in (SideKind.STARTED, SideKind.PUSH_BEGAN):
                yield row, None, 0

    def _scene(self, item: Try) -> Scene:
        words = [row for row, name in self._daemon_failures.items() if name == (item.layer, item.attempt)]
        rows = self.rows.of((*item.rows, *words))
        sizes = [row.record.next_bytes or 0 for row in rows if row.record.hop is HopName.DAEMON]
        table = self.rows.table
        starts = [n for n, record in enumerate(table.records) if record.kind is SideKind.STARTED]
        return Scene(
            item=item,
            rows=rows,
            all_rows=self.rows.of(self.joined.by),
            servers=self._servers,
            quote=self.quote,
            starts=self.rows.of(starts),
            is_stopped=self.case.push.outcome in (Outcome.INTERRUPTED, Outcome.INCOMPLETE),
            has_registry_log=self._has_registry_log,
            size=self.joined.blobs.get(item.layer or "", ("", None))[1] or max(sizes, default=0) or None,
        )

    @cached_property
    def _has_registry_log(self) -> bool:
        return any(form.hop is HopName.REGISTRY for source in self.rows.table.sources for form in source.formats)

    @cached_property
    def _servers(self) -> dict[int, str]:
        """The name of the program behind each log."""
        parts = self.case.classified.parts if self.case.classified else None
        proxy = self.case.knowledge.proxy(parts.server) if parts and parts.server else None
        formats = [source.formats[0] if source.formats else None for source in self.rows.table.sources]
        names = {form.server for form in formats if form and form.server}
        usual = proxy.name if proxy else names.pop() if len(names) == 1 else "the proxy"
        return {
            number: "the registry" if form.hop is HopName.REGISTRY else form.server or usual
            for number, form in enumerate(formats)
            if form is not None
        }

    def _client_hop(self, fault: Fault, line: int) -> Hop:
        return Hop(
            attempt=fault.attempt,
            hop=HopName.CLIENT,
            said=self.case.text.shown(line),
            status=None,
            bytes=None,
            at=None,
            file=self._name,
            line=line,
            joined_by=JoinedBy.LAYER,
        )

    def _registry_said(self, layer: str) -> RegistrySaid | None:
        """Return the last upload of a layer by the registry's word."""
        for item in reversed([item for item in self.tries if item.layer == layer and item.upload]):
            states = [row.record.state for row in self.rows.of(item.rows) if row.record.state is not None]
            if states:
                most = max(states, key=lambda state: state.offset)
                return RegistrySaid(upload=most.upload, started=most.started, bytes=most.offset)
        return None

    def _facts(self) -> OtherSide:
        users: dict[str, int] = {}
        answers = []
        all_rows = self.rows.of(self.joined.by)
        for row in all_rows:
            record = row.record
            if record.user:
                users.setdefault(record.user, row.index)
            if record.request and record.seconds is not None and record.method in ("HEAD", "POST"):
                answers.append((record.seconds, self.quote(row.index)))
        session = self.joined.session
        near = [other for other in self.joined.others if session and other.overlaps(session.start, session.end)]
        reached = any(row.record.hop is HopName.REGISTRY for row in all_rows) if self._has_registry_log else None
        return OtherSide(
            faults=tuple(self.faults),
            users=tuple((user, self.quote(row)) for user, row in users.items()),
            others=tuple(SecondClient(user=other.user, agent=other.agent, tags=other.tags) for other in near),
            transfers=tuple(self._transfers()),
            answers=tuple(answers),
            reached_registry=reached,
        )

    def _transfers(self) -> Iterator[Transfer]:
        for item in (item for item in self.tries if not item.is_failed):
            rows = self.rows.of(item.rows)
            exact = [row.record.received for row in rows if row.record.is_exact and row.record.received is not None]
            size = max(exact) if exact else self.joined.blobs.get(item.layer or "", ("", None))[1]
            timed = [(row.record.seconds, row.index) for row in rows if row.record.seconds and _has_body(row)]
            if size and timed:
                seconds, index = max(timed)
                yield Transfer(layer=item.layer, bytes=size, seconds=seconds, evidence=self.quote(index))


def _has_body(row: SideRow) -> bool:
    return row.record.method in _BODIES and row.record.request == "upload"


def _once(rows: Sequence[SideRow]) -> Iterator[tuple[SideRow, int | None]]:
    """Yield rows with a status for those without: of a server's lines on one request, that which says what broke it."""
    requests: dict[tuple[int, str], list[SideRow]] = {}
    for row in rows:
        requests.setdefault((row.file, row.record.request_id or f"\0{row.index}"), []).append(row)
    for part in requests.values():
        faults = [row for row in part if is_fault(row.record.kind)]
        if not faults:
            yield from ((row, None) for row in part)
            continue
        status = max(row.record.status for row in part)
        yield faults[0], status if status >= 0 else None


def _hop_order(hop: Hop) -> tuple[int, str, str, int]:
    return hop.attempt, hop.at or "", hop.file, hop.line


def _moment(at: float | None) -> str | None:
    if at is None or math.isnan(at):
        return None
    return dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
