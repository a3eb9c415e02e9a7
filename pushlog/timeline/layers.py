"""What became of each layer: its last state, attempts, waits, furthest bytes and phases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pushlog.formats.events import UNKNOWN, EventKind, Events
from pushlog.knowledge.docker import MAX_RETRIES
from pushlog.model import Basis, Layer, State, Store
from pushlog.record_class import record
from pushlog.timeline.blob import is_blob
from pushlog.timeline.phases import phases
from pushlog.timeline.runs import runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from pushlog.model import Interval
    from pushlog.timeline.event_table import EventTable
    from pushlog.timeline.phases import Run
    from pushlog.timeline.slots import Slot

STATES = {
    EventKind.PREPARING: State.PREPARING,
    EventKind.BUFFERING: State.PREPARING,
    EventKind.FETCHING: State.PREPARING,
    EventKind.WAITING: State.WAITING,
    EventKind.PUSHING: State.PUSHING,
    EventKind.PUSHED: State.PUSHED,
    EventKind.EXISTS: State.EXISTS,
    EventKind.MOUNTED: State.MOUNTED,
    EventKind.RETRYING: State.RETRYING,
    EventKind.SKIPPED: State.SKIPPED,
    EventKind.UNAVAILABLE: State.UNKNOWN,
    EventKind.FAILED: State.FAILED,
}
# moby: the figures are read before gzip by the graphdriver store, copied as stored by containerd's.
_BASIS = {Store.GRAPHDRIVER: Basis.UNCOMPRESSED, Store.CONTAINERD: Basis.COMPRESSED}


@record
class _Bytes:
    """How far an upload came, and how much it was to send; None where no figure was drawn."""

    done: int | None
    total: int | None


_UNDRAWN = _Bytes(done=None, total=None)


def layers(
    events: Events,
    table: EventTable,
    slots: Sequence[Slot],
    *,
    store: Store,
    basis: Basis,
    mounts: Mapping[str, str],
    failed: Sequence[str],
    end: float,
    is_measured: bool,
    tells_start: bool = True,
) -> tuple[Layer, ...]:
    """The layers in the order of their first lines.

    `table` is `frame(events, …)`, `slots` its slots; `basis` is what the figures count where the store does not say;
    `mounts` pairs layers with the repository they were mounted from; `failed` are the layers known to have failed;
    `end` is the end of the push in seconds, the earliest one unless the times of `table` are measured. `tells_start`: a
    layer that is seen done at once began then; false where layers are named only when they are there.
    """
    stretches = runs(table)
    states = [_last_state([run.kind for run in layer_runs]) for layer_runs in stretches]
    furthest = list(_figures(table, states, store))
    turns = _turns(table, store, slots)
    spans = [_folded(table, column) for column in (table.at, table.line)]
    result = []
    for code, layer in enumerate(events.ids):
        state = State.FAILED if layer in failed and not states[code].done else states[code]
        layer_runs, ((start, until), (first, last)) = stretches[code], (column[code] for column in spans)
        begun = layer_runs[0].kind not in (EventKind.PUSHED, EventKind.EXISTS, EventKind.MOUNTED)
        result.append(
            Layer(
                id=layer,
                state=state,
                mounted_from=mounts.get(layer),
                bytes_done=furthest[code].done,
                bytes_total=furthest[code].total,
                basis=_BASIS.get(store, basis),
                attempts=_attempts(layer_runs, state),
                retry_wait=float(_waited(layer_runs)),
                start=round(start, 3) if is_measured and (tells_start or begun) else None,
                end=round(until, 3) if is_measured else None,
                created_by=None,
                lines=(first, last),
                intervals=_intervals(layer_runs, state, turns.get(code), end=end, tells_start=tells_start),
            )
        )
    return tuple(result)


def _intervals(
    layer_runs: Sequence[Run], state: State, turn: float | None, *, end: float, tells_start: bool
) -> tuple[Interval, ...]:
    gave_up = state is State.FAILED
    return tuple(phases(layer_runs, gave_up=gave_up, end=end, turn=turn, tells_start=tells_start))


def _folded(table: EventTable, column: NDArray[np.integer] | NDArray[np.floating]) -> list[tuple[Any, Any]]:
    """The least and the most of a column for each layer."""
    first = table.begins.nonzero()[0]
    if not len(first):
        return []
    values = column[table.order]
    return list(
        zip(np.minimum.reduceat(values, first).tolist(), np.maximum.reduceat(values, first).tolist(), strict=True)
    )


def _turns(table: EventTable, store: Store, slots: Sequence[Slot]) -> dict[int, float]:
    """When a layer that waited could begin, where a pipe hides it: docker serves its queue first come, first served."""
    if store is not Store.GRAPHDRIVER or table.is_drawn:
        return {}
    return {slot.layer: slot.start for slot in slots if slot.after is not None}


def _last_state(kinds: Sequence[EventKind]) -> State:
    """The last state of a layer; one that was pushed with one tag stays pushed when the next tag finds it there."""
    done = [kind for kind in kinds if kind in (EventKind.PUSHED, EventKind.MOUNTED)]
    return STATES[done[-1] if kinds[-1] == EventKind.EXISTS and done else kinds[-1]]


def _figures(table: EventTable, states: Sequence[State], store: Store) -> Iterator[_Bytes]:
    with_figures = table.layers(table.is_kind(EventKind.PUSHING) & (table.current != UNKNOWN))
    for code, state in enumerate(states):
        yield _furthest(table, code, state, store) if code in with_figures else _UNDRAWN


def _furthest(table: EventTable, code: int, state: State, store: Store) -> _Bytes:
    """The last figure of a layer's last attempt, and its size."""
    rows = table.by_layer[code]
    figures = rows[(table.kind[rows] == EventKind.PUSHING) & (table.current[rows] != UNKNOWN)]
    total, size = int(table.total[figures].max()), int(table.current[figures].max())
    real = figures[table.attempt[figures] == table.attempt[figures].max()]
    if store is Store.GRAPHDRIVER and not state.done:
        # moby progress.Reader.Close draws a full bar over an attempt that was cut: `9MB/9MB`, both numbers equal. A tar
        # that was read to its end counts more than the size, for its headers count too. Other stores end at N/N.
        real = real[table.current[real] != table.total[real]]
    whole = total if total > 0 else size if state.done else UNKNOWN
    return _Bytes(done=int(table.current[real[-1]]) if len(real) else None, total=_or_none(whole))


