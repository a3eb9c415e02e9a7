"""The lines of a daemon's log that are of one push: from the request to push to the next one, by its layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.other_side.record import SideKind
from pushlog.knowledge.docker import RETRY_DELAY
from pushlog.model import State
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from pushlog.model import Diagnosis

_SHORT = len("sha256:") + 12
_FAILURES = (SideKind.RETRYING, SideKind.FAILED)
_PUSH_WORDS = (*_FAILURES, SideKind.GAVE_UP)
_OF_LAYERS = (SideKind.LAYER_BEGAN, SideKind.LAYER_KNOWN, SideKind.UPLOADED)
# The countdown before a repeated upload is exact to this, in seconds.
_TOLERANCE = 0.5


@record(slots=False)
class DaemonSection:
    """The rows of one push in a daemon's log, in order. `is_alone`: no other push ran meanwhile.

    `is_told`: nothing in the log could as well be this push's; `until`: when its image was pushed again, by the common
    clock.
    """

    rows: pd.DataFrame
    is_alone: bool
    is_told: bool = True
    until: float = float("inf")

    @property
    def start(self) -> float:
        """When it began, by the common clock."""
        return float(self.rows["when"].min())

    @property
    def end(self) -> float:
        """When its last line was written."""
        return float(self.rows["when"].max())

    def failures(self) -> pd.DataFrame:
        """The failed uploads, in order."""
        return self.rows[self.rows["kind"].isin(_FAILURES)]


def blobs_of_layers(frame: pd.DataFrame) -> dict[str, tuple[str, int | None]]:
    """Return for each layer, by its short id, its blob and the bytes of that; wherever in a log they stand."""
    rows = frame[frame["kind"].isin((SideKind.UPLOADED, SideKind.LAYER_KNOWN)) & (frame["layer"] != "")]
    blobs: dict[str, tuple[str, int | None]] = {}
    for layer, digest, size in zip(rows["layer"], rows["digest"], rows["received"], strict=True):
        known_size = blobs.get(_short(layer), ("", None))[1]
        blobs[_short(layer)] = (digest, int(size) if size == size else known_size)  # noqa: PLR0124 - not NaN
    return blobs


def _short(layer: str) -> str:
    return layer[len("sha256:") : _SHORT]


def sections(frame: pd.DataFrame, push: Diagnosis) -> list[DaemonSection]:
    """Return the parts of a daemon's log that can be this push: those of its image and with its layers."""
    ids = {layer.id for layer in push.layers}
    return [
        section for _, rows in frame[frame["hop"] == "daemon"].groupby("file") for section in _sections(rows, push, ids)
    ]


def _sections(rows: pd.DataFrame, push: Diagnosis, ids: set[str]) -> Iterator[DaemonSection]:
    begins = [n for n, kind in enumerate(rows["kind"]) if kind == SideKind.PUSH_BEGAN]
    kinds, layers = rows["kind"].to_list(), [_short(layer) for layer in rows["layer"]]
    # Of a busy daemon's log each begin is looked at once, not for each push anew.
    names, tags = rows["repository"].to_list(), rows["reference"].to_list()
    same = [n for n in begins if _is_image(str(names[n]), str(tags[n]), push)]
    for place, begin in enumerate(same):
        number = begins.index(begin)
        following = begins[number + 1] if number + 1 < len(begins) else len(rows)
        again = same[place + 1] if place + 1 < len(same) else len(rows)
        foreign = [n for n in range(begin, again) if kinds[n] in _OF_LAYERS and layers[n] not in ids]
        last = max((n for n in range(begin, again) if kinds[n] in _OF_LAYERS and layers[n] in ids), default=begin)
        is_alone = last < following and not any(n < following for n in foreign)
        is_alone = is_alone and not _is_among_others(kinds, layers, begins[:number], begin, following)
        picked = [
            n
            for n in range(begin, again)
            if (kinds[n] in _OF_LAYERS and layers[n] in ids)
            or n == begin
            or (is_alone and n < following and kinds[n] in (*_PUSH_WORDS, SideKind.NEXT_ENDPOINT))
        ]
        until = float(rows["when"].iloc[again]) if again < len(rows) else float("inf")
        # Of several pushes of this image its layers tell it from the others, if no other push ran meanwhile.
        is_told = len(same) == 1 or (is_alone and any(kinds[n] in _OF_LAYERS for n in picked))
        section = DaemonSection(rows=rows.iloc[picked], is_alone=is_alone, is_told=is_told, until=until)
        if _fits(section, push):
            yield section if is_alone else replace(section, rows=_without_foreign(section.rows, push))


