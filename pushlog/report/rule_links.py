"""Where the page of a rule is published, if the user says so; `pushlog rules -f html=DIR/` writes the pages."""

from __future__ import annotations

import re
from contextvars import ContextVar
from urllib.parse import quote

_base: ContextVar[str | None] = ContextVar("rules_url", default=None)
_SAFE = re.compile(r"https?://[^\s\"'<>\\]+")


def publish_at(base: str | None) -> None:
    """Let the outputs of this call link to the pages under this address. Raises ValueError for what is none."""
    if base is not None and not _SAFE.fullmatch(base):
        raise ValueError(f"{base!r} is no address: it must begin with https:// or http://")
    _base.set(base)


def address(rule: str, name: str) -> str | None:
    """Return the address of a rule's page; None where no base is known, or the finding comes from no rule."""
    base = _base.get()
    return f"{base.rstrip('/')}/{quote(name, safe='')}.html" if base and rule != name else None
