"""The image store that a push was made from, as far as its lines show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import UNKNOWN, EventKind, Events, is_any
from pushlog.formats.marks import Mark, MarkKind
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText

# moby distribution/: only the graphdriver store (and docker before 1.10) prints these.
_GRAPHDRIVER = (EventKind.PREPARING, EventKind.RETRYING, EventKind.SKIPPED, EventKind.BUFFERING, EventKind.FAILED)
# docker 1.13 drew a layer at most every 100 ms; sizes had a space before the unit up to 1.13 and again in 17.03. A
# daemon writes all of them alike, so that few are looked at.
_MOST_ROWS = 50
_SPACED_SIZE = lazy_pattern(rb": (?:Pushing|Buffering to [Dd]isk)[^\r\n]*?\d [kMGTPEZY]?B")


def image_store(events: Events, marks: Sequence[Mark], *, hint: Store, pasted: bool, headed: bool = False) -> Store:
    """Return the store, from the layers' lines first, then from `hint`, the form of the error.

    graphdriver begins with `Preparing`. Its absence proves containerd only where the log has the first lines: below a
    header, or where the client has none (`headed`), and not in what may be the paste of a last screen (`pasted`),
    unless that shows a layer twice.
    """
    if is_any(events.kind, _GRAPHDRIVER).any() or any(_graphdriver_mark(m) for m in marks):
        return Store.GRAPHDRIVER
    if is_any(events.kind, (EventKind.UNAVAILABLE,)).any():
        return Store.CONTAINERD
    if ((events.total > 0) & (events.current > events.total)).any():
        return Store.GRAPHDRIVER
    has_header = headed or any(m.kind == MarkKind.HEADER for m in marks)
    if has_header and len(events) and (not pasted or _seen_twice(events, marks)):
        return Store.CONTAINERD
    return hint


def _graphdriver_mark(mark: Mark) -> bool:
    """Return whether only this store prints the mark: an old header, or the message with tag and digest."""
    return mark.kind == MarkKind.OLD_HEADER or (mark.kind == MarkKind.AUX and "DIGEST" in mark.fields)


def _seen_twice(events: Events, marks: Sequence[Mark]) -> bool:
    """Return whether a layer of the first tag has more than one line."""
    first = min((m.start for m in marks if m.kind == MarkKind.DIGEST), default=None)
    rows = len(events) if first is None else int(np.searchsorted(events.start, first))
    return rows > len(set(events.layer[:rows].tolist()))


def redraws_throttled(text: LogText, events: Events, marks: Sequence[Mark]) -> bool:
    """Return whether the daemon drew a layer at most every 100 ms, as docker does since 1.13; unsure counts as no."""
    if any(m.kind == MarkKind.OLD_HEADER and "COUNT" in m.fields for m in marks):
        return False
    rows = np.flatnonzero(events.current != UNKNOWN)[:_MOST_ROWS]
    spans = zip(events.start[rows].tolist(), events.stop[rows].tolist(), strict=True)
    return len(rows) > 0 and not any(_SPACED_SIZE.search(text.data, *span) for span in spans)