def _without_foreign(rows: pd.DataFrame, push: Diagnosis) -> pd.DataFrame:
    """Return the rows without the ends of uploads that may be another push's, which has the same layers."""
    sent = {layer.id for layer in push.layers if layer.state is State.PUSHED}
    ends = rows[rows["kind"] == SideKind.UPLOADED]["layer"].map(_short)
    foreign = ends[ends.duplicated(keep=False) | ~ends.isin(sent)].index
    return rows.drop(index=foreign)


def _is_among_others(
    kinds: Sequence[str], layers: Sequence[str], earlier: Sequence[int], begin: int, following: int
) -> bool:
    """Return whether lines of an earlier push stand in a section: an upload whose begin it has not, or all of them."""
    span = range(begin, following)
    begun = {layers[n] for n in span if kinds[n] == SideKind.LAYER_BEGAN}
    if any(kinds[n] == SideKind.UPLOADED and layers[n] not in begun for n in span):
        return True
    is_debug = SideKind.LAYER_BEGAN in kinds
    return bool(earlier) and is_debug and not any(kinds[n] in _OF_LAYERS for n in range(earlier[-1], begin))


def _is_image(name: str, tag: str, push: Diagnosis) -> bool:
    image = push.reference
    if not image.repository or (tag and image.tags and tag not in image.tags):
        return False
    full = f"{image.registry}/{image.repository}" if image.registry else image.repository
    return name == full or name.endswith(f"/{image.repository}") or name == image.repository


def _fits(section: DaemonSection, push: Diagnosis) -> bool:
    """Return whether a section agrees with what the client printed of each layer."""
    rows = section.rows
    uploaded = {_short(layer) for layer in rows.loc[rows["kind"] == SideKind.UPLOADED, "layer"]}
    began = rows.loc[rows["kind"] == SideKind.LAYER_BEGAN, "layer"].map(_short).value_counts()
    if not len(began) and not uploaded:
        # Without debug lines, or with the containerd store, its words tell nothing of layers.
        return True
    for layer in push.layers:
        if layer.state is State.PUSHED and layer.id not in uploaded:
            return False
        if not section.is_alone:
            # Other pushes may have sent it, too.
            continue
        if layer.state in (State.EXISTS, State.MOUNTED) and layer.id in uploaded:
            return False
        if layer.attempts > 1 and int(began.get(layer.id, 0)) not in (layer.attempts, layer.attempts - 1):
            return False
    return True


def failed_layers(section: DaemonSection, retried: Sequence[str]) -> dict[int, tuple[str, int]]:
    """Return for each failed upload in a section, by its row, the layer and the number of its attempt.

    The failure itself names no layer: Docker says `Pushing layer` again when the countdown is over, 5 s later for the
    first attempt, 10 s for the second. `retried`: layers that the client printed a countdown for, or that failed.
    """
    rows = section.rows
    failures = section.failures()
    result: dict[int, tuple[str, int]] = {}
    began = rows[rows["kind"] == SideKind.LAYER_BEGAN]
    numbers = began.groupby("layer").cumcount()
    again = [(float(w), _short(x), int(n)) for w, x, n in zip(began["when"], began["layer"], numbers, strict=True) if n]
    left = [(int(row), float(when)) for row, when in zip(failures.index, failures["when"], strict=True)]
    for when, layer, number in again:
        due = when - RETRY_DELAY * number
        near = sorted((abs(at - due), row) for row, at in left if abs(at - due) <= _TOLERANCE)
        if near:
            result[near[0][1]] = (layer, number)
            left = [(row, at) for row, at in left if row != near[0][1]]
    counts = began["layer"].map(_short).value_counts()
    done = {_short(layer) for layer in rows.loc[rows["kind"] == SideKind.UPLOADED, "layer"]}
    open_layers = [layer for layer in retried if layer not in done]
    if len(left) == 1 and len(open_layers) == 1:
        result[left[0][0]] = (open_layers[0], int(counts.get(open_layers[0], 1)))
    return result
