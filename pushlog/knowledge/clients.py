"""What is known of each client, `clients.toml`: what its figures count, what it retries, how its commands read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pushlog.knowledge.tables import Row, document, ours
from pushlog.model import Basis, Client, Family

_CLIENTS = tuple(client.value for client in Client)
_BASES = tuple(basis.value for basis in Basis)
_FAMILIES = tuple(family.value for family in Family)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What the client's own options can do about some families of failures."""

    families: tuple[Family, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """One row; the file explains every key."""

    client: Client
    name: str
    uses_docker_engine: bool
    basis: Basis
    counts: str
    names: str
    commands: dict[str, str]
    retried: tuple[Family, ...]
    retry: str
    final: str
    unsure: str
    remedies: tuple[Remedy, ...]
    source: str

    def own(self, family: Family) -> tuple[str, ...]:
        """The remedies that only this client has for a family of failures."""
        return tuple(remedy.text for remedy in self.remedies if family in remedy.families)


@cache
def clients() -> dict[Client, ClientFacts]:
    """The file that comes with pushlog. Raises KnowledgeError."""
    return _read(ours("clients.toml"))


def read_clients(text: str, file: str) -> dict[Client, ClientFacts]:
    """The rows of a TOML text, by client; raises KnowledgeError with file, row and key."""
    return _read(document(text, file, tested=True))


def _read(rows: Row) -> dict[Client, ClientFacts]:
    found = [_facts(row) for row in rows.rows("client", "id")]
    rows.done()
    return {facts.client: facts for facts in found}


def _facts(row: Row) -> ClientFacts:
    client = row.choice("id", _CLIENTS) or row.text("id")
    retried = row.texts("retried")
    facts = ClientFacts(
        client=Client(client),
        name=row.text("name"),
        uses_docker_engine=row.flag("engine") or False,
        basis=Basis(row.choice("basis", _BASES) or Basis.UNKNOWN.value),
        counts=row.maybe_text("counts") or "",
        names=row.maybe_text("names") or "",
        commands=_commands(row),
        retried=_families(row, "retried"),
        retry=row.maybe_text("retry") or "",
        final=row.maybe_text("final") or "",
        unsure=row.maybe_text("unsure") or "",
        remedies=tuple(_remedy(remedy) for remedy in row.rows("remedy", "text")),
        source=row.text("source"),
    )
    if bool(retried) is not bool(facts.retry):
        raise row.wrong("retry", "goes with the families in key 'retried'")
    row.done()
    return facts


def _commands(row: Row) -> dict[str, str]:
    if not row.has("commands"):
        return {}
    table = row.table("commands")
    found = {
        verb: table.text(verb) for verb in ("push", "login", "history", "tag", "pull", "manifest") if table.has(verb)
    }
    table.done()
    return found


def _remedy(row: Row) -> Remedy:
    found = Remedy(families=_families(row, "families"), text=row.text("text"))
    row.done()
    return found


def _families(row: Row, key: str) -> tuple[Family, ...]:
    names = row.texts(key)
    if unknown := next((name for name in names if name not in _FAMILIES), None):
        raise row.wrong(key, f"has '{unknown}', which is no family of failures")
    return tuple(Family(name) for name in names)
