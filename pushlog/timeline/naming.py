"""Layers named by the instruction that made them, where that can be proven.

A layer's id is the beginning of a hash: of its DiffID in the graphdriver store, of the blob in containerd's. Where the
files hold those hashes, they decide. Without them only the order can: the graphdriver store prints the layers from the
top of the image to its base, `docker history` lists instructions the same way, and both must count the same layers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pushlog.formats.events import EventKind
from pushlog.formats.marks import MarkKind
from pushlog.model import Diagnosis, Store
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.history import History, Step

SHORT = 12
ADD_HASHES = "add the output of `docker image inspect IMAGE`"
ADD_HISTORY = "add the output of `docker history --no-trunc --format json IMAGE`"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """The instruction of each layer by its id, or why there is none. `order`: the ids, if only that decided."""

    by_id: Mapping[str, str]
    why: str | None = None
    order: tuple[str, ...] = ()


def with_names(
    pushes: Sequence[tuple[Diagnosis, ParsedPush]], history: History
) -> tuple[list[Diagnosis], tuple[str, ...]]:
    """The pushes with `Layer.created_by` filled, and a note for each that could not be named."""
    names_of_pushes = [_names(push, section, history) for push, section in pushes]
    if len({names.order for names in names_of_pushes if names.order}) > 1:
        why = f"it fits several images of this log: {ADD_HASHES}"
        names_of_pushes = [_Names(by_id={}, why=why) if names.order else names for names in names_of_pushes]
    notes = tuple(
        f"--history names no layer of the push in lines {push.lines[0]}-{push.lines[1]}: {names.why}"
        for (push, _), names in zip(pushes, names_of_pushes, strict=True)
        if names.why and push.layers
    )
    return [_filled(push, names.by_id) for (push, _), names in zip(pushes, names_of_pushes, strict=True)], notes


def _filled(push: Diagnosis, by_id: Mapping[str, str]) -> Diagnosis:
    return replace(push, layers=tuple(replace(layer, created_by=by_id.get(layer.id)) for layer in push.layers))


def _names(push: Diagnosis, section: ParsedPush, history: History) -> _Names:
    ids = {layer.id for layer in push.layers}
    hashes = [
        tuple(digest.partition(":")[2][:SHORT] for digest in digests)
        for digests in (history.diff_ids, history.digests)
        if digests
    ]
    mine = next((digests for digests in hashes if ids & set(digests)), None)
    if mine is not None:
        instructions = _made(history.steps, len(mine))
        return (
            _Names(by_id=_joined(zip(mine, instructions, strict=True)))
            if instructions
            else _unnamed(_misfit(history, len(mine)))
        )
    if history.diff_ids and push.store is not Store.CONTAINERD:
        return _unnamed("it is of another image, for none of its DiffIDs is a layer of this push")
    if history.digests:
        return _unnamed("its manifest is of another image, for none of its digests is a layer of this push")
    if push.store is not Store.GRAPHDRIVER:
        return _unnamed("the store prints layers by the digests of their blobs, in no order: add the image's manifest")
    return _by_order(section, history)


def _by_order(section: ParsedPush, history: History) -> _Names:
    if section.last(MarkKind.HEADER, MarkKind.OLD_HEADER) is None:
        return _unnamed(
            f"the log lacks the beginning of the push, so that the order of layers tells nothing: {ADD_HASHES}"
        )
    order = tuple(printed(section))
    instructions = _made(history.steps, len(order))
    if not instructions:
        return _unnamed(_misfit(history, len(order)))
    return _Names(by_id=_joined(zip(order, reversed(instructions), strict=True)), order=order)


def printed(section: ParsedPush) -> Iterator[str]:
    """The layers as `Preparing` lists them, a layer twice that is twice in the image; a paste shows each row once."""
    events = section.events
    until = min((mark.start for mark in section.marks if mark.kind == MarkKind.DIGEST), default=None)
    is_first = events.kind == EventKind.PREPARING
    first = events.layer[is_first if until is None else is_first & (events.start < until)].tolist()
    yield from (events.ids[layer] for layer in first) if first else events.ids


def _made(steps: Sequence[Step], layers: int) -> tuple[str, ...]:
    """The instruction of each layer, the base first; empty unless the counts leave one way to pair them.

    A size of 0 may stand for a layer without files: those steps all have one, or none has, or nobody can tell.
    """
    for wanted in ((True,), (True, None)):
        instructions = tuple(step.created_by for step in steps if step.has_layer in wanted)
        if len(instructions) == layers:
            return instructions
    return ()


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By id; instructions that made the very same layer stand together."""
    lists: dict[str, list[str]] = defaultdict(list)
    for layer, created_by in pairs:
        if created_by not in lists[layer]:
            lists[layer].append(created_by)
    return {layer: "; ".join(instructions) for layer, instructions in lists.items()}


def _misfit(history: History, layers: int) -> str:
    if not history.steps:
        return f"it holds no instructions: {ADD_HISTORY}"
    sure = sum(step.has_layer is True for step in history.steps)
    most = sum(step.has_layer is not False for step in history.steps)
    layer_count = count(sure, "layer") if sure == most else f"{sure} to {count(most, 'layer')}"
    return f"it counts {layer_count}, the image {layers}; it is of another image, or of one without a full history"


def _unnamed(why: str) -> _Names:
    return _Names(by_id={}, why=why)
