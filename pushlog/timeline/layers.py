"""What became of each layer: its last state, attempts, waits, furthest bytes and phases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import UNKNOWN, Events, Kind
from pushlog.model import Basis, Layer, State, Store
from pushlog.timeline.blob import is_blob
from pushlog.timeline.frame import MAX_COUNTDOWNS, runs
from pushlog.timeline.phases import Run, phases
from pushlog.timeline.slots import slots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

STATES = {
    Kind.PREPARING: State.PREPARING,
    Kind.BUFFERING: State.PREPARING,
    Kind.FETCHING: State.PREPARING,
    Kind.WAITING: State.WAITING,
    Kind.PUSHING: State.PUSHING,
    Kind.PUSHED: State.PUSHED,
    Kind.EXISTS: State.EXISTS,
    Kind.MOUNTED: State.MOUNTED,
    Kind.RETRYING: State.RETRYING,
    Kind.SKIPPED: State.SKIPPED,
    Kind.UNAVAILABLE: State.UNKNOWN,
    Kind.FAILED: State.FAILED,
}
# moby: the figures are read before gzip by the graphdriver store, copied as stored by containerd's.
_BASIS = {Store.GRAPHDRIVER: Basis.UNCOMPRESSED, Store.CONTAINERD: Basis.COMPRESSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bytes:
    done: int | None
    total: int | None


def layers(
    events: Events,
    table: pd.DataFrame,
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

    `table` is `frame(events, …)`; `basis` is what the figures count where the store does not say; `mounts` pairs layers
    with the repository they were mounted from; `failed` are the layers known to have failed; `end` is the end of the
    push in seconds, the earliest one unless the times of `table` are measured. `tells_start`: a layer that is seen
    done at once began then; false for clients that name a blob only when it is there.
    """
    spans = table.groupby("layer")["line"].agg(["min", "max"])
    times = table.groupby("layer")["at"].agg(["min", "max"])
    states = _last_states(table)
    furthest = _furthest(table, states, store)
    stretches = _stretches(table)
    turns = _turns(table, store)
    found = []
    for code, layer in enumerate(events.ids):
        state = State.FAILED if layer in failed and not states[code].done else states[code]
        own = stretches[code]
        begun = own[0].kind not in (Kind.PUSHED, Kind.EXISTS, Kind.MOUNTED)
        found.append(
            Layer(
                id=layer,
                state=state,
                mounted_from=mounts.get(layer),
                bytes_done=furthest[code].done,
                bytes_total=furthest[code].total,
                basis=_BASIS.get(store, basis),
                attempts=_attempts(own, state),
                retry_wait=float(_waited(own)),
                start=round(float(times["min"].iloc[code]), 3) if is_measured and (tells_start or begun) else None,
                end=round(float(times["max"].iloc[code]), 3) if is_measured else None,
                created_by=None,
                lines=(int(spans["min"].iloc[code]), int(spans["max"].iloc[code])),
                intervals=tuple(phases(own, gave_up=state is State.FAILED, end=end, turn=turns.get(code))),
            )
        )
    return tuple(found)


def _turns(table: pd.DataFrame, store: Store) -> dict[int, float]:
    """When a layer that waited could begin, where a pipe hides it: docker serves its queue first come, first served."""
    if store is not Store.GRAPHDRIVER or (table["kind"] == Kind.PUSHING).any():
        return {}
    return {slot.layer: slot.start for slot in slots(table, store) if slot.after is not None}


def _last_states(table: pd.DataFrame) -> list[State]:
    """The last state of each layer; a layer pushed with one tag stays pushed when the next tag finds it there."""
    states: list[State] = []
    for kinds in _kinds_by_layer(table):
        done = [kind for kind in kinds if kind in (Kind.PUSHED, Kind.MOUNTED)]
        last = kinds[-1]
        states.append(STATES[done[-1] if last == Kind.EXISTS and done else last])
    return states


def _kinds_by_layer(table: pd.DataFrame) -> list[list[Kind]]:
    changes = table[table["run"] != table.groupby("layer")["run"].shift(fill_value=0)]
    return [[Kind(kind) for kind in group] for _, group in changes.groupby("layer")["kind"]]


