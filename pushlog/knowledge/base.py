"""All that is known, in one place: the catalogue of errors and the registries, with a user's own rows before ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from pushlog.knowledge.clients import ClientFacts, clients
from pushlog.knowledge.patterns import search
from pushlog.knowledge.registries import PORT, Hop, Limit, Registry, lookup
from pushlog.knowledge.signatures import Signature, signatures

if TYPE_CHECKING:
    from pushlog.model import Client

# Any account of AWS, for a host whose own is masked.
_ACCOUNT = "0" * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """First lines of errors: whole ones, and how others start, with the literals of which one must stand in them."""

    lines: frozenset[str]
    starts: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Knowledge:
    """The rows that an analysis rests on; the first that matches wins."""

    registries: tuple[Registry, ...]
    hops: tuple[Hop, ...]
    own_signatures: tuple[Signature, ...] = ()

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """The catalogue of errors, read on first use: a push that worked needs none.

        Own rows come before ours; one with the id of ours takes its place, for the order of ours tells the special
        from the general.
        """
        ours, own = signatures(), {row.id: row for row in self.own_signatures}
        known_ids = {row.id for row in ours}
        new = (row for row in self.own_signatures if row.id not in known_ids)
        return (*new, *(own.get(row.id, row) for row in ours))

    @cached_property
    def beginnings(self) -> Beginnings:
        """How texts of the catalogue begin that have no shape of their own."""
        return Beginnings(
            lines=frozenset(line for row in self.signatures for line in row.line),
            starts=tuple((start, row.match.has or ("",)) for row in self.signatures for start in row.starts),
        )

    def client(self, client: Client) -> ClientFacts:
        """What is known of a client."""
        return clients()[client]

    def registry_kind(self, host: str | None) -> str:
        """The kind of registry behind `host[:port]`; `unknown` where the host tells nothing."""
        host = (host or "").lower()
        # The first label of a host may be masked, or the name of a variable; accounts of AWS have twelve digits.
        service = host.partition(".")[2]
        entry = self._by_host(host) or self._by_host(f"{_ACCOUNT}.{service}") or self._by_host(f"a.{service}")
        return entry.kind if entry else "unknown"

    def registry(self, kind: str) -> Registry | None:
        """What is known of a kind of registry."""
        return next((entry for entry in self.registries if entry.kind == kind), None)

    def limits(self, kind: str) -> tuple[Limit, ...]:
        """The documented limits of a kind of registry; empty where none is known."""
        entry = self.registry(kind)
        return entry.limits if entry else ()

    def hop(self, server: str | None) -> Hop | None:
        """The proxy that a server name belongs to, as an error page signs it."""
        return next((hop for hop in self.hops if server and search(hop.server, server)), None)

    def _by_host(self, host: str) -> Registry | None:
        bare = PORT.sub("", host)
        return next(
            (entry for entry in self.registries if any(search(p, host) or search(p, bare) for p in entry.hosts)),
            None,
        )


@cache
def shipped() -> Knowledge:
    """What comes with pushlog."""
    return Knowledge(registries=lookup().registries, hops=lookup().hops)
