"""The logs of `--with` beside those of many clients: each process of an audit reads them once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.formats.other_side.shared import SharedTable
from pushlog.intake.side_files import side_files

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


def others(paths: tuple[str, ...], zone: dt.tzinfo | None) -> SharedTable | None:
    """Return what these logs tell of all pushes; None for no paths. Raises InputError."""
    return _read(paths, stamps(paths), zone) if paths else None


def stamps(paths: Sequence[str]) -> str:
    """Return what changes when one of these files does: a rotated or longer log may say more of a push."""
    stats = [(path, Path(path).stat()) for path in paths if Path(path).exists()]
    return "\0".join(f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats)


@lru_cache(maxsize=1)
def _read(paths: tuple[str, ...], _stamps: str, zone: dt.tzinfo | None) -> SharedTable:
    table = SharedTable(files=tuple(side_files(paths)), zone=zone)
    _ = table.whole
    return table