def _stretches(table: pd.DataFrame) -> list[list[Run]]:
    found: dict[int, list[Run]] = {}
    rows = runs(table)
    columns = ["layer", "kind", "attempt", "start", "last", "wait", "left", "full"]
    for layer, kind, attempt, start, last, wait, left, full in rows[columns].to_numpy(dtype=float).tolist():
        run = Run(
            kind=Kind(int(kind)),
            attempt=int(attempt),
            start=start,
            last=last,
            wait=int(wait),
            left=int(left),
            full=None if math.isnan(full) else full,
        )
        found.setdefault(int(layer), []).append(run)
    return [found[code] for code in sorted(found)]


def _furthest(table: pd.DataFrame, states: Sequence[State], store: Store) -> list[_Bytes]:
    """The last figure of each layer's last attempt, and its size."""
    drawn = table[(table["kind"] == Kind.PUSHING) & (table["current"] != UNKNOWN)]
    total = drawn.groupby("layer")["total"].max()
    size = drawn.groupby("layer")["current"].max()
    last_attempt = drawn["attempt"] == drawn.groupby("layer")["attempt"].transform("max")
    real = drawn[last_attempt]
    if store is not Store.CONTAINERD:
        # moby progress.Reader.Close draws a full bar over an attempt that was cut: `9MB/9MB`, both numbers equal. A tar
        # that was read to its end counts more than the size, for its headers count too. Other stores end at N/N.
        done = np.array([state.done for state in states], dtype=bool)
        false_bar = (real["current"] == real["total"]) & ~done[real["layer"].to_numpy()]
        real = real[~false_bar] if store is Store.GRAPHDRIVER else real
    reached = real.groupby("layer")["current"].last()
    found = []
    for code, state in enumerate(states):
        known = int(total.get(code, UNKNOWN))
        done_bytes = int(reached.get(code, UNKNOWN))
        whole = known if known > 0 else int(size.get(code, UNKNOWN)) if state.done else UNKNOWN
        found.append(_Bytes(done=_known(done_bytes), total=_known(whole)))
    return found


def _known(figure: int) -> int | None:
    return None if figure == UNKNOWN else figure


def _attempts(own: Sequence[Run], state: State) -> int:
    """Uploads started: one more than the countdowns that were followed by anything; none for a layer that was there."""
    countdowns = max((run.attempt for run in own if run.kind == Kind.RETRYING), default=0)
    if countdowns:
        return countdowns + (state is not State.RETRYING)
    begun = any(run.kind in (Kind.PUSHING, Kind.PUSHED, Kind.FAILED) for run in own)
    return int(begun or state is State.FAILED)


def _waited(own: Sequence[Run]) -> int:
    """Seconds in countdowns: the whole of one that was followed by anything, what passed of one that was not.

    A countdown still on its last second when a push ends with an error was over: the layer's last attempt failed then.
    """
    total = 0
    for run, later in zip(own, [*own[1:], None], strict=True):
        if run.kind == Kind.RETRYING:
            total += run.wait if later or run.left == 1 else run.wait - run.left
    return total


def gave_up(ids: Sequence[str], table: pd.DataFrame, named: str | None) -> tuple[str, ...]:
    """The layer that ended a failed push: the one its error names, else the only one whose last countdown ran out."""
    blob = next((layer for layer in ids if is_blob(layer, named)), None)
    if blob is not None:
        return (blob,)
    last = table.groupby("layer").last()
    out = last[(last["kind"] == Kind.RETRYING) & (last["attempt"] == MAX_COUNTDOWNS) & (last["wait"] == 1)]
    return (ids[int(out.index[0])],) if len(out) == 1 else _broke_off(ids, table)


def _broke_off(ids: Sequence[str], table: pd.DataFrame) -> tuple[str, ...]:
    """On a terminal the last attempt shows: the only layer that was uploading after its last countdown."""
    last = table.groupby("layer").last()
    out = last[(last["kind"] == Kind.PUSHING) & (last["attempt"] == MAX_COUNTDOWNS + 1)]
    return (ids[int(out.index[0])],) if len(out) == 1 else ()
