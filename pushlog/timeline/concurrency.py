"""Uploads at the same time: how many the log shows, and how many the daemon allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pushlog.faults import InputError
from pushlog.formats.events import EventKind, is_any
from pushlog.formats.marks import MarkKind
from pushlog.model import Capture, Concurrency, Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.timeline.event_table import EventTable

# moby daemon/config/config.go DefaultMaxConcurrentUploads, 1.10 to today; containerd's store has it from 29.7.0 on.
DEFAULT = 5
SETTING = "max-concurrent-uploads"
# No machine runs as many uploads at a time.
MOST = 1_000_000
# Turns in a queue that prove it, and the share of its lines in which all places are taken: between a layer's last line
# and the first of the next pass some, and the config takes a place that no line shows.
_FEWEST_TURNS = 2
_BUSY = 0.5
# All layers are drawn once a tick, in any order: two lines of one layer have those of all others between them.
_FEWEST_LINES = 3
_UPLOADING = (EventKind.PUSHING, EventKind.RETRYING)
_UNFINISHED = (EventKind.WAITING, EventKind.PUSHING)


def concurrency(
    table: EventTable, section: ParsedPush, *, store: Store, capture: Capture, configured: int | None
) -> Concurrency:
    """Uploads seen at the same time and the limit on them.

    `table` is `timeline.frame` of the section's events. `configured`: `max-concurrent-uploads` of the daemon, None if
    it was not given; 0 means no limit, so then there is none to tell. The containerd store obeys it from docker 29.7.0
    on: where more are seen, it did not.
    """
    first = _first_tag(section)
    table = table.part(0, first) if first < len(table) else table
    observed = _observed(table, store, capture) if len(table) else None
    if configured is not None:
        is_ignored = store is Store.CONTAINERD and (observed or 0) > configured
        return Concurrency(
            observed=observed, limit=None if is_ignored else configured or None, limit_from="daemon-config"
        )
    if store is Store.CONTAINERD and len(table):
        limit = observed if observed and queued(table, observed) else None
        return _concurrency(observed, limit, "inferred")
    if store is not Store.GRAPHDRIVER or not len(table):
        return Concurrency(observed=observed)
    if _waited(table):
        return _concurrency(observed, observed, "inferred")
    # More layers than the default without one that waits: another setting, and the log does not tell which.
    more = _started_at_once(table) > DEFAULT and capture is not Capture.SCREEN
    return _concurrency(observed, None if more else DEFAULT, "default")


def _concurrency(observed: int | None, limit: int | None, source: str) -> Concurrency:
    return Concurrency(observed=observed, limit=limit, limit_from=source if limit else None)


def setting(path: str) -> int:
    """The limit that a `daemon.json` sets, or the default where it does not. Raises InputError."""
    try:
        config: object = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is not valid JSON, so not a daemon.json") from None
    if not isinstance(config, dict):
        raise InputError(f"{path} is not a daemon.json: its outermost value must be an object")
    limit = config.get(SETTING, DEFAULT)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= MOST:
        raise InputError(f"{path}: `{SETTING}` must be a whole number from 0 to {MOST:,}; 0 means no limit")
    return limit


def _first_tag(section: ParsedPush) -> int:
    """The number of events before the first digest line: a push of several tags lists its layers anew for each."""
    ends = [mark.start for mark in section.marks if mark.kind == MarkKind.DIGEST]
    return int(np.searchsorted(section.events.start, min(ends))) if ends else len(section.events)


def _observed(table: EventTable, store: Store, capture: Capture) -> int | None:
    """The most uploads that the order of the lines proves to have been unfinished together."""
    kinds = _UNFINISHED if store is Store.CONTAINERD else _UPLOADING
    observed = _overlap(_spans(table, is_any(table.kind, kinds), store))
    if store is Store.GRAPHDRIVER and capture is not Capture.SCREEN:
        observed = max(observed, _started_at_once(table))
    return observed or None


def _spans(table: EventTable, uploading: NDArray[np.bool_], store: Store) -> list[tuple[int, int]]:
    """The rows from which and to which each layer that was uploaded held its place for that.

    containerd: from its first unfinished line to its last, for the line that says it is done comes up to a tick later.
    Else from its first figure or countdown until it is done; a layer that retries keeps its slot.
    """
    last = table.last()
    reach = table.reach(uploading)
    return [(low, high if store is Store.CONTAINERD else last[layer]) for layer, (low, high) in reach.items()]


def _overlap(spans: Iterable[tuple[int, int]]) -> int:
    """The most spans that have a row in common."""
    most = now = 0
    steps = [step for first, last in spans for step in ((first, 0, 1), (last, 1, -1))]
    for _, _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def queued(table: EventTable, limit: int) -> bool:
    """containerd: whether uploads began one by one as others ended, never more than `limit` at a time.

    A store without a limit begins all uploads at once. One that has a limit names a layer only when its turn comes.
    """
    spans = sorted(_spans(table, is_any(table.kind, _UNFINISHED), Store.CONTAINERD))
    if not table.is_drawn or len(spans) < limit + _FEWEST_TURNS or _brief(table) > (1 - _BUSY) * len(spans):
        return False
    steps = np.zeros(len(table) + 1, dtype=np.int64)
    for first, last in spans:
        steps[first] += 1
        steps[last + 1] -= 1
    in_flight = np.cumsum(steps)
    waiting = in_flight[spans[limit - 1][0] : spans[-1][0]]  # rows while some had their turn and others had not
    return int(in_flight.max()) == limit and float((waiting == limit).mean()) >= _BUSY


def _brief(table: EventTable) -> int:
    """The layers of so few unfinished lines that others may have been unfinished with them without a trace."""
    _, lines = np.unique(table.layer[is_any(table.kind, _UNFINISHED)], return_counts=True)
    return int((lines < _FEWEST_LINES).sum())


def _waited(table: EventTable) -> int:
    return len(table.layers(table.is_kind(EventKind.WAITING)))


def _started_at_once(table: EventTable) -> int:
    """graphdriver: the layers that were prepared less those that had to wait, which is the slots that were free.

    Where none waited, the layers that were in the registry already are left out: they took no upload.
    """
    prepared = table.layers(table.is_kind(EventKind.PREPARING))
    waited = _waited(table)
    if waited:
        return max(len(prepared) - waited, 0)
    return len(prepared & table.layers(table.is_kind(EventKind.PUSHED, *_UPLOADING, EventKind.FAILED)))
