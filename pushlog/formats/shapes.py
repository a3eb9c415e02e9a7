"""The fast lane: rows that repeat by the million, read by their shapes.

A shape is a row with every digit written as `0`. A long push has millions of rows and a few hundred shapes, so the
pattern derived from the grammar looks at one row of each shape, and where it finds a field there, the field stands in
all rows of that shape. Everything else is columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pushlog.formats.events import Columns, Uint8
from pushlog.formats.figures import LONGEST_WAIT, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.intake.text import Int64

Uint64 = NDArray[np.uint64]

FIELDS = ("CURRENT", "TOTAL", "WAIT")
ID = 12
# Rows are read in stretches of about this many bytes: memory stays small and arrays stay in the cache.
CHUNK = 1 << 23
# A longer row is not one that repeats.
LONGEST = 400
# What follows the layer's digits in a message of the Engine: `"}`.
_AFTER_ID = 2
_MASK = np.arange(256, dtype=np.uint8)
_MASK[ord("0") : ord("9") + 1] = ord("0")
_HEX = np.zeros(256, dtype=bool)
_HEX[list(b"0123456789abcdef")] = True
_BYTES = np.array([(1 << 8 * n) - 1 for n in range(8)] + [2**64 - 1], dtype=np.uint64)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_CONTROL = re.compile(rb"(?:\x1b\[[0-9;?]*[A-Za-z])+ *")
_NOWHERE = (-1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A grammar's derived pattern, for a whole row; `kinds` pairs the groups of its kinds with codes."""

    pattern: re.Pattern[bytes]
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a shape means: the code of its kind, and where its fields stand, counted from its start."""

    kind: int
    spans: tuple[tuple[int, int], ...] = (_NOWHERE,) * len(FIELDS)


_MOVES = _Shape(-2)  # the cursor goes elsewhere: nothing to read
_OTHER = _Shape(-1)  # not of a lane

Shapes = dict[tuple[int, bytes], _Shape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The rows that were read, and the stretches of data, shape (n, 2), that hold something else."""

    columns: Columns
    others: Int64
    messages: int


def scan(data: bytes, lines: Lane, messages: Lane) -> Scan:
    """All rows of both lanes in the data, in order. A row ends where the next text begins."""
    shapes: Shapes = {}
    parts = [_chunk(data, low, high, (lines, messages), shapes) for low, high in _chunks(data)]
    table = np.concatenate([rows for rows, _, _ in parts])
    view: Uint8 = np.frombuffer(data, dtype=np.uint8)
    columns = Columns(
        start=table[:, 0],
        stop=table[:, 1],
        hexid=_hex(view, table[:, 2]),
        kind=table[:, 3].astype(np.int8),
        current=sizes(view, table[:, 4], table[:, 5]),
        total=sizes(view, table[:, 6], table[:, 7]),
        wait=np.minimum(sizes(view, table[:, 8], table[:, 9]), LONGEST_WAIT),
    )
    others = np.concatenate([others for _, others, _ in parts])
    return Scan(columns=columns, others=others, messages=sum(found for _, _, found in parts))


