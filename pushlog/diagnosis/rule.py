"""What makes a module a rule: its constants and its functions."""

from __future__ import annotations

from enum import Enum, IntEnum, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding, Severity


class Role(Enum):
    """What the findings of a rule are about."""

    CAUSE = auto()  # why a push failed: of several the most specific leads (`cause`)
    DETAIL = auto()  # how a push went
    HABIT = auto()  # what people do again and again
    CAPTURE = auto()  # how the log was kept


class Specificity(IntEnum):
    """How closely a rule that names causes looks at an error."""

    COURSE = auto()  # what came before it: the retries that ran out
    FAMILY = auto()  # its text, by the catalogue
    READING = auto()  # its text, closer than the catalogue: takes the place of the catalogue's word
    CAUSE = auto()  # its text together with the rest of the log: another meaning than the text has by itself
    PROVEN = auto()  # what the logs of the daemon, a proxy or the registry say of it


class Scope(Enum):
    """Whose pushes a rule holds for."""

    ANY = auto()
    DOCKER_ENGINE = auto()  # upload slots, countdowns, and lines that only Docker's engine prints


class Rule(Protocol):
    """A module of `rules/`. Its docstring is its page in `pushlog explain`; codes and names never change."""

    @property
    def __name__(self) -> str:
        """The module's name; its last part is the rule's name with underscores."""

    @property
    def CODE(self) -> str:  # noqa: N802 - a constant of a module
        """`PL` and three digits."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of a module
        """The name in JSON and reports."""

    @property
    def SEVERITY(self) -> Severity:  # noqa: N802 - a constant of a module
        """How bad its findings are."""

    @property
    def ROLE(self) -> Role:  # noqa: N802 - a constant of a module
        """What its findings are about."""

    @property
    def SCOPE(self) -> Scope:  # noqa: N802 - a constant of a module
        """Whose pushes it holds for."""


class PushRule(Rule, Protocol):
    """A rule about one push."""

    def check(self, case: Case, /) -> Iterator[Finding]:
        """Yield the findings on a push, each with evidence."""


class CauseRule(PushRule, Protocol):
    """A rule about why a push failed."""

    @property
    def SPECIFICITY(self) -> Specificity:  # noqa: N802 - a constant of a module
        """How closely it looks."""


class LogRule(Rule, Protocol):
    """A rule about the pushes of a log together."""

    def across(self, cases: Sequence[Case], unclear: frozenset[int], /) -> Iterator[tuple[int, Finding]]:
        """Yield the index of a push and a finding on it; `unclear` are pushes whose lines are mixed with others."""
