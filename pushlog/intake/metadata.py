"""A file beside logs that says where they come from: what `gh run list --json`, an API or a table told of their runs.

A record belongs to a log when the log's path has its id as a folder or a file name, and the record's attempt if it has
one; or when the record names the file.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake.read import read
from pushlog.intake.unwrap.exports.json_cursor import JsonCursor, JsonError
from pushlog.intake.unwrap.exports.paths import parse_path, value_at
from pushlog.knowledge.origins import origins
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LARGEST = 64 << 20
WANTED = "a JSON list, JSON lines or CSV with a record for each run or job"
# A number of fewer digits may be anything in a path.
_SHORTEST = 3
_REF = lazy_pattern(r"refs/(?:heads|tags)/")
_NO_WORD = lazy_pattern(r"[\W_]+")

Record = dict[str, str]


@record(kw_only=False)
class Metadata:
    """The records of a side file, by what a path may have of them: an id, the name of a file, an address."""

    by_key: Mapping[str, Sequence[Record]]

    def parts(self, name: str, path_parts: Mapping[str, str]) -> Record:
        """Return the fields that the file tells of a log; none where no record, or more than one, belongs to it.

        `path_parts`: what the form of the path tells.
        """
        records = self._candidates(name, path_parts)
        attempts = set(_words(name)) | {path_parts.get("attempt", "")}
        exact = [record for record in records if record.get("attempt") in attempts]
        records = exact or records
        distinct = {tuple(sorted(record.items())): record for record in records}
        if len(distinct) != 1:
            return {}
        return {key: value for key, value in records[0].items() if key not in ("id", "attempt", "path")}

    def _candidates(self, name: str, path_parts: Mapping[str, str]) -> Sequence[Record]:
        ids = [path_parts[field] for field in ("run", "id") if field in path_parts]
        keys = ids or [word for word in _words(name) if len(word) >= _SHORTEST or not word.isdigit()]
        # The name of a file says more than that of a folder above it.
        return next((self.by_key[key] for key in reversed(keys) if key in self.by_key), ())


def read_metadata(path: str) -> Metadata:
    """Return the records of a file. Raises InputError."""
    source = read(path)
    if source.size > LARGEST:
        raise InputError(f"{path}: is larger than 64 MiB; expected {WANTED}")
    data = bytes(source.data[:])
    by_key: dict[str, list[Record]] = defaultdict(list)
    for value in _records(path, data):
        record = _record(value)
        for key in _keys(record):
            by_key[key].append(record)
    if not by_key:
        raise InputError(f"{path}: has no record with an id; expected {WANTED}")
    return Metadata(dict(by_key))


def _records(path: str, data: bytes) -> Iterator[object]:
    if data.lstrip()[:1] not in (b"{", b"["):
        text = data.decode("utf-8", "replace")
        yield from csv.DictReader(text.splitlines(), delimiter=_delimiter(text))
        return
    try:
        for _, _, value in JsonCursor(data).elements(()):
            yield from _flattened(json.loads(json.dumps(value).encode("utf-8", "replace")))
    except JsonError as error:
        raise InputError(f"{path}: {error}; expected {WANTED}") from None


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _flattened(value: object) -> Iterable[object]:
    """Return the records in a value: a list of them, or the one list in an answer of an API."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        if len(lists) == 1 and not any(key in value for key in ("id", "databaseId")):
            return lists[0]
    return [value]


def _record(value: object) -> Record:
    record: Record = {}
    for row in origins().metadata:
        if row.field in record or not isinstance(value, dict):
            continue
        if any(_text(value, key) is None for key in row.present) or any(key in value for key in row.absent):
            continue
        text = next((text for key in row.keys if (text := _text(value, key))), None)
        if text is not None:
            record[row.field] = _REF.sub("", text) if row.field == "ref" else text
    return record


def _text(value: object, key: str) -> str | None:
    item = value_at(value, parse_path(key))
    if isinstance(item, bool) or not isinstance(item, str | int):
        return None
    return str(item)


def _keys(record: Record) -> Iterator[str]:
    """Yield what a path may have of a record."""
    if "id" in record:
        yield record["id"]
    if "path" in record:
        yield record["path"].replace("\\", "/").rpartition("/")[2]
    if "run_url" in record:
        yield _NO_WORD.sub("_", record["run_url"]).strip("_")


def _words(name: str) -> list[str]:
    """Return the names of folders and of the file, whole and without their endings."""
    words: list[str] = []
    for part in name.replace("\\", "/").split("/"):
        pieces = part.split(".")
        stems = [".".join(pieces[:number]) for number in range(len(pieces), 0, -1)]
        words += [*(_NO_WORD.sub("_", stem).strip("_") for stem in stems), *stems]
    return [word for word in words if word]
