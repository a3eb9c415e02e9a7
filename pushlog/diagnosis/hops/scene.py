"""All that is known of one upload, for the judgement of what broke it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.diagnosis.hops.facts import Fault, FaultKind, Limit
from pushlog.model import Confidence, HopName
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pushlog.diagnosis.hops.rows import SideRow
    from pushlog.diagnosis.hops.tries import Try
    from pushlog.formats.other_side.record import SideKind
    from pushlog.model import Evidence

_MIB = 1 << 20


@record(slots=False, kw_only=False)
class Scene:
    """The rows of one upload, and what else is needed to judge it. `all_rows`: those of the whole push.

    `servers`: the name of each file's program; `quote`: a row as evidence; `starts`: rows that tell that a registry
    started; `is_stopped`: the client's log ends without a result; `has_registry_log`: a registry's own log is there;
    `size`: the bytes of the blob.
    """

    item: Try
    rows: tuple[SideRow, ...]
    all_rows: tuple[SideRow, ...]
    servers: dict[int, str]
    quote: Callable[[int], Evidence]
    starts: tuple[SideRow, ...]
    is_stopped: bool
    has_registry_log: bool
    size: int | None

    def first(self, *kinds: SideKind) -> SideRow | None:
        """Return the first row of these kinds."""
        return next((row for row in self.rows if row.record.kind in kinds), None)

    @cached_property
    def answers(self) -> dict[HopName, SideRow]:
        """The failing answer of each hop, where it gave one."""
        asked = [row for row in self.rows if row.record.request and row.record.method != "HEAD"]
        return {row.record.hop: row for row in reversed(asked) if row.record.status >= 400}

    @cached_property
    def of_registry(self) -> tuple[SideRow, ...]:
        """What the registry said of it, plain answers included."""
        return tuple(row for row in self.rows if row.record.hop is HopName.REGISTRY)

    @cached_property
    def copied(self) -> int | None:
        """The bytes of the blob that the registry had, by its own word; else those that a proxy counted."""
        for hop in (HopName.REGISTRY, HopName.PROXY):
            figures = [row.record.received for row in self.rows if row.record.hop is hop and row.record.is_exact]
            exact = [figure for figure in figures if figure is not None]
            if exact:
                return max(exact)
        return None

    def fault(
        self,
        kind: FaultKind,
        hop: HopName,
        row: SideRow,
        *others: SideRow | None,
        confidence: Confidence = Confidence.CERTAIN,
        limit: Limit | None = None,
        detail: str = "",
        received: int | None = None,
    ) -> Fault:
        """Return a fault that these rows prove, the first one by its words."""
        proof = {row.index: row}
        for other in others:
            # A registry's line on what broke a request, and the one on its answer, say one thing twice.
            if other and not (other.record.request_id and other.record.request_id == row.record.request_id):
                proof[other.index] = other
        status = next((self.answers[name].record.status for name in _OUTERMOST if name in self.answers), None)
        return Fault(
            kind=kind,
            hop=hop,
            server=self.servers.get(row.file, ""),
            layer=self.item.layer,
            attempt=self.item.attempt,
            words=row.record.words,
            evidence=tuple(self.quote(index) for index in proof),
            confidence=confidence,
            status=status or (row.record.status if row.record.status > 0 else None),
            received=received if received is not None else self.copied,
            seconds=self._seconds(),
            limit=limit,
            detail=detail,
            line=self.item.line,
        )

    def _seconds(self) -> float | None:
        times = [row.record.seconds for row in self.rows if row.record.hop is HopName.PROXY]
        return max((time for time in times if time is not None), default=None)


# What the client got is what the hop nearest to it answered.
_OUTERMOST = (HopName.PROXY, HopName.REGISTRY, HopName.DAEMON)


def limit_of(row: SideRow, all_rows: Sequence[SideRow]) -> Limit | None:
    """Return the limit that a refused body proves.

    A body that comes in pieces is refused with the piece that goes over the limit: what was read by then is below it,
    or just as much. One whose length is announced is refused before a byte is read: that length is no limit.
    """
    read, following = row.record.received, row.record.next_bytes
    if read is not None and following is not None:
        return Limit(exact=_round(read, read + following), low=read, high=read + following)
    match = re.search(r"body: (\d+) bytes", row.record.words)
    if match is None:
        return None
    taken = [other.record for other in all_rows if 200 <= other.record.status < 300 and other.record.is_exact]
    passed = max((record.received for record in taken if record.received is not None), default=0)
    return Limit(exact=None, low=passed, high=int(match[1]))


def _round(low: int, high: int) -> int | None:
    """Return the only whole number of MiB between a size that passed and one that did not; None for none or several."""
    first = -(-low // _MIB) * _MIB
    return first if low <= first < high <= first + _MIB else None
