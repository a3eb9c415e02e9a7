"""Whether an error only asks for a login, and whether a login that was good at first had run out by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.formats.errors.classify import Classified
    from pushlog.model import Layer

# The rows of the catalogue that say no more than "log in"; those that give another reason keep their own word.
ASKS_FOR_LOGIN = frozenset(
    {
        "unauthorized-bare",
        "unauthorized",
        "authentication-required-words",
        "authentication-is-required",
        "http-401",
        "no-basic-auth",
        "no-basic-auth-containerd",
        "acr-authentication-required",
        "oauth-token-refused",
    }
)


def asks_for_login(classified: Classified) -> bool:
    """Return whether an error asks for a login and gives no reason for it."""
    row = classified.signature
    return row.id in ASKS_FOR_LOGIN if row else "authorization failed" in classified.parts.text


def login_expired(classified: Classified, layers: Sequence[Layer]) -> bool:
    """Return whether an error that asks for a login comes after layers of the same push were accepted."""
    return asks_for_login(classified) and any(layer.state is State.PUSHED for layer in layers)
