"""Bytes that were uploaded again although the registry had them: the same layer pushed more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pushlog.audit.totals import UNNAMED
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from pushlog.audit.frames import Frames

# Layers that are compared at a time.
_SHARE = 50_000


@record
class Reuploads:
    """Layers of a repository that were uploaded to it again.

    `uploads`: how many uploads were one too many; `bytes`: theirs, where the logs print sizes; `unsized`: uploads
    whose size no log prints.
    """

    registry: str
    repository: str
    layers: int
    uploads: int
    bytes: int
    unsized: int


def reuploads(frames: Frames) -> tuple[Reuploads, ...]:
    """Return the repositories with layers that were pushed more than once, the most bytes first.

    The first upload of a layer is needed, whichever it was: the order of pushes does not matter. A layer that another
    push found in the registry is not counted, for it may have come later.
    """
    named = frames.pushes[["log", "push", "registry", "repository"]].dropna(subset=["repository"])
    named = named.assign(registry=named["registry"].fillna(UNNAMED))
    named = named.assign(place=named.groupby(["registry", "repository"]).ngroup())
    names: dict[object, tuple[str, str]] = dict(
        zip(named["place"], zip(named["registry"], named["repository"], strict=True), strict=True)
    )
    layers = frames.layers
    # Numbers of repositories, not their names: a row for each of a million layers.
    place = _places(layers, named)
    rows = np.flatnonzero(layers["state"].eq("pushed").to_numpy() & (place >= 0))
    columns = layers[["layer", "bytes_total", "bytes_done"]]
    all_reuploads = [
        _again(*names[number], group)
        for share in _shares(rows, place)
        for number, group in _repeated(columns.iloc[share].assign(place=place[share]))
    ]
    return tuple(sorted(all_reuploads, key=lambda a: (-a.bytes, -a.uploads, a.registry, a.repository)))


def _repeated(pushed: pd.DataFrame) -> Iterator[tuple[object, pd.DataFrame]]:
    """Yield the number of each repository with the layers that were pushed to it more than once."""
    again = pushed[pushed.duplicated(["place", "layer"], keep=False)]
    sized = again.assign(size=again["bytes_total"].fillna(again["bytes_done"]))
    # An upload is a layer in a push; a push prints it once, whatever the number of tags.
    grouped = sized.groupby(["place", "layer"])["size"].agg(uploads="size", size="max").reset_index()
    yield from grouped.groupby("place")


def _shares(rows: NDArray[np.int64], place: NDArray[np.int32]) -> list[NDArray[np.int64]]:
    """Return the rows of whole repositories, in shares that take little memory."""
    ordered = rows[np.argsort(place[rows], kind="stable")]
    share = np.cumsum(np.bincount(place[rows])) // _SHARE
    return np.split(ordered, np.flatnonzero(np.diff(share[place[ordered]])) + 1) if len(rows) else []


def _places(layers: pd.DataFrame, pushes: pd.DataFrame) -> NDArray[np.int32]:
    """Return the number of the repository of each layer, -1 for none. The layers of a push stand together."""
    log, push = layers["log"], layers["push"]
    begins = (log.ne(log.shift()) | push.ne(push.shift()).fillna(value=True)).to_numpy(dtype=bool)
    first = layers.loc[begins, ["log", "push"]].merge(pushes[["log", "push", "place"]], on=["log", "push"], how="left")
    places = first["place"].fillna(-1).to_numpy(dtype=np.int32)
    return np.repeat(places, np.diff(np.append(np.flatnonzero(begins), len(layers))))


def _again(registry: str, repository: str, layers: pd.DataFrame) -> Reuploads:
    repeats = layers["uploads"] - 1
    sized = layers["size"].notna()
    return Reuploads(
        registry=registry,
        repository=repository,
        layers=len(layers),
        uploads=int(repeats.sum()),
        bytes=int((repeats * layers["size"])[sized].sum()),
        unsized=int(repeats[~sized].sum()),
    )
