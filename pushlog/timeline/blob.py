"""Whether an id that a client printed is a given blob; apart from the tables, so that rules load without them."""

from __future__ import annotations

# Docker prints twelve digits of a digest, containers/image sometimes ten.
_DIGITS = 10
SHORT = 12


def is_blob(layer: str, digest: str | None) -> bool:
    """Whether a layer's id is that digest, or the first digits of it, as clients print them."""
    digits = layer.removeprefix("sha256:")
    return digest is not None and len(digits) >= _DIGITS and digest.removeprefix("sha256:").startswith(digits)


def shortened(digest: str) -> str:
    """Return the digits of a digest that Docker prints."""
    return digest.partition(":")[2][:SHORT]
