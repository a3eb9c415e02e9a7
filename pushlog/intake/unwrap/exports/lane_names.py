"""What wrote a record of an export: a pod, a container, a stream; or no more than a process on a host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.exports.paths import parse_path, value_at
from pushlog.knowledge.exports import exports
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.unwrap.exports.paths import Path, Step

# What wrote a record: as a pod or container, as a part of a job or cluster, and as a process; empty where unknown.
Names = tuple[str, str, str]
NO_NAMES: Names = ("", "", "")
# A process is named beside the text, not in the labels of a stream.
_WRITER_PLACES = ("", "_source")
# Labels as the query languages of stores write them: `{app="ci", pod="web-1"}`.
_LABEL = lazy_pattern(r'([\w./-]{1,100})="([^"\n]{0,300})"')
_NO_WORD = lazy_pattern("[^a-z0-9]+")
# A file of a program, with or without a line, says where a record was written, not by what.
_SOURCE = lazy_pattern(r"\.(?:[ch]|cc|cpp|cs|go|java|js|kt|php|py|rb|rs|ts)(?::\d+)?$")
_LONGEST_NAME = 300
# Names are looked for so deep in a record.
_DEEPEST_NAME = 5
# A longer text is no set of labels.
_LONGEST_LABELS = 4000
# What may hold the names of the columns of a table lies this deep beside its rows.
_DEEPEST = 2
# After so many lists in a row that nothing names, none is looked at for other keys.
_TRIES = 64


def lane_name(item: object, paths: Sequence[Path]) -> str:
    """Return the values at these paths as one name."""
    values = (name_at(item, path) for path in paths)
    return "/".join(dict.fromkeys(str(value) for value in values if value is not None))


def name_at(item: object, path: Sequence[Step]) -> str | int | None:
    """Return the name that a path leads to, through labels however they are written; None for nothing."""
    value = item
    for position, step in enumerate(path):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, dict):
            value = value_at(value, path[position:])
            break
        elif isinstance(step, int):
            value = value_at(value, (step,))
        else:
            labels = _labels(value)
            value = None if labels is None else value_at(labels, path[position:])
            break
    # Stores that can hold several values of a field write each as a list.
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def _labels(value: object) -> dict[str, object] | None:
    """Return labels as an object: pairs of key and value, `key:value` in a list, or an object as text."""
    if isinstance(value, list):
        named = [item for item in value if isinstance(item, dict) and isinstance(item.get("key"), str)]
        if named:
            return {item["key"]: _scalar(item.get("value")) for item in named}
        tags = (item.partition(":") for item in value if isinstance(item, str))
        return {key: tag for key, colon, tag in tags if colon} or None
    if not isinstance(value, str) or value[:1] != "{" or len(value) > _LONGEST_LABELS:
        return None
    try:
        labels = json.loads(value)
    except (ValueError, RecursionError):
        return dict(_LABEL.findall(value)) or None
    return labels if isinstance(labels, dict) else None


def _scalar(value: object) -> object:
    """Return a value without the type that is written around it: `{"stringValue": "web-1"}`."""
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


@record
class NamePaths:
    """Where records name what wrote them: a pod, a container, a stream; the part of a job; a process on a host."""

    lane: tuple[Path, ...] = ()
    part: tuple[Path, ...] = ()
    writer: tuple[Path, ...] = ()

    @classmethod
    def of(cls, records: Sequence[object]) -> NamePaths:
        """Return the paths in these records."""
        keys = exports()
        paths = (parse_path(f"{place}.{key}" if place else key) for place in _WRITER_PLACES for key in keys.writer_keys)
        return cls(
            lane=_paths(records, keys.lane_keys),
            part=_paths(records, keys.part_keys),
            writer=tuple(path for path in paths if any(name_at(item, path) is not None for item in records)),
        )

    def in_columns(self, names: Sequence[str]) -> NamePaths:
        """Return paths into the rows of a table that lead where these lead in objects with these keys."""
        lane, part, writer = (tuple(in_columns(path, names) for path in group) for group in self.groups)
        return NamePaths(lane=lane, part=part, writer=writer)

    @property
    def groups(self) -> tuple[tuple[Path, ...], tuple[Path, ...], tuple[Path, ...]]:
        """The three kinds of paths."""
        return self.lane, self.part, self.writer

    def names(self, item: object) -> Names:
        """Return the names in a record."""
        return lane_name(item, self.lane), lane_name(item, self.part), lane_name(item, self.writer)


def with_above(above: Names, inside: Names) -> Names:
    """Return the names of a record with those that stand above all records of its list."""
    lane, part, writer = ("/".join(dict.fromkeys(filter(None, pair))) for pair in zip(above, inside, strict=True))
    return lane, part, writer


def _paths(records: Sequence[object], keys: Sequence[str]) -> tuple[Path, ...]:
    """Return the paths in records to a name under one of these keys, the most usual key first."""
    ranks: dict[Path, int] = {}
    for item in records:
        for path in _names_in(item, ()):
            last = _plain(path[-1])
            words = (last, _plain(path[-2]) + last) if path[1:] else (last,)
            rank = next((keys.index(word) for word in words if word in keys), None)
            if rank is not None:
                ranks.setdefault(path, rank)
    return tuple(sorted(ranks, key=ranks.__getitem__))


def _plain(key: Step) -> str:
    """Return a key without what its writing adds: `k8s.podName`, `k8s_pod_name` are one."""
    return _NO_WORD.sub("", str(key).lower())


def _names_in(value: object, path: Path) -> Iterator[Path]:
    """Yield the paths to the texts of a record that can be names."""
    labels = value if isinstance(value, dict) else _labels(value)
    if labels is not None:
        for key, item in labels.items() if len(path) < _DEEPEST_NAME else ():
            yield from _names_in(item, (*path, key))
    elif path:
        name = name_at(value, ())
        if isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and not _SOURCE.search(name):
            yield path


class NamesAbove:
    """The names of what wrote all records of a list, by what stands beside the list or above it."""

    def __init__(self) -> None:
        self._paths = NamePaths()
        self._tries = _TRIES

    def of(self, beside: object) -> Names:
        """Return what this names; most lists of a document name it at the same places."""
        names = self._paths.names(beside)
        if not names[0] and self._tries:
            self._tries -= 1
            self._paths = NamePaths.of([beside])
            names = self._paths.names(beside)
        return names


def column_names(beside: object, width: int, depth: int = 0) -> tuple[str, ...] | None:
    """Return the names of the columns of a table, which stand beside its rows; None for rows without names."""
    if isinstance(beside, dict) and depth <= _DEEPEST:
        candidates = (column_names(value, width, depth + 1) for value in beside.values())
        return next((names for names in candidates if names), None)
    if not isinstance(beside, list) or len(beside) != width:
        return None
    names = [item.get("name") if isinstance(item, dict) else item for item in beside]
    texts = tuple(name for name in names if isinstance(name, str))
    return texts if len(texts) == width == len(set(texts)) else None


def in_columns(path: Path, names: Sequence[str]) -> Path:
    """Return a path into a row of a table that leads where this one leads in an object with these keys."""
    for length in range(len(path), 0, -1):
        key = ".".join(map(str, path[:length]))
        if key in names:
            return (names.index(key), *path[length:])
    return path
