"""Layers named by the instruction that made them, where that can be proven.

A layer's id is the beginning of a hash: of its DiffID in the graphdriver store, of the blob in containerd's. Where the
files hold those hashes, they decide. Without them the order can: the graphdriver store prints the layers from the top
of the image to its base, and `docker history` lists instructions the same way. Both must count the same layers, and the
sizes of both must agree: the graphdriver store and its history tell the same bytes of a layer's files. A layer that
several instructions can have made stays without a name, and they are told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field, replace
from typing import TYPE_CHECKING

from pushlog.formats.events import EventKind
from pushlog.formats.marks import MarkKind
from pushlog.model import Diagnosis, Store
from pushlog.record_class import record
from pushlog.timeline.blob import shortened
from pushlog.timeline.extents import extents
from pushlog.timeline.pairing import agree, possible_steps
from pushlog.units import count, instruction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.history import History, Step
    from pushlog.intake.manifest import Manifest
    from pushlog.timeline.pairing import Extent

ADD_HASHES = "add the output of `docker image inspect IMAGE`"
ADD_HISTORY = "add the output of `docker history --no-trunc --format json IMAGE`"
ADD_MANIFEST = "add `--manifest` with the output of `docker manifest inspect -v IMAGE`"
# Candidates of a layer, and layers, that a note names.
_FEW = 3
# Characters of an instruction in a note.
_SHORT_TEXT = 60
# One size can agree by chance, two hardly.
_FEWEST_SIZES = 2


@record
class _Names:
    """The instruction of each layer by its id, or why there is none.

    `order`: the ids, if only that decided; `candidates`: the instructions of each layer that has several.
    """

    by_id: Mapping[str, str]
    why: str | None = None
    order: tuple[str, ...] = ()
    candidates: Mapping[str, Sequence[str]] = field(default_factory=dict)


@record
class Nameable:
    """A push, the section it was read from, and the digest of the blob that its error names."""

    push: Diagnosis
    parsed: ParsedPush
    failed: str | None = None


@record
class Named:
    """A push with its layers named; `instructions`: those of all layers of its image by id, printed or not."""

    push: Diagnosis
    instructions: Mapping[str, str]


def with_names(
    pushes: Sequence[Nameable], history: History, manifests: Sequence[Manifest] = ()
) -> tuple[list[Named], tuple[str, ...]]:
    """The pushes with `Layer.created_by` filled, and a note for each that could not be named, all or in part.

    `manifests` are those of images, beside the ones that `history` holds.
    """
    images = (*history.manifests, *(manifest for manifest in manifests if not manifest.is_attestation))
    names_of_pushes = [_names(item, history, images) for item in pushes]
    if len({names.order for names in names_of_pushes if names.order}) > 1:
        why = f"it fits several images of this log: {ADD_HASHES}"
        names_of_pushes = [_Names(by_id={}, why=why) if names.order else names for names in names_of_pushes]
    notes = tuple(
        note
        for item, names in zip(pushes, names_of_pushes, strict=True)
        if item.push.layers
        for note in _notes(item.push, names)
    )
    return [_filled(item.push, names.by_id) for item, names in zip(pushes, names_of_pushes, strict=True)], notes


def _filled(push: Diagnosis, by_id: Mapping[str, str]) -> Named:
    layers = tuple(replace(layer, created_by=by_id.get(layer.id)) for layer in push.layers)
    return Named(push=replace(push, layers=layers), instructions=by_id)


def _notes(push: Diagnosis, names: _Names) -> Iterator[str]:
    where = f"the push in lines {push.lines[0]}-{push.lines[1]}"
    if names.why:
        yield f"--history names no layer of {where}: {names.why}"
    for layer, made in list(names.candidates.items())[:_FEW]:
        texts = [f"`{instruction(text, _SHORT_TEXT)}`" for text in made[:_FEW]]
        more = f" or {len(made) - _FEW} more" if len(made) > _FEW else ""
        yield f"--history leaves layer {layer} of {where} without a name: {' or '.join(texts)}{more} made it"
    if len(names.candidates) > _FEW:
        yield f"--history leaves {len(names.candidates) - _FEW} more layers of {where} without a name"


def _names(item: Nameable, history: History, images: Sequence[Manifest]) -> _Names:
    push, section = item.push, item.parsed
    ids = {layer.id for layer in push.layers} | {shortened(digest) for digest in filter(None, [item.failed])}
    diff_ids = tuple(map(shortened, history.diff_ids))
    if ids & set(diff_ids):
        return _aligned(diff_ids, {}, history)
    listing = [image for image in images if ids & set(map(shortened, image.digests))]
    if listing:
        return _by_manifests(listing, history)
    if why := _of_another_image(push, history, images):
        return _unnamed(why)
    if section.last(MarkKind.HEADER, MarkKind.OLD_HEADER) is None:
        return _by_sizes(push, section, history)
    return _by_order(tuple(printed(section))[::-1], extents(section), history)


def _of_another_image(push: Diagnosis, history: History, images: Sequence[Manifest]) -> str | None:
    """Why the files name no layer of a push whose ids none of their hashes begins with; None where its order can."""
    if history.diff_ids and push.store is not Store.CONTAINERD:
        return "it is of another image, for none of its DiffIDs is a layer of this push"
    if push.store is Store.GRAPHDRIVER:
        return None
    if images:
        return "its manifest is of another image, for none of its digests is a layer of this push"
    return f"the store prints layers by the digests of their blobs, in no order: {ADD_MANIFEST}"


def _by_manifests(listing: Sequence[Manifest], history: History) -> _Names:
    """The names that hold for each platform whose image the history can be of."""
    if history.platform:
        listing = [image for image in listing if same_platform(image.platform, history.platform)] or listing
    read = [_aligned(tuple(map(shortened, image.digests)), {}, history) for image in listing]
    fitting = [names for names in read if not names.why]
    if not fitting:
        return read[0]
    by_id = {
        layer: text for layer, text in fitting[0].by_id.items() if all(n.by_id.get(layer) == text for n in fitting)
    }
    if len(fitting) > 1 and not by_id:
        platforms = ", ".join(image.platform or "?" for image in listing)
        return _unnamed(f"it can be of several platforms ({platforms}): give the manifest of the one that it is of")
    return replace(fitting[0], by_id=by_id)


def _by_order(order: Sequence[str], sizes: Mapping[str, Extent], history: History) -> _Names:
    """The names of layers whose order alone is known: the number of layers has to fit, or their sizes."""
    counts = [sum(step.has_layer in wanted for step in history.steps) for wanted in ((True,), (True, None))]
    if len(order) not in counts and not any(map(_tells, sizes.values())):
        return _unnamed(_misfit(history, len(order)))
    return replace(_aligned(order, sizes, history), order=tuple(order))


def _aligned(order: Sequence[str], sizes: Mapping[str, Extent], history: History) -> _Names:
    """The names of layers that are known in their order, the base first; `sizes` are those that the log tells."""
    made = possible_steps([sizes.get(layer) for layer in order], history.steps)
    if not made:
        return _unnamed(_misfit(history, len(order)))
    texts: dict[str, list[list[str]]] = defaultdict(list)
    for layer, steps in zip(reversed(order), reversed(made), strict=True):
        texts[layer].append(list(dict.fromkeys(step.created_by for step in steps)))
    by_id, candidates = {}, {}
    for layer, places in texts.items():
        if all(len(place) == 1 for place in places):
            # Instructions that made the very same layer stand together.
            by_id[layer] = "; ".join(dict.fromkeys(place[0] for place in places))
        else:
            candidates[layer] = list(dict.fromkeys(text for place in places for text in place))
    return _Names(by_id=by_id, candidates=candidates)


def _by_sizes(push: Diagnosis, section: ParsedPush, history: History) -> _Names:
    """Where a log lacks its beginning, the order is lost: sizes decide that only one layer and one instruction have."""
    why = f"the log lacks the beginning of the push, so that the order of layers tells nothing: {ADD_HASHES}"
    sizes = extents(section)
    sized = {layer.id: sizes[layer.id] for layer in push.layers if _tells(sizes.get(layer.id))}
    made = {layer: _of_size(extent, history.steps) for layer, extent in sized.items()}
    if len(made) < _FEWEST_SIZES or not all(made.values()):
        return _unnamed(why)
    taken = [id(step) for steps in made.values() for step in steps]
    by_id = {
        layer: steps[0].created_by
        for layer, steps in made.items()
        if len(steps) == 1 and taken.count(id(steps[0])) == 1
    }
    return _Names(by_id=by_id, order=tuple(made)) if by_id else _unnamed(why)


def _tells(extent: Extent) -> bool:
    return extent is not None and extent[0] > 0


def _of_size(extent: Extent, steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.size is not None and step.has_layer and agree(extent, step)]


def printed(section: ParsedPush) -> Iterator[str]:
    """The layers as `Preparing` lists them, a layer twice that is twice in the image; a paste shows each row once."""
    events = section.events
    until = min((mark.start for mark in section.marks if mark.kind == MarkKind.DIGEST), default=None)
    is_first = events.kind == EventKind.PREPARING
    first = events.layer[is_first if until is None else is_first & (events.start < until)].tolist()
    yield from (events.ids[layer] for layer in first) if first else events.ids


def same_platform(one: str | None, other: str) -> bool:
    """Whether two platforms can be the same: `linux/arm64` is `linux/arm64/v8`, and one that is not told can be any."""
    return one is None or all(a == b for a, b in zip(one.split("/"), other.split("/"), strict=False))


def _misfit(history: History, layers: int) -> str:
    if not history.steps:
        return f"it holds no instructions: {ADD_HISTORY}"
    sure = sum(step.has_layer is True for step in history.steps)
    most = sum(step.has_layer is not False for step in history.steps)
    layer_count = count(sure, "layer") if sure == most else f"{sure} to {count(most, 'layer')}"
    if sure <= layers <= most and {sure, most} & {layers}:
        return (
            f"it counts {layer_count}, the image {layers}, but of other sizes: it is of another image, or "
            f"of another image store; {ADD_HASHES}"
        )
    return f"it counts {layer_count}, the image {layers}; it is of another image, or of one without a full history"


def _unnamed(why: str) -> _Names:
    return _Names(by_id={}, why=why)
