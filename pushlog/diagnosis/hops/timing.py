"""One clock for all logs of the other side: how far each host's clock is off, and the rows by one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from pushlog.formats.other_side.table import SideTable

# A difference below this is how late lines are written, not how far clocks are apart.
_LEAST = 2.0
# Zones are whole quarters of an hour.
_QUARTER = 900.0


def clock_offsets(table: SideTable) -> dict[int, float]:
    """Return for each file the seconds by which its clock is ahead of that of the first; none where nothing joins them.

    Two clocks are compared by what stands in both logs: the last line of each upload, or of each blob.
    """
    frame = table.frame
    dated = frame[frame["at"].notna()]
    lasts = {
        int(str(file)): {
            key: rows.groupby(key)["at"].max() for key in ("upload", "digest") for rows in [part[part[key] != ""]]
        }
        for file, part in dated.groupby("file")
    }
    order = sorted(lasts, key=lambda file: _weight(dated[dated["file"] == file]), reverse=True)
    offsets: dict[int, float] = {}
    for file in order:
        if not offsets:
            offsets[file] = 0.0
            continue
        differences = [
            d + offsets[other] for other in list(offsets) for d in _differences(lasts[file], lasts[other]).tolist()
        ]
        if differences:
            has_zone = bool(dated.loc[dated["file"] == file, "has_zone"].all())
            offsets[file] = _offset(float(np.median(differences)), has_zone=has_zone)
    return offsets


def _weight(rows: pd.DataFrame) -> tuple[bool, int]:
    """Return what makes a clock one to compare others with: a zone, and fractions of a second in many lines."""
    return bool(rows["has_zone"].all()), int((rows["at"] % 1 != 0).sum())


def _differences(one: dict[str, pd.Series], other: dict[str, pd.Series]) -> pd.Series:
    for key in ("upload", "digest"):
        both = (one[key] - other[key]).dropna()
        if len(both):
            return both
    return one["upload"].iloc[:0]


def _offset(median: float, *, has_zone: bool) -> float:
    """Return a difference of clocks; of one whose lines name no zone, what is more than whole quarters counts alone."""
    if abs(median) < _LEAST:
        return 0.0
    if not has_zone and abs(median - round(median / _QUARTER) * _QUARTER) < _LEAST:
        return round(median / _QUARTER) * _QUARTER
    return round(median, 3)


def timed(table: SideTable, offsets: dict[int, float]) -> pd.DataFrame:
    """Return the table with columns by one clock: `when` a line was written, and `since` its request began."""
    frame = table.frame.copy()
    ahead = frame["file"].map(offsets).fillna(0.0)
    frame["when"] = frame["at"] - ahead
    started = np.array([_started(state) for state in frame["state"]], dtype=np.float64)
    own_begin = frame["begin"] - ahead
    # The time in an upload's URL is when it began, by the registry; its body came right after that.
    frame["since"] = own_begin.where(own_begin.notna(), np.where(np.isnan(started), frame["when"], started))
    frame["since"] = frame[["since", "when"]].min(axis=1)
    return frame


def _started(state: object) -> float:
    from pushlog.formats.other_side.moments import rfc3339
    from pushlog.formats.upload_state import UploadState

    if not isinstance(state, UploadState) or state.offset:
        return float("nan")
    return rfc3339(state.started) or float("nan")
