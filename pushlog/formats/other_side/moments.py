"""The times of other logs, as seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from pushlog.lazy_pattern import lazy_pattern

_GO_PART = lazy_pattern(r"([\d.]+)(ns|us|µs|μs|ms|s|m|h)")
_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_NCSA = lazy_pattern(r"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(\.\d+)?(?: ([+-])(\d\d)(\d\d))?")
_SLASHES = lazy_pattern(r"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)")
_HTTPD = lazy_pattern(r"\w{3} (\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(\.\d+)? (\d{4})")


@lru_cache(maxsize=4096)
def ncsa(stamp: str, zone: dt.tzinfo | None) -> tuple[float | None, bool]:
    """Return the time of `29/Nov/2026:01:38:08 +0000`, and whether it names its zone; `zone`: if it names none."""
    match = _NCSA.fullmatch(stamp)
    if match is None or match[2] not in _MONTHS:
        return None, False
    day, month, year, hour, minute, second, part, sign, hours, minutes = match.groups()
    offset: dt.tzinfo = zone or dt.UTC
    if sign:
        offset = dt.timezone((1 if sign == "+" else -1) * dt.timedelta(hours=int(hours), minutes=int(minutes)))
    whole = _moment(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), offset)
    return (None if whole is None else whole + float(part or 0)), bool(sign)


def slashes(stamp: str, zone: dt.tzinfo | None) -> float | None:
    """Return the time of `2026/11/29 01:38:08`."""
    match = _SLASHES.fullmatch(stamp)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    return _moment(year, month, day, hour, minute, second, zone or dt.UTC)


def httpd(stamp: str, zone: dt.tzinfo | None) -> float | None:
    """Return the time of `Sun Nov 29 02:59:51.929368 2026`."""
    match = _HTTPD.fullmatch(stamp)
    if match is None or match[1] not in _MONTHS:
        return None
    month, day, hour, minute, second, part, year = match.groups()
    whole = _moment(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), zone or dt.UTC)
    return None if whole is None else whole + float(part or 0)


def rfc3339(stamp: str) -> float | None:
    """Return the time of RFC 3339, with up to nine digits of a second as Go prints them; None for any other text."""
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", stamp, count=1))
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (OverflowError, ValueError):
        return None


def go_seconds(text: str) -> float | None:
    """Return the seconds of a duration as Go prints it: `3.6ms`, `1m2s`; None for any other text."""
    parts = _GO_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    try:
        return sum(float(number) * _GO_UNITS[unit] for number, unit in parts)
    except ValueError:
        return None


def _moment(  # noqa: PLR0917 - the parts of a date, in order
    year: int, month: int, day: int, hour: int, minute: int, second: int, zone: dt.tzinfo
) -> float | None:
    try:
        return dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).timestamp()
    except (ValueError, OverflowError):
        return None
