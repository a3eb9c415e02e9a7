"""The lines of a daemon's log that are of one push: from the request to push to the next one, by its layers."""

from __future__ import annotations

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


@record(slots=False, kw_only=False)
class DaemonSection:
    """The rows of one push in a daemon's log, in order. `is_alone`: no other push ran meanwhile.

    `until`: when the same image was pushed again, by the common clock.
    """

    rows: pd.DataFrame
    is_alone: bool
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
        section
        for _, rows in frame[frame["hop"] == "daemon"].groupby("file")
        for section in _sections(rows, push, ids)
        if _fits(section, push)
    ]


def _sections(rows: pd.DataFrame, push: Diagnosis, ids: set[str]) -> Iterator[DaemonSection]:
    begins = [n for n, kind in enumerate(rows["kind"]) if kind == SideKind.PUSH_BEGAN]
    kinds, layers = rows["kind"].to_list(), [_short(layer) for layer in rows["layer"]]
    for number, begin in enumerate(begins):
        if not _is_image(rows.iloc[begin], push):
            continue
        following = begins[number + 1] if number + 1 < len(begins) else len(rows)
        again = next((n for n in begins[number + 1 :] if _is_image(rows.iloc[n], push)), len(rows))
        foreign = [n for n in range(begin, again) if kinds[n] in _OF_LAYERS and layers[n] not in ids]
        last = max((n for n in range(begin, again) if kinds[n] in _OF_LAYERS and layers[n] in ids), default=begin)
        is_alone = last < following and not any(n < following for n in foreign)
        picked = [
            n
            for n in range(begin, again)
            if (kinds[n] in _OF_LAYERS and layers[n] in ids)
            or n == begin
            or (is_alone and n < following and kinds[n] in (*_PUSH_WORDS, SideKind.NEXT_ENDPOINT))
        ]
        until = float(rows["when"].iloc[again]) if again < len(rows) else float("inf")
        yield DaemonSection(rows.iloc[picked], is_alone, until)


def _is_image(row: pd.Series, push: Diagnosis) -> bool:
    image = push.reference
    name = str(row["repository"])
    tag = str(row["reference"])
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
