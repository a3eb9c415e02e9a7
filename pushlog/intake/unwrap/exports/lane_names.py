"""What wrote a record of an export: a pod, a container, a stream; or no more than a process on a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.unwrap.exports.paths import Path, parse_path, value_at
from pushlog.knowledge.exports import exports

if TYPE_CHECKING:
    from collections.abc import Sequence

# A process is named beside the text, not in the labels of a stream.
_WRITER_PLACES = ("", "_source")


def lane_name(record: object, paths: Sequence[Path]) -> str:
    """Return the values at these paths as one name."""
    values = (value_at(record, path) for path in paths)
    return "/".join(dict.fromkeys(str(value) for value in values if isinstance(value, str | int)))


def lane_paths(records: Sequence[object]) -> tuple[Path, ...]:
    """Return where records name what wrote them: a pod, a container, a stream of a log group."""
    if not records:
        return ()
    exported = exports()
    paths = _paths(records, exported.lane_places, exported.lane_keys)
    return tuple(path for path in paths if any(isinstance(value_at(record, path), str) for record in records))


def writer_paths(records: Sequence[object]) -> tuple[Path, ...]:
    """Return where records name the process and host that wrote them; where these are one, the part of a job."""
    if not records:
        return ()
    exported = exports()
    writers = _paths(records, _WRITER_PLACES, exported.writer_keys)
    if len({lane_name(record, writers) for record in records}) > 1:
        return writers
    return (*writers, *_paths(records, exported.lane_places, exported.part_keys))


def _paths(records: Sequence[object], places: Sequence[str], keys: Sequence[str]) -> tuple[Path, ...]:
    paths = (parse_path(f"{place}.{key}" if place else key) for place in places for key in keys)
    return tuple(path for path in paths if any(isinstance(value_at(record, path), str | int) for record in records))
