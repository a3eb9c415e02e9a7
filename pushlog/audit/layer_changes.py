"""Two pushes of a repository, layer by layer: what was reused, uploaded again, grew, got slower."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

DONE = ("pushed", "exists", "mounted")
# Below these a difference is noise: of a network, or of figures that Docker rounds to four digits.
GROWN = 1.1
SLOWER = 1.25
SECONDS = 1.0


@record
class Reuse:
    """Layers of the new side by what became of them; bytes count those whose size is known.

    `reused`: the registry had them; `again`: uploaded although the old side had brought them there; `new`: uploaded,
    not among the old ones; `gone`: only among the old ones.
    """

    reused: int
    again: int
    again_bytes: int
    new: int
    new_bytes: int
    gone: int


@record
class LayerChange:
    """One layer in both pushes. `matched`: by its id, by its instruction, or by its place among as many layers."""

    old: str
    new: str
    matched: str
    created_by: str | None
    old_bytes: int | None
    new_bytes: int | None
    old_seconds: float | None
    new_seconds: float | None

    @property
    def grown(self) -> bool:
        """Return whether it has more bytes now."""
        return bool(self.old_bytes and self.new_bytes and self.new_bytes > GROWN * self.old_bytes)

    @property
    def slower(self) -> bool:
        """Return whether it took longer."""
        old, new = self.old_seconds, self.new_seconds
        return old is not None and new is not None and new - old >= SECONDS and new > SLOWER * old


def reuse(old: pd.DataFrame, new: pd.DataFrame) -> Reuse:
    """Return what became of the layers of the new side."""
    old_layers = set(old["layer"][old["state"].isin(DONE)])
    sizes = new["bytes_total"].fillna(new["bytes_done"]).fillna(0)
    pushed = new["state"].eq("pushed")
    is_old = new["layer"].isin(old_layers)
    return Reuse(
        reused=new["layer"][new["state"].isin(("exists", "mounted"))].nunique(),
        again=new["layer"][pushed & is_old].nunique(),
        again_bytes=int(sizes[pushed & is_old].sum()),
        new=new["layer"][pushed & ~is_old].nunique(),
        new_bytes=int(sizes[pushed & ~is_old].sum()),
        gone=len(set(old["layer"]) - set(new["layer"])),
    )


def changes(old: pd.DataFrame, new: pd.DataFrame) -> tuple[LayerChange, ...]:
    """Return the layers of two pushes that belong together and grew or got slower."""
    return tuple(change for change in _pairs(_rows(old), _rows(new)) if change.grown or change.slower)


def _rows(layers: pd.DataFrame) -> list[dict[str, object]]:
    cells = layers.sort_values("position").astype(object)
    return [{str(k): v for k, v in row.items()} for row in cells.where(cells.notna(), None).to_dict("records")]


def _pairs(old: list[dict[str, object]], new: list[dict[str, object]]) -> Iterator[LayerChange]:
    ids = {row["layer"]: row for row in old}
    by_instruction = {row["created_by"]: row for row in old if row["created_by"]}
    matched_ids = {row["layer"] for row in new if row["layer"] in ids}
    for index, row in enumerate(new):
        if row["layer"] in ids:
            yield _change(ids[row["layer"]], row, "id")
        elif row["created_by"] in by_instruction and by_instruction[row["created_by"]]["layer"] not in matched_ids:
            yield _change(by_instruction[row["created_by"]], row, "instruction")
        elif len(old) == len(new) and old[index]["layer"] not in matched_ids and old[index]["basis"] == row["basis"]:
            yield _change(old[index], row, "place")


def _change(old: dict[str, object], new: dict[str, object], matched: str) -> LayerChange:
    return LayerChange(
        old=str(old["layer"]),
        new=str(new["layer"]),
        matched=matched,
        created_by=str(new["created_by"]) if new["created_by"] else None,
        old_bytes=_whole(old["bytes_total"]),
        new_bytes=_whole(new["bytes_total"]),
        old_seconds=_seconds(old),
        new_seconds=_seconds(new),
    )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _seconds(row: dict[str, object]) -> float | None:
    start, end = row["start"], row["end"]
    return round(end - start, 3) if isinstance(start, float) and isinstance(end, float) else None
