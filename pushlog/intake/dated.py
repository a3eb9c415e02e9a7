"""When a log was written: by the times of its pushes, by a date in its path, or by the file's own time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Clock, Dated, DatedBy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DATE = lazy_pattern(r"(?<!\d)(20\d\d)([-_/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_HAS_ZONE = lazy_pattern(r"(?:Z|[+-]\d\d:\d\d)$")
# Tools that have no time for a file write the first one that their format knows.
_FIRST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC).timestamp()


def dated(
    began: Iterable[tuple[str | None, Clock]],
    name: str,
    path_parts: Mapping[str, str],
    modified: float | None,
    modified_by: DatedBy,
    *,
    registry: str | None = None,
) -> Dated:
    """Return when a log was written, and what says so.

    `began`: when its pushes began, and by which clock; `path_parts`: what the user's form of the path tells;
    `modified`: the time of the file in seconds since 1970, `modified_by`: whether an archive says so. `registry`: the
    first time by a registry's own clock.
    """
    for moment, clock in began:
        if moment is not None:
            by = DatedBy.RECORDING if clock is Clock.RECORDED else DatedBy.STAMPS
            # A time without its zone is only good for the day.
            return Dated(at=moment if _HAS_ZONE.search(moment) else moment[:10], by=by)
    if registry is not None:
        return Dated(at=registry, by=DatedBy.REGISTRY)
    day = _day(path_parts.get("date", "")) or _day(name)
    if day is not None:
        return Dated(at=day, by=DatedBy.PATH)
    if modified is not None and modified >= _FIRST:
        return Dated(at=dt.datetime.fromtimestamp(int(modified), dt.UTC).isoformat(), by=modified_by)
    return Dated()


def _day(text: str) -> str | None:
    """Return the last date in a text, as a day."""
    for match in reversed(list(_DATE.finditer(text))):
        try:
            return dt.date(int(match[1]), int(match[3]), int(match[4])).isoformat()
        except ValueError:
            continue
    return None
