"""When pushes were: the moments of a table, as far as they can be believed, and who says so."""

from __future__ import annotations

from typing import Any

import pandas as pd

FILE, ARCHIVE, PATH = "file", "archive", "path"
# Words of the clock itself: what it says of the hour holds too.
CLOCKS = ("stamps", "recording", "registry")
# Logs that a checkout or an archiver wrote have the times of that, so many of them one right after the other.
_COPIED, _FEW = pd.Timedelta(seconds=2), 5
_DAY = 10


def moments(texts: pd.Series, by: pd.Series, log: pd.Series) -> pd.DataFrame:
    """Return `moment` in UTC or NaT, `dated_by`, `timed` and `exact`. A time without a zone is UTC.

    `timed`: it is known to the second and not only to the day; `exact`: and its hour is that of the push.

    Times of files and archive members that were written one right after the other tell when they were copied, not
    when the pushes were: they are not believed.
    """
    moment = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")
    kept = moment.notna()
    for kind in (FILE, ARCHIVE):
        of_kind = kept & by.eq(kind)
        times = moment[of_kind].groupby(log[of_kind]).first().sort_values()
        stretch = (times.diff() >= _COPIED).cumsum()
        copied = times.index[stretch.groupby(stretch).transform("size") >= _FEW]
        kept &= ~(of_kind & log.isin(copied))
    timed = kept & texts.str.len().gt(_DAY).fillna(value=False).astype(bool)
    exact = timed & by.isin(CLOCKS)
    return pd.DataFrame({"moment": moment.where(kept), "dated_by": by.where(kept), "timed": timed, "exact": exact})


def utc(texts: list[object]) -> pd.Series[Any]:
    """Return moments of a column in UTC, without a zone; a time without a zone is UTC."""
    series = pd.Series(texts, dtype="object")
    moment: pd.Series[Any] = pd.to_datetime(series, utc=True, format="ISO8601", errors="coerce").dt.tz_localize(None)
    return moment
