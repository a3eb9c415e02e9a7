"""The catalogue of errors, the registries and the proxies in one place, with a user's own rows before ours."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from pushlog.knowledge.clients import ClientFacts, clients
from pushlog.knowledge.patterns import search
from pushlog.knowledge.proxies import Proxy, proxies
from pushlog.knowledge.registries import PORT, Limit, Registry, registries
from pushlog.knowledge.signatures import Signature, signatures
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.model import Client

# Any account of AWS, for a host whose own is masked.
_ACCOUNT = "0" * 12
# A log has a few; an audit of many years may have more.
_HOSTS_KEPT = 1000


@record(slots=False)
class Beginnings:
    """First lines of errors: whole ones, and beginnings, each with literals of which one must stand in the line."""

    lines: frozenset[str]
    starts: tuple[tuple[str, tuple[str, ...]], ...]

    def literals(self, line: str) -> list[tuple[str, ...]]:
        """Return the literals of each beginning that a line has."""
        length, rows = self._by_letters
        return [has for start, has in rows.get(line[:length], ()) if line.startswith(start)]

    @cached_property
    def _by_letters(self) -> tuple[int, dict[str, list[tuple[str, tuple[str, ...]]]]]:
        """How many letters all beginnings have, and the beginnings by these: few are tried on a word, not all."""
        length = min((len(start) for start, _ in self.starts), default=0)
        rows: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for row in self.starts:
            rows.setdefault(row[0][:length], []).append(row)
        return length, rows


@record(slots=False, kw_only=False)
class Knowledge:
    """The rows that an analysis rests on; the first that matches wins."""

    registries: tuple[Registry, ...]
    proxies: tuple[Proxy, ...]
    own_signatures: tuple[Signature, ...] = ()

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """The catalogue of errors, read on first use: a push that worked needs none.

        A user's rows come before ours. A row with the id of one of ours takes its place, because ours stand in order,
        the special before the general.
        """
        ours, by_id = signatures(), {row.id: row for row in self.own_signatures}
        our_ids = {row.id for row in ours}
        new = (row for row in self.own_signatures if row.id not in our_ids)
        return (*new, *(by_id.get(row.id, row) for row in ours))

    @cached_property
    def beginnings(self) -> Beginnings:
        """The beginnings of those texts of the catalogue that have no shape of their own."""
        return Beginnings(
            lines=frozenset(line for row in self.signatures for line in row.line),
            starts=tuple((start, row.match.has or ("",)) for row in self.signatures for start in row.starts),
        )

    def client(self, client: Client) -> ClientFacts:
        """Return what is known of a client."""
        return clients()[client]

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {}

    def registry_kind(self, host: str | None) -> str:
        """Return the kind of registry behind `host[:port]`; `unknown` where the host does not tell it."""
        host = (host or "").lower()
        if host not in self._kinds:
            if len(self._kinds) >= _HOSTS_KEPT:
                self._kinds.clear()
            self._kinds[host] = self._kind(host)
        return self._kinds[host]

    def _kind(self, host: str) -> str:
        # The first label of a host may be masked, or the name of a variable; accounts of AWS have twelve digits.
        service = host.partition(".")[2]
        entry = self._by_host(host) or self._by_host(f"{_ACCOUNT}.{service}") or self._by_host(f"a.{service}")
        return entry.kind if entry else "unknown"

    def registry(self, kind: str) -> Registry | None:
        """Return what is known of a kind of registry."""
        return next((entry for entry in self.registries if entry.kind == kind), None)

    def limits(self, kind: str) -> tuple[Limit, ...]:
        """Return the documented limits of a kind of registry; empty where none is known."""
        entry = self.registry(kind)
        return entry.limits if entry else ()

    def proxy(self, server: str | None) -> Proxy | None:
        """Return the proxy that a server name belongs to, as an error page signs it."""
        return next((proxy for proxy in self.proxies if server and search(proxy.server, server)), None)

    def _by_host(self, host: str) -> Registry | None:
        name = PORT.sub("", host)
        names = (host,) if name == host else (host, name)
        return next(
            (entry for entry in self.registries if any(search(p, each) for p in entry.hosts for each in names)), None
        )


@cache
def shipped() -> Knowledge:
    """Return what comes with pushlog."""
    return Knowledge(registries=registries(), proxies=proxies())
