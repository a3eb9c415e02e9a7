"""The files of stored results, read back: what is damaged or was written by somebody else is read again, not believed.

A folder of results can come with a checkout. Nothing in it is followed out of the folder, unpacked without bound, or
put into a page before it was checked against the schema.
"""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from pushlog.audit.schema import TABLES, VERSION, is_required
from pushlog.intake.decompress import Unpacked, gzip_stream
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Outcome, Severity
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pushlog.audit.rows import Row
    from pushlog.audit.schema import Column

# Bytes of one part, unpacked. A unit of ordinary logs has a few megabytes of results; `store.py` writes no more.
LARGEST = 128 << 20
_CHUNK = 1 << 20
# A part is closed before it becomes larger than may be read back.
_CLOSED = LARGEST // 2
_ENDING = ".jsonl.gz"
# One of several parts of a unit.
_PIECE = lazy_pattern(r"-\d+-of-(\d+)\.jsonl\.gz$")
_HASH = lazy_pattern(r"[0-9a-f]{64}")
_PAGE = lazy_pattern(r"push/[0-9a-f]{16}-[0-9]{1,6}\.html")
_MOMENT = lazy_pattern(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?")
_FINGERPRINT = lazy_pattern(r"[0-9a-f]{12}-[0-9a-f]{6}")
_MOST = 2**63 - 1
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "moment": (str,),
    "strings": (list,),
}
_WORDS = {
    "status": {"read", "no-push", "partial", "unreadable", "skipped", "duplicate"},
    "outcome": {member.value for member in Outcome},
    "severity": {member.value for member in Severity},
}


class _DamagedError(ValueError):
    """A line is not what an audit writes."""


@record(kw_only=False)
class Identity:
    """The log that a line is about."""

    label: str
    size: int | None
    stamp: str | None
    member: str
    sha256: str | None


def regular_files(folder: Path, pattern: str) -> list[Path]:
    """Return the regular files of a folder by name; none when the folder itself is a link."""
    if folder.is_symlink():
        return []
    return sorted(path for path in folder.glob(pattern) if stat.S_ISREG(path.lstat().st_mode))


def divided(unit: str, lines: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the names of the parts of a unit, each with its lines: few enough to be read back."""
    sizes = np.cumsum([len(line) for line in lines])
    edges = [0, *(np.flatnonzero(np.diff(sizes // _CLOSED)) + 1).tolist(), len(lines)]
    for number, (start, stop) in enumerate(pairwise(edges), 1):
        piece = f"-{number}-of-{len(edges) - 1}" if len(edges) > 2 else ""
        yield f"{unit}{piece}{_ENDING}", lines[start:stop]


def unit(name: str) -> str:
    """Return the unit that a part is of, by its name."""
    return _PIECE.sub("", name).removesuffix(_ENDING)


def complete(paths: Sequence[Path]) -> list[Path]:
    """Return the parts without those of a unit of which some are missing: the audit was killed between them."""
    there = Counter(unit(path.name) for path in paths)
    pieces = [_PIECE.search(path.name) for path in paths]
    return [p for p, piece in zip(paths, pieces, strict=True) if not piece or there[unit(p.name)] == int(piece[1])]


def read_part(path: Path) -> tuple[str | None, list[bytes]]:
    """Return who wrote a part and its lines below the first; nothing of a damaged one or of another version."""
    try:
        first, *lines = _unpacked(path).split(b"\n")[:-1]
        head = _json(first)
    except (OSError, EOFError, ValueError, zlib.error):
        return None, []
    if not isinstance(head, dict) or head.get("schema") != VERSION or not isinstance(head.get("by"), str):
        return None, []
    return head["by"], lines


def _unpacked(path: Path) -> bytes:
    """Return the content of a part. Raises OSError, EOFError, zlib.error or ValueError."""
    # A link is not followed, and a pipe not waited for.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("not a regular file")
        reader, content = Unpacked(file, gzip_stream), bytearray()
        while piece := reader.read1(_CHUNK):
            content += piece
            if len(content) > LARGEST:
                raise ValueError("larger than any part")
    return bytes(content)


def identity(line: bytes) -> tuple[Identity, bool] | None:
    """Return the log that a line is about, and whether rows follow; None for a damaged line."""
    head, _, body = line.partition(b"\t")
    try:
        values = _json(head)
    except ValueError:
        return None
    match values:
        case [str() as label, None | int() as size, None | str() as stamp, str() as member, None | str() as digest]:
            if isinstance(size, bool) or (digest is not None and not _HASH.fullmatch(digest)):
                return None
            return Identity(label, size, stamp, member, digest), bool(body)
    return None


def rows(line: bytes) -> Mapping[str, list[Row]] | None:
    """Return the rows of a line by table; None for a damaged line."""
    try:
        tables = _json(line.partition(b"\t")[2])
        if not isinstance(tables, dict) or set(TABLES) - set(tables):
            return None
        checked = {table: list(_rows(table, tables[table])) for table in TABLES}
    except ValueError:
        return None
    return checked if len(checked["sources"]) == 1 else None


def _rows(table: str, values: object) -> Iterator[Row]:
    if not isinstance(values, list):
        raise _DamagedError
    width = len(TABLES[table])
    for row in values:
        if not isinstance(row, list) or len(row) > width:
            raise _DamagedError
        # Columns that were added since are not known.
        row.extend([None] * (width - len(row)))
        if not _fits(table, tuple(map(type, row))):
            raise _DamagedError
        _check(table, row)
        yield row


@cache
def _fits(table: str, types: tuple[type, ...]) -> bool:
    """Whether a row whose values have these types may stand in a table."""
    return all(
        kind in _TYPES[column.type] or (kind is type(None) and not is_required(column))
        for column, kind in zip(TABLES[table], types, strict=True)
    )


def _check(table: str, row: Row) -> None:
    """Check the values of a row whose types are right. Raises _DamagedError."""
    for index, column in _checked_columns(table):
        value = row[index]
        if value is None:
            continue
        if isinstance(value, int | float) and not -_MOST <= value <= _MOST:
            raise _DamagedError
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise _DamagedError
        if column.name in _WORDS and value not in _WORDS[column.name]:
            raise _DamagedError
        if isinstance(value, str) and (
            (column.type == "moment" and not _MOMENT.fullmatch(value))
            or (column.name == "fingerprint" and not _FINGERPRINT.fullmatch(value))
        ):
            raise _DamagedError
        if column.name == "page" and not (isinstance(value, str) and _PAGE.fullmatch(value)):
            raise _DamagedError


@cache
def _checked_columns(table: str) -> tuple[tuple[int, Column], ...]:
    """Return the columns of a table whose values can be wrong though their types are right, each with its place."""
    return tuple(
        (index, column)
        for index, column in enumerate(TABLES[table])
        if column.type not in ("string", "bool") or column.name in {*_WORDS, "fingerprint", "page"}
    )


def _json(text: bytes) -> object:
    """Return a JSON value that can be written again. Raises ValueError."""
    try:
        value: object = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise _DamagedError from None
    if b"\\ud" in text.lower():
        # Half of a character, escaped, can't be written.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(word: str) -> NoReturn:
    raise _DamagedError(word)
