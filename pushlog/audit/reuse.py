"""Bytes that were uploaded again although the registry had them: the same layer pushed more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.audit.totals import UNNAMED
from pushlog.record_class import record

if TYPE_CHECKING:
    import pandas as pd

    from pushlog.audit.frames import Frames


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
    keys = ["log", "push"]
    where = frames.pushes.dropna(subset=["repository"])[[*keys, "registry", "repository"]]
    pushed = frames.layers[frames.layers["state"] == "pushed"].merge(where, on=keys)
    if pushed.empty:
        return ()
    size = pushed["bytes_total"].fillna(pushed["bytes_done"])
    pushed = pushed.assign(size=size, registry=pushed["registry"].fillna(UNNAMED))
    # An upload is a layer in a push; a push prints it once, whatever the number of tags.
    grouped = pushed.groupby(["registry", "repository", "layer"])["size"].agg(uploads="size", size="max")
    repeated = grouped[grouped["uploads"] > 1].reset_index()
    all_reuploads = [_again(str(r), str(n), group) for (r, n), group in repeated.groupby(["registry", "repository"])]
    return tuple(sorted(all_reuploads, key=lambda a: (-a.bytes, -a.uploads, a.registry, a.repository)))


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
