"""Limits that a user sets: how they are written on the command line."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake.limits import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable

# Each key with the field that it sets and how much of that its number counts.
_KEYS = {"size": ("log_bytes", 1 << 20), "pushes": ("pushes", 1), "layers": ("layers", 1), "findings": ("findings", 1)}
# A week: timers take no time without end, and NaN is none.
LONGEST = 7 * 86400
_FORMS = "size=MIB, pushes=N, layers=N or findings=N"


def parse_limits(texts: Iterable[str], seconds: float | None = None) -> Limits:
    """The usual limits but for these. Raises InputError for what is none."""
    fields: dict[str, int] = {}
    for text in texts:
        key, _, value = text.partition("=")
        if key not in _KEYS:
            raise InputError(f"--limit {text!r} is not understood; it takes {_FORMS}")
        if not re.fullmatch(r"[1-9][0-9]{0,8}", value):
            raise InputError(f"--limit {text!r}: a whole number from 1 on is needed, as in {_FORMS}")
        field, unit = _KEYS[key]
        fields[field] = int(value) * unit
    return replace(LIMITS, seconds=None if seconds is None else time_limit(seconds), **fields)


def time_limit(seconds: float) -> float:
    """Return a limit of time that the system's timers take. Raises InputError."""
    if not 0 < seconds <= LONGEST:
        raise InputError(f"--time-limit {seconds:g}: seconds up to {LONGEST:,} are needed")
    return seconds
