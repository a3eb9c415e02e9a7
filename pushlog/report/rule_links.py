"""What an output says of rules beside their findings: their generic texts, and where their pages are published.

The catalogue belongs to the analysis, so whoever draws hands it over; without it a rule has its name alone.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import quote

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    # The title and the text of a rule by its name, without anything of a push.
    Catalogue = Callable[[str], tuple[str, str] | None]

_base: ContextVar[str | None] = ContextVar("rules_url", default=None)
_catalogue: ContextVar[Catalogue | None] = ContextVar("rules_catalogue", default=None)
_SAFE = lazy_pattern(r"https?://[^\s\"'<>\\]+")


def publish_at(base: str | None) -> None:
    """Let the outputs of this call link to the pages under this address. Raises ValueError for what is none."""
    if base is not None and not _SAFE.fullmatch(base):
        raise ValueError(f"{base!r} is no address: it must begin with https:// or http://")
    _base.set(base)


def address(rule: str, name: str) -> str | None:
    """Return the address of a rule's page; None where no base is known, or the finding comes from no rule."""
    base = _base.get()
    return f"{base.rstrip('/')}/{quote(name, safe='')}.html" if base and rule != name else None


def more(rule: str, name: str) -> str:
    """Return where a rule is explained: the address of its page, else the command that prints it."""
    return address(rule, name) or f"pushlog explain {name}"


def home() -> str | None:
    """Return the address of all rules; None where none is known."""
    return _base.get()


def describe_by(catalogue: Catalogue | None) -> None:
    """Let the outputs of this call describe rules by this catalogue."""
    _catalogue.set(catalogue)


def description(name: str) -> tuple[str, str] | None:
    """Return title and text of a rule; None where nobody knows it."""
    catalogue = _catalogue.get()
    return catalogue(name) if catalogue else None
