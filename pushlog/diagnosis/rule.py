"""What makes a module a rule: its constants and its functions."""

from __future__ import annotations

from enum import Enum, Flag, auto
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.model import Finding, Severity


class Role(Flag):
    """When a rule is asked. The first cause with a finding ends the search for the cause."""

    CAUSE = auto()  # of a failure: `check` is asked first, in the order of `RULES`
    OTHER = auto()  # `check` is asked of every push
    ACROSS = auto()  # `across` is asked once, of all pushes of a log


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
        """When it is asked."""

    @property
    def SCOPE(self) -> Scope:  # noqa: N802 - a constant of a module
        """Whose pushes it holds for."""


class PushRule(Rule, Protocol):
    """A rule about one push."""

    def check(self, case: Case, /) -> Iterator[Finding]:
        """Yield the findings on a push, each with evidence."""


class LogRule(Rule, Protocol):
    """A rule about the pushes of a log together."""

    def across(self, cases: Sequence[Case], unclear: frozenset[int], /) -> Iterator[tuple[int, Finding]]:
        """Yield the index of a push and a finding on it; `unclear` are pushes whose lines are mixed with others."""
