"""Facts about each client, `clients.toml`: what its figures count, what it retries, how its commands read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from pushlog.knowledge.paste import pasteable
from pushlog.knowledge.shipped import ours
from pushlog.knowledge.tables import Row, document
from pushlog.knowledge.wording import COMMANDS, GROUPS
from pushlog.model import Basis, Client, Family
from pushlog.record_class import record

_CLIENTS = tuple(client.value for client in Client)
_BASES = tuple(basis.value for basis in Basis)
_FAMILIES = tuple(family.value for family in Family)
_IMAGE = "{}"


@record
class Remedy:
    """A step with options of the client itself, for some families of failures."""

    families: tuple[Family, ...]
    text: str


@record
class ClientFacts:
    """One row; the file explains every key."""

    client: Client
    name: str
    pusher: str
    sender: str
    machine: str
    groups: tuple[str, ...]
    basis: Basis
    counts: str
    names_layers: bool
    names: str
    proof_words: str
    piped_drops_figures: bool
    commands: dict[str, str]
    other_pushes: dict[str, str]
    retried: tuple[Family, ...]
    retry: str
    final: str
    unsure: str
    remedies: tuple[Remedy, ...]
    source: str

    @property
    def uses_docker_engine(self) -> bool:
        """Whether Docker's engine does the work, with its retries, its upload slots and its settings."""
        return "engine" in self.groups

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of texts that hold for this client."""
        return (self.client.value, *self.groups)

    def words(self, image: str) -> dict[str, str]:
        """Return what the placeholders for the client and its commands stand for; `image` as the log names it."""
        names = {"client": self.pusher, "sender": self.sender, "machine": self.machine}
        commands = {verb: words.replace(_IMAGE, pasteable("reference", image)) for verb, words in self.commands.items()}
        return {
            **{key: _small(name) for key, name in names.items()},
            **{key.capitalize(): _large(name) for key, name in names.items()},
            **commands,
        }

    def pushing_by(self, command: str) -> ClientFacts:
        """Return the facts with the push of another of its commands, where the row has one by this name."""
        push = self.other_pushes.get(command)
        return replace(self, commands={**self.commands, "push": push}) if push else self

    def own_remedies(self, family: Family) -> tuple[str, ...]:
        """Return the remedies that only this client has for a family of failures."""
        return tuple(remedy.text for remedy in self.remedies if family in remedy.families)


def _small(name: str) -> str:
    """Return a name as it stands inside a sentence; that of a program is the same everywhere."""
    return name[0].lower() + name[1:] if name.startswith(("The ", "This ")) else name


def _large(name: str) -> str:
    return name[0].upper() + name[1:] if name.startswith(("the ", "this ")) else name


@cache
def clients() -> dict[Client, ClientFacts]:
    """Return the file that comes with pushlog. Raises KnowledgeError."""
    return _read(ours("clients.toml"))


def read_clients(text: str, file: str) -> dict[Client, ClientFacts]:
    """Return the rows of a TOML text, by client. Raises KnowledgeError with file, row and key."""
    return _read(document(text, file, tested=True))


def _read(file: Row) -> dict[Client, ClientFacts]:
    rows = [_facts(row) for row in file.rows("client", "id")]
    file.done()
    return {facts.client: facts for facts in rows}


def _facts(row: Row) -> ClientFacts:
    client = row.choice("id", _CLIENTS) or row.text("id")
    retried = row.texts("retried")
    name = row.text("name")
    pusher = row.maybe_text("pusher") or name
    facts = ClientFacts(
        client=Client(client),
        name=name,
        pusher=pusher,
        sender=row.maybe_text("sender") or pusher,
        machine=row.maybe_text("machine") or "this machine",
        groups=_groups(row),
        basis=Basis(row.choice("basis", _BASES) or Basis.UNKNOWN.value),
        counts=row.maybe_text("counts") or "",
        names_layers=row.flag("names_layers") or False,
        names=row.maybe_text("names") or "",
        proof_words=row.maybe_text("proof_words") or "a line that proves success",
        piped_drops_figures=row.flag("piped_drops_figures") or False,
        commands=_commands(row),
        other_pushes=_other_pushes(row),
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


def _groups(row: Row) -> tuple[str, ...]:
    groups = row.texts("groups")
    if unknown := next((group for group in groups if group not in GROUPS), None):
        raise row.wrong("groups", f"has '{unknown}', which is none of {', '.join(GROUPS)}")
    return groups


def _commands(row: Row) -> dict[str, str]:
    if not row.has("commands"):
        return {}
    table = row.table("commands")
    commands = {verb: table.text(verb) for verb in COMMANDS if table.has(verb)}
    table.done()
    return commands


def _other_pushes(row: Row) -> dict[str, str]:
    if not row.has("other_pushes"):
        return {}
    table = row.table("other_pushes")
    pushes = {name: table.text(name) for name in table.own_keys()}
    table.done()
    return pushes


def _remedy(row: Row) -> Remedy:
    remedy = Remedy(families=_families(row, "families"), text=row.text("text"))
    row.done()
    return remedy


def _families(row: Row, key: str) -> tuple[Family, ...]:
    names = row.texts(key)
    if unknown := next((name for name in names if name not in _FAMILIES), None):
        raise row.wrong(key, f"has '{unknown}', which is no family of failures")
    return tuple(Family(name) for name in names)
