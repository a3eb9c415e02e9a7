"""Seconds that an error text proves: the time-outs that must have run out before it was printed.

Source: moby daemon/pkg/registry and distribution/registry.go (dial 30 s, TLS handshake 10 s, ping of `/v2/` 15 s in
all); they are the graphdriver store's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Store

if TYPE_CHECKING:
    from pushlog.formats.errors.classify import Classified

_TIMEOUTS = (
    (lazy_pattern(r"dial tcp [^ ]+: i/o timeout"), 30.0),
    (lazy_pattern(r"Client\.Timeout exceeded"), 15.0),
    (lazy_pattern(r"TLS handshake timeout"), 10.0),
)


def proven_wait(classified: Classified | None, store: Store) -> float:
    """The least seconds between the start of the attempt that failed and its error; 0 when the text proves none."""
    if classified is None or store is not Store.GRAPHDRIVER:
        return 0.0
    return next((seconds for pattern, seconds in _TIMEOUTS if pattern.search(classified.parts.text)), 0.0)
