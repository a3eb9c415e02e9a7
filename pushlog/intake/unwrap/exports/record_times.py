"""Where the time of a record stands: under a usual name, or wherever a value reads as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.unwrap.exports.clocks import iso_text
from pushlog.knowledge.exports import exports

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.intake.unwrap.exports.paths import Path

# A record is looked through this deep for its time.
_DEEPEST = 3


def find_time(record: object) -> Path | None:
    """Return the path to the time of a record: under a usual name, else the first value that reads as one."""
    if isinstance(record, list):
        return next(((place,) for place, value in enumerate(record) if iso_text(value) is not None), None)
    candidates = list(_times_in(record, (), _DEEPEST))
    keys = exports().time_keys
    ranked = sorted(candidates, key=lambda path: (_rank(_last_key(path), keys), len(path)))
    return ranked[0] if ranked else None


def _last_key(path: Path) -> str:
    return next(str(step) for step in reversed(path) if isinstance(step, str))


def _rank(key: str, keys: Sequence[str]) -> int:
    plain = key.lower()
    return keys.index(plain) if plain in keys else len(keys)


def _times_in(record: object, path: Path, deepest: int) -> Iterable[Path]:
    if not isinstance(record, dict):
        return
    for key, value in record.items():
        if isinstance(value, dict) and deepest > 1:
            yield from _times_in(value, (*path, key), deepest - 1)
        elif iso_text(value) is not None:
            yield (*path, key)
        elif isinstance(value, list) and len(value) == 1 and iso_text(value[0]) is not None:
            yield (*path, key, 0)