def _chunks(data: bytes) -> Iterator[tuple[int, int]]:
    """Stretches that end behind a line feed or a carriage return."""
    low = 0
    while low == 0 or low < len(data):
        high = min(low + CHUNK, len(data))
        if high < len(data):
            cut = max(data.rfind(b"\n", low, high), data.rfind(b"\r", low, high)) + 1
            high = cut or data.find(b"\n", high) + 1 or len(data)
        yield low, high
        low = max(high, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segments:
    """What stands between line ends and carriage returns: where, and what it may be (0 line, 1 message, 2 moves)."""

    padded: Uint8
    start: Int64
    stop: Int64
    lane: Int64


def _chunk(data: bytes, low: int, high: int, lanes: tuple[Lane, Lane], shapes: Shapes) -> tuple[Int64, Int64, int]:
    """Rows as start, stop, offset of the id, kind and fields, shape (n, 10); the others; how many rows are messages."""
    found = _segments(np.frombuffer(data, dtype=np.uint8, count=high - low, offset=low))
    kind = np.full(len(found.start), _OTHER.kind, dtype=np.int64)
    fields = np.full((len(found.start), 2 * len(FIELDS)), -1, dtype=np.int64)
    picked = np.flatnonzero(found.lane >= 0)
    members, firsts = _alike(found, picked)
    known = [_shape(data[low + s : low + e], found.lane[i], lanes, shapes) for i, s, e in _rows(found, picked[firsts])]
    same = members >= 0
    rows, members = picked[same], members[same]
    kind[rows] = np.array([shape.kind for shape in known], dtype=np.int64)[members]
    spans = np.array([shape.spans for shape in known], dtype=np.int64).reshape(len(known), 2 * len(FIELDS))[members]
    fields[rows] = np.where(spans >= 0, spans + found.start[rows, None] + low, -1)
    told = np.flatnonzero(kind != _MOVES.kind)
    begins = found.start[told] + low
    ends = np.append(begins[1:], high)[: len(begins)]
    read = kind[told] >= 0
    is_message = found.lane[told] == 1
    ids = np.where(is_message, found.stop[told] + low - ID - _AFTER_ID, begins)
    table = np.column_stack([begins, ends, ids, kind[told], fields[told]])[read]
    return table, _stretches(begins, found.stop[told] + low, read), int((is_message & read).sum())


def _rows(found: _Segments, rows: Int64) -> Iterator[tuple[int, int, int]]:
    yield from zip(rows.tolist(), found.start[rows].tolist(), found.stop[rows].tolist(), strict=True)


def _stretches(start: Int64, stop: Int64, read: NDArray[np.bool_]) -> Int64:
    """Neighbours that no lane reads, as one stretch each."""
    begins = ~read & np.insert(read[:-1], 0, True)[: len(read)]
    ends = ~read & np.append(read[1:], True)[: len(read)]
    return np.column_stack([start[begins], stop[ends]])


def _segments(view: Uint8) -> _Segments:
    breaks = np.flatnonzero((view == ord("\n")) | (view == ord("\r")))
    start = np.concatenate([[0], breaks + 1]).astype(np.int64)
    stop = np.concatenate([breaks, [len(view)]]).astype(np.int64)
    start, stop = start[stop > start], stop[stop > start]
    padded = np.zeros(len(view) + LONGEST + 8, dtype=np.uint8)
    padded[: len(view)] = view
    lane = np.full(len(start), -1, dtype=np.int64)
    first, short = padded[start], stop - start <= LONGEST
    line = np.flatnonzero((padded[start + ID] == ord(":")) & (padded[start + ID + 1] == ord(" ")) & short)
    lane[line[_all_hex(padded, start[line])]] = 0
    message = np.flatnonzero((first == ord("{")) & (padded[stop - 1] == ord("}")) & (stop - start > 2 * ID) & short)
    lane[message[_all_hex(padded, stop[message] - ID - _AFTER_ID)]] = 1
    lane[(first == 0x1B) & short] = 2
    return _Segments(padded=padded, start=start, stop=stop, lane=lane)


def _all_hex(padded: Uint8, start: Int64) -> NDArray[np.bool_]:
    good = np.ones(len(start), dtype=bool)
    for place in range(ID):
        good &= _HEX[padded[start + place]]
    return good


def _alike(found: _Segments, picked: Int64) -> tuple[Int64, Int64]:
    """For each picked segment the number of its shape, -1 for the rare one that only looks alike; a segment of each.

    The layer's digits are not part of a shape. Segments are told apart by a hash and then compared in full.
    """
    lane = found.lane[picked]
    base = found.start[picked] + np.where(lane == 0, ID, 0)
    size = found.stop[picked] - base - np.where(lane == 1, ID + _AFTER_ID, 0)
    masked = _MASK[found.padded]
    every = np.ndarray((len(masked) - 7,), dtype="<u8", buffer=masked, strides=(1,))
    words: list[Uint64] = []
    mixed = (size * 4 + lane).astype(np.uint64)
    for place in range(0, int(size.max(initial=0)), 8):
        word = every[base + np.minimum(place, size)] & _BYTES[np.clip(size - place, 0, 8)]
        words.append(word)
        mixed = (mixed ^ word) * _PRIME
        mixed ^= mixed >> np.uint64(29)
    _, firsts, members = np.unique(mixed, return_index=True, return_inverse=True)
    members = members.astype(np.int64)
    twin = firsts[members]
    same = (size == size[twin]) & (lane == lane[twin])
    for word in words:
        same &= word == word[twin]
    return np.where(same, members, -1), firsts.astype(np.int64)


def _shape(row: bytes, lane: int, lanes: tuple[Lane, Lane], shapes: Shapes) -> _Shape:
    """What the pattern of the lane reads in a row, kept for all rows of its shape."""
    cut = row[ID:] if lane == 0 else row[: -ID - _AFTER_ID] if lane == 1 else row
    key = (int(lane), cut.translate(bytes(_MASK)))
    if key not in shapes:
        shapes[key] = _meaning(row, int(lane), lanes)
    return shapes[key]


def _meaning(row: bytes, lane: int, lanes: tuple[Lane, Lane]) -> _Shape:
    if lane == 2:
        return _MOVES if _CONTROL.fullmatch(row) else _OTHER
    found = lanes[lane].pattern.fullmatch(row)
    if found is None:
        return _OTHER
    kind = next(code for name, code in lanes[lane].kinds.items() if found.start(name) >= 0)
    return _Shape(kind, tuple(found.span(field) for field in FIELDS))


def _hex(data: Uint8, start: Int64) -> Int64:
    """Twelve hexadecimal digits at each offset as a number."""
    number = np.zeros(len(start), dtype=np.int64)
    for place in range(ID):
        char = data[start + place].astype(np.int64)
        number = number * 16 + np.where(char >= ord("a"), char - ord("a") + 10, char - ord("0"))
    return number
