"""Other names for hosts and repositories: the same name is always the same pseudonym, and tells nothing of the first.

Pseudonyms are numbered in the order in which names appear. A hash could be guessed from a list of names; a number
can't, nor can what a secret key makes of a name. What tells the kind of registry stays:
`123456789012.dkr.ecr.eu-west-1.amazonaws.com` becomes another account's and region's, `docker.io` stays. So do loopback
addresses, ports, tags and digests.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from pushlog.knowledge.signatures import signatures
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.knowledge.base import Knowledge
    from pushlog.model import Log

_URL_HOST = lazy_pattern(
    r"(?<=://)(?:[^\s/@\"'<>]{1,200}@)?([A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z0-9-]{1,62})"
)
_LOOKUP = lazy_pattern(r"\blookup ([A-Za-z0-9.-]{1,253})")
_ADDRESS = lazy_pattern(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")
_PROMPT = lazy_pattern(r"(?<![\w.:/-])([a-z_][\w-]{0,31})@([A-Za-z0-9][\w.-]{0,62}):[~/]")
# Public services that a push meets and that are no registry by name: the same for everybody.
_PUBLIC = lazy_pattern(
    r"(?:^|\.)(?:docker\.(?:io|com)|github\.com|githubusercontent\.com|gitlab\.com|quay\.io|googleapis\.com|google\.com"
    r"|cloudflare\.com|cloudfront\.net|microsoft\.com|nginx\.(?:org|com)|opencontainers\.org|w3\.org)$"
)
_KEPT_PATHS = frozenset({"library", "_"})
# A shorter word stands for too many things to be replaced where it stands alone.
_TELLING = 4
# Names that are nobody's.
_KEPT_USERS = frozenset({"-", "anonymous", "root"})


class Pseudonyms:
    """The names of some results and of a text, each with its pseudonym.

    `key`: what pseudonyms are made with, which are the same wherever the key is; without one they are numbered.
    """

    def __init__(self, knowledge: Knowledge, key: bytes | None = None) -> None:
        self._knowledge = knowledge
        self._key = key
        self._words: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def learn(self, log: Log, text: str) -> None:
        """Take the hosts, repositories, addresses and users that a log names."""
        for push in log.pushes:
            self._host(push.reference.registry)
            self._repository(push.reference.repository)
            for layer in push.layers:
                self._repository(layer.mounted_from)
        for pattern in (_URL_HOST, _LOOKUP):
            for host in dict.fromkeys(pattern.findall(text)):
                self._host(host)
        for address in dict.fromkeys(_ADDRESS.findall(text)):
            self._address(address)
        for user, host in dict.fromkeys(_PROMPT.findall(text)):
            if user != "root":
                self._names.setdefault(user, self._word(user))
            self._host(host)
        self._pattern = None

    def learn_request(self, repository: str, user: str) -> None:
        """Take what one request to a registry names; "" for what it does not."""
        self._repository(repository)
        if user and user not in _KEPT_USERS and not _vocabulary() & {user, user.lower()}:
            self._names.setdefault(user, self._word(user))
        self._pattern = None

    def occurrences(self, text: str, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
        """Where names stand between two places, and their pseudonyms."""
        if not self._names:
            return
        if self._pattern is None:
            longest_first = sorted(self._names, key=lambda name: (-len(name), name))
            self._pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-]|\.\w)")
        for hit in self._pattern.finditer(text, start, stop):
            yield hit.start(), hit.end(), self._names[hit[0]]

    def _word(self, word: str) -> str:
        """The pseudonym of one part of a name: digits for digits, so that an account stays one."""
        if word not in self._words:
            number = len(self._words) + 1 if self._key is None else self._keyed(word)
            digits = f"{number % 10 ** len(word) if self._key else number:0{len(word)}d}"
            self._words[word] = digits if word.isdigit() else f"name{number}"
        return self._words[word]

    def _keyed(self, name: str) -> int:
        """A number that nobody without the key can tell the name by."""
        assert self._key is not None
        return int.from_bytes(hmac.digest(self._key, name.encode(), "sha256")[:6], "big")

    def _host(self, host: str | None) -> None:
        if host is None or host in self._names or host == "localhost":
            return
        name, colon, port = host.partition(":")
        if _ADDRESS.fullmatch(name):
            self._address(name)
        elif not _PUBLIC.search(name):
            self._names[name] = self._other_host(name, colon + port)

    def _other_host(self, host: str, port: str) -> str:
        """Another host of the same kind: a label stays where the kind of registry hangs on it."""
        kind = self._knowledge.registry_kind(host + port)
        if kind == "unknown":
            return f"{self._word(host)}.example"
        labels = host.split(".")
        for place, label in enumerate(labels[:-1]):
            candidate = [*labels[:place], self._word(label), *labels[place + 1 :]]
            if self._knowledge.registry_kind(".".join(candidate) + port) == kind:
                labels = candidate
        return ".".join(labels)

    def _address(self, address: str) -> None:
        """An address of those that are set aside for documentation; a private one stays private."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return
        if parsed.is_loopback or parsed.is_unspecified or address in self._names:
            return
        number = sum(name[0].isdigit() and _ADDRESS.fullmatch(name) is not None for name in self._names) + 1
        if self._key is not None:
            number = self._keyed(address)
        if parsed.is_private:
            net = f"10.{number // 62500 % 250}" if self._key is not None else "10.0"
        else:
            net = f"198.{18 + number // 62500 % 2}"
        self._names[address] = f"{net}.{number // 250 % 250}.{number % 250 + 1}"

    def _repository(self, path: str | None) -> None:
        """The path, and those of its parts that mean nothing else, wherever they stand."""
        if not path:
            return
        parts = [part for part in path.split("/") if part]
        pseudonym = "/".join(part if part in _KEPT_PATHS else self._word(part) for part in parts)
        for form in (path, quote(path, safe="")):
            self._names.setdefault(form, pseudonym if form == path else quote(pseudonym, safe=""))
        for part in parts:
            if len(part) >= _TELLING and part not in _KEPT_PATHS and not _vocabulary() & {part, part.lower()}:
                self._names.setdefault(part, self._word(part))


@cache
def _vocabulary() -> frozenset[str]:
    """The words that lines of a push and errors are made of: alone they are no names."""
    grammar = files("pushlog.grammars").joinpath("docker.lark").read_text("utf-8")
    # Look-alikes are lines of other programs.
    rows = (replace(row, lookalike=()) for row in signatures())
    return frozenset(word for text in (grammar, *_strings(tuple(rows))) for word in _words(text))


def _strings(value: object) -> Iterator[str]:
    """Yield every string in a value of dataclasses and tuples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
    elif is_dataclass(value):
        yield from _strings(tuple(getattr(value, field.name) for field in fields(value)))


def _words(text: str) -> Iterable[str]:
    return re.findall(r"[\w-]+", text)
