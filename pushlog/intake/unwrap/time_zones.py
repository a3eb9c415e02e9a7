"""Time zones as a user names them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from pushlog.faults import InputError
from pushlog.lazy_pattern import lazy_pattern

_OFFSET = lazy_pattern(r"([+-])(\d\d):?(\d\d)")


def zone(name: str) -> dt.tzinfo:
    """The zone called `Europe/Berlin`, `UTC` or `+02:00`. Raises InputError."""
    offset = _OFFSET.fullmatch(name)
    try:
        if offset:
            ahead = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return dt.timezone(-ahead if offset[1] == "-" else ahead)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, not a name, a folder of zones
        raise InputError(f"no time zone is called {name!r}; there are Europe/Berlin, UTC, +02:00 and such") from None
