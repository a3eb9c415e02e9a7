"""The words of titles, causes and remedies: placeholders, and which words hold for which clients.

A text is a string that holds for all clients, or a table of strings by scope:

    { engine = 'Docker waits for 50 s.', others = '{Client} does not wait.' }

A scope is the name of a client, the name of a group of clients (`GROUPS`), or `others`. A text can also be a list of
versions, with and without a command:

    ['Tag it: `{retag} {reference} NAME`.', 'Push under another name.']

The first string counts whose scope fits the client and whose commands the client has; `{right}`, too, is something that
must be known: what an account needs to push to this registry. Where there is none, the client is told nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.knowledge.paste import in_prose, pasteable
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Client
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

PLACEHOLDER = lazy_pattern(r"\{([A-Za-z]+)\}")
COMMAND = lazy_pattern(r"(`[^`]*`)")
# Prose for a value that the log does not tell. A command has the name in capitals there, to be replaced by hand.
WORDS = {
    "registry": "the registry",
    "repository": "the repository",
    "reference": "the image",
    "tag": "the tag",
    "host": "the host",
    "dialled": "the host",
    "port": "the port",
    "server": "a proxy",
    "status": "an error status",
    "object": "a blob",
    "app": "the application",
    "endpoint": "the registry",
    "account": "the account",
    "region": "the region",
    "config": "its configuration",
    "client": "the client",
    "Client": "The client",
    "sender": "the client",
    "Sender": "The client",
    "machine": "this machine",
    "Machine": "This machine",
}
# Names of programs and machines, which no log gives.
OWN_NAMES = frozenset({"client", "Client", "sender", "Sender", "machine", "Machine"})
# Commands of the client that pushed. `push` and `inspect` name the image, `signin` the registry, by its own way to log
# in; the others are followed by their arguments.
COMMANDS = ("push", "inspect", "login", "logout", "history", "retag", "signin")
# What an account needs to push to the registry (`right` in registries.toml); not documented for each.
RIGHT = "right"
# What a text asks for that not every push has.
_NEEDED = frozenset({*COMMANDS, RIGHT})
# engine: Docker's engine pushes. docker-cli: the `docker` command and its daemon are at hand. docker-config: logins are
# read from `~/.docker/config.json`. containers-image: the library of Podman, Buildah and Skopeo.
GROUPS = ("engine", "docker-cli", "docker-config", "containers-image")
OTHERS = "others"
# `on-ecr`: the text holds for pushes to registries of this kind, whatever the client; `on-unnamed`: where the log hides
# the registry or does not name it.
REGISTRY = "on-"
# `store-containerd`: the text holds for pushes from this image store, where the log tells it.
STORE = "store-"
SCOPES = dict.fromkeys((*(client.value for client in Client), *GROUPS, OTHERS))
_ARTICLE = lazy_pattern(rf"\b(?:an?|the|its|your) \{{(?:{'|'.join(WORDS)})\}}", re.IGNORECASE)


@record(kw_only=False)
class Words:
    """Texts by scope; the first wins that fits a client."""

    by_scope: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        """Refuse a scope that no client can have."""
        for scope, _ in self.by_scope:
            if scope not in SCOPES and not scope.startswith((REGISTRY, STORE)):
                raise ValueError(f"the scope '{scope}' is none of {', '.join(SCOPES)}")

    def of(self, scopes: Collection[str], values: Mapping[str, str | None]) -> str | None:
        """Return the text for a client with these scopes and commands, filled; None if nothing holds for it."""
        fitting = (text for scope, text in self.by_scope if scope in scopes or scope == OTHERS)
        return next((fill(text, values) for text in fitting if _has_needed(text, values)), None)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts, whomever they hold for."""
        return tuple(text for _, text in self.by_scope)


def words(**texts: str) -> Words:
    """Return texts by scope: `words(docker_cli="…", others="…")`."""
    return Words(tuple((scope.replace("_", "-"), text) for scope, text in texts.items()))


def versions(*texts: str) -> Words:
    """Return a text in versions; the first counts whose commands the client has."""
    return Words(tuple((OTHERS, text) for text in texts))


def sentences(parts: Iterable[Words], scopes: Collection[str], values: Mapping[str, str | None]) -> str:
    """Return the sentences that hold for a client, filled and joined."""
    return " ".join(steps(parts, scopes, values))


def steps(parts: Iterable[Words], scopes: Collection[str], values: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the steps that a client can take, filled."""
    texts = (part.of(scopes, values) for part in parts)
    return tuple(text for text in texts if text is not None)


def _has_needed(text: str, values: Mapping[str, str | None]) -> bool:
    """Whether the client has every command that a text asks for, and the registry a documented right."""
    return all(values.get(hit[1]) for hit in PLACEHOLDER.finditer(text) if hit[1] in _NEEDED)


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """Return the text with its placeholders filled; a missing value reads well in prose and stands out in commands.

    Every command of every remedy is made here. What comes out of a log stands in one only as far as `paste` allows.
    """
    parts = COMMAND.split(text)
    return "".join(_filled(part, values, in_command=index % 2 == 1) for index, part in enumerate(parts))


def _filled(text: str, values: Mapping[str, str | None], *, in_command: bool) -> str:
    def value(hit: re.Match[str]) -> str:
        name = hit[1]
        if name not in WORDS and name not in _NEEDED:
            return hit[0]
        value = values.get(name)
        if name == RIGHT:  # in our own words
            return value or hit[0]
        if name in COMMANDS or name in OWN_NAMES:
            return value or (name.upper() if in_command or name in COMMANDS else WORDS[name])
        return pasteable(name, value) if in_command else in_prose(value or WORDS[name])

    return PLACEHOLDER.sub(value, text)


def unknown_placeholder(text: str) -> str | None:
    """Return a placeholder that nothing fills; braces inside commands may be JSON and are left alone."""
    if "{" not in text:
        return None
    names = (hit for hit in PLACEHOLDER.finditer(text) if hit[1] not in WORDS and hit[1] not in _NEEDED)
    return next((hit[0] for hit in names), None)


def doubled_article(text: str) -> str | None:
    """Return a placeholder with an article before it, which would print `the the tag`; commands are left alone."""
    prose = COMMAND.split(text)[::2]
    return next((hit[0] for part in prose if (hit := _ARTICLE.search(part))), None)
