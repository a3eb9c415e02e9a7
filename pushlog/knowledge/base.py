"""All that is known, in one place: the catalogue of errors and the registries, with a user's own rows before ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property

from pushlog.knowledge.registries import PORT, Hop, Limit, Registry, known
from pushlog.knowledge.signatures import Signature, signatures


@dataclass(frozen=True)
class Knowledge:
    """The rows that an analysis rests on; the first that matches wins."""

    registries: tuple[Registry, ...]
    hops: tuple[Hop, ...]
    own_signatures: tuple[Signature, ...] = ()

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """The catalogue of errors, read on first use: a push that worked needs none. Own rows replace ours by id."""
        own = {row.id for row in self.own_signatures}
        return (*self.own_signatures, *(row for row in signatures() if row.id not in own))

    def registry_kind(self, host: str | None) -> str:
        """The kind of registry behind `host[:port]`; `unknown` where the host tells nothing."""
        found = self._by_host((host or "").lower())
        return found.kind if found else "unknown"

    def registry(self, kind: str) -> Registry | None:
        """What is known of a kind of registry."""
        return next((entry for entry in self.registries if entry.kind == kind), None)

    def limits(self, kind: str) -> tuple[Limit, ...]:
        """The documented limits of a kind of registry; empty where none is known."""
        found = self.registry(kind)
        return found.limits if found else ()

    def hop(self, server: str | None) -> Hop | None:
        """The proxy that a server name belongs to, as an error page signs it."""
        return next((hop for hop in self.hops if server and re.search(hop.server, server, re.IGNORECASE)), None)

    def _by_host(self, host: str) -> Registry | None:
        bare = PORT.sub("", host)
        return next(
            (entry for entry in self.registries if any(re.search(p, host) or re.search(p, bare) for p in entry.hosts)),
            None,
        )


@cache
def shipped() -> Knowledge:
    """What comes with pushlog."""
    return Knowledge(registries=known().registries, hops=known().hops)
