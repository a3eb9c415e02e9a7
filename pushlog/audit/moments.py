"""When pushes were: the moments of a table, as far as they can be believed, and who says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from pushlog.faults import UserError

if TYPE_CHECKING:
    from pushlog.audit.frames import Frames

FILE, ARCHIVE, PATH = "file", "archive", "path"
# Words of the clock itself: what it says of the hour holds too.
CLOCKS = ("stamps", "recording", "registry")
# Logs that a checkout or an archiver wrote have the times of that, one right after the other.
_COPIED, _FEW = pd.Timedelta(seconds=2), 5
_AGO = re.compile(r"(\d{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_DAY = 10


def moments(texts: pd.Series, by: pd.Series, log: pd.Series) -> pd.DataFrame:
    """Return `moment` in UTC or NaT, `by` and `exact`: whether the hour is known. A time without a zone is UTC.

    Times of files and archive members that were written one right after the other tell when they were copied, not
    when the pushes were: they are not believed.
    """
    moment = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")
    kept = moment.notna()
    for kind in (FILE, ARCHIVE):
        of_kind = kept & by.eq(kind)
        times = moment[of_kind].groupby(log[of_kind]).first().sort_values()
        if len(times) >= _FEW and times.diff().median() < _COPIED:
            kept &= ~of_kind
    exact = kept & by.isin(CLOCKS) & texts.str.len().gt(_DAY).fillna(value=False)
    return pd.DataFrame({"moment": moment.where(kept), "dated_by": by.where(kept), "exact": exact})


def utc(texts: list[object]) -> pd.Series[Any]:
    """Return moments of a column in UTC, without a zone; a time without a zone is UTC."""
    series = pd.Series(texts, dtype="object")
    moment: pd.Series[Any] = pd.to_datetime(series, utc=True, format="ISO8601", errors="coerce").dt.tz_localize(None)
    return moment


def since(frames: Frames, moment: pd.Timestamp) -> Frames:
    """Return the tables with the pushes from a moment on, and without logs that are older or have only older pushes."""
    from pushlog.audit.frames import Frames

    pushes = frames.pushes[frames.pushes["moment"] >= moment]
    written = pd.to_datetime(frames.sources["dated"], utc=True, format="ISO8601", errors="coerce")
    gone = set(frames.pushes["log"]) - set(pushes["log"])
    old = frames.sources["log"].isin(gone) | (written < moment) & ~frames.sources["log"].isin(set(pushes["log"]))
    keys = pushes[["log", "push"]]
    return Frames(
        sources=frames.sources[~old].reset_index(drop=True),
        pushes=pushes.reset_index(drop=True),
        layers=frames.layers.merge(keys, on=["log", "push"]),
        findings=frames.findings.merge(keys, on=["log", "push"]),
    )


def parsed_since(text: str, now: pd.Timestamp | None = None) -> pd.Timestamp:
    """Return the moment that `--since` names: a date, a time, or `36h`, `30d`, `4w` ago. Raises UserError."""
    if match := _AGO.fullmatch(text.strip()):
        return (now or pd.Timestamp.now("UTC")) - pd.Timedelta(hours=int(match[1]) * _HOURS[match[2]])
    moment = pd.to_datetime(text.strip(), utc=True, format="ISO8601", errors="coerce")
    if not isinstance(moment, pd.Timestamp):
        raise UserError(
            f"--since {text}: is neither a date (2026-10-01, 2026-10-01T08:00Z) nor a time ago (36h, 30d, 4w)"
        )
    return moment
