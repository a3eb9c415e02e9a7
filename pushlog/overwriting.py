"""What a call reads is never what it writes over: a log that is gone tells nothing any more."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import OutputError
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable

STDIN = "-"


@record(slots=False, kw_only=False)
class _Place:
    """A name of a call, and what the system knows of the file; None where nothing is there yet."""

    name: str
    status: os.stat_result | None

    @cached_property
    def path(self) -> Path:
        """The path without links."""
        return Path(os.path.realpath(self.name))

    def is_of(self, source: _Place) -> bool:
        """Return whether this is the file that is read, or in the folder that is."""
        if self.status is None or source.status is None:
            return self.status is source.status and self.path == source.path
        if stat.S_ISDIR(source.status.st_mode):
            return self.path.is_relative_to(source.path)
        return os.path.samestat(self.status, source.status)


def refuse_inputs(targets: Iterable[str | None], inputs: Iterable[str]) -> None:
    """Refuse to write over what is read, whatever the file is called there. Raises OutputError.

    `targets`: paths, None for standard output. `inputs`: paths, `-` for standard input; a member of an archive stands
    for the archive, and a folder for all that is in it.
    """
    places = [place for target in targets if target is not None and (place := _place(target)) is not None]
    if not places:
        return
    for name in inputs:
        source = _place(name)
        clash = next((place for place in places if source is not None and place.is_of(source)), None)
        if clash is not None:
            source_name = "standard input" if name == STDIN else name
            what = "is read" if name == clash.name else f"is {source_name}, which is read"
            raise OutputError(f"{clash.name}: {what}, and would be written over: give the output another name")


def is_same(one: str, other: str) -> bool:
    """Return whether two names lead to the same file, or the second to a folder with it."""
    place, source = _place(one), _place(other)
    return place is not None and source is not None and place.is_of(source)


def _place(name: str) -> _Place | None:
    """Return what is known of a name; None for a device, a pipe, and what can't be a file."""
    try:
        status = os.fstat(0) if name == STDIN else _status(Path(name))
    except (OSError, ValueError):
        return None
    if status is None or stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return _Place(name, status)
    return None


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        # A member of an archive.
        return _status(path.parent)