def _or_none(figure: int) -> int | None:
    return None if figure == UNKNOWN else figure


def _attempts(layer_runs: Sequence[Run], state: State) -> int:
    """Uploads started: one more than the countdowns that were followed by anything; none for a layer that was there."""
    countdowns = max((run.attempt for run in layer_runs if run.kind == EventKind.RETRYING), default=0)
    if countdowns:
        return countdowns + (state is not State.RETRYING)
    begun = any(run.kind in (EventKind.PUSHING, EventKind.PUSHED, EventKind.FAILED) for run in layer_runs)
    return int(begun or state is State.FAILED)


def _waited(layer_runs: Sequence[Run]) -> int:
    """Seconds in countdowns: the whole of one that was followed by anything, what passed of one that was not.

    A countdown still on its last second when a push ends with an error was over: the layer's last attempt failed then.
    """
    total = 0
    for run, later in zip(layer_runs, [*layer_runs[1:], None], strict=True):
        if run.kind == EventKind.RETRYING:
            total += run.wait if later or run.left == 1 else run.wait - run.left
    return total


def gave_up(
    ids: Sequence[str], table: EventTable, digest: str | None, *, shares_error: bool = False
) -> tuple[str, ...]:
    """The layer that ended a failed push: the one its error names, else the only one whose last countdown ran out.

    `shares_error`: another push of the same command may have ended this one before its last upload began.
    """
    blob = next((layer for layer in ids if is_blob(layer, digest)), None)
    if blob is not None:
        return (blob,)
    not_begun = table.drawn_again if shares_error else set()
    out = [
        code
        for code, row in table.last().items()
        if int(table.kind[row]) == EventKind.RETRYING and table.attempt[row] == MAX_RETRIES and table.wait[row] == 1
        if code not in not_begun
    ]
    return (ids[out[0]],) if len(out) == 1 else _broke_off(ids, table)


def _broke_off(ids: Sequence[str], table: EventTable) -> tuple[str, ...]:
    """On a terminal the last attempt shows: the only layer that was uploading after its last countdown."""
    out = [
        code
        for code, row in table.last().items()
        if int(table.kind[row]) == EventKind.PUSHING and table.attempt[row] == MAX_RETRIES + 1
    ]
    return (ids[out[0]],) if len(out) == 1 else ()
