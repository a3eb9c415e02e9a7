"""The columns of an audit's tables in little memory: blocks of small numbers, of bytes, and of numbers of words."""

from __future__ import annotations

import json
from importlib.util import find_spec
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from pushlog.audit.schema import Column

    Rows = NDArray[np.int64]

Block = TypeVar("Block")

# Cells of a block, which is packed when it is full; and rows that are read, written or converted at a time.
BLOCK, BATCH = 1 << 12, 5_000
# Columns whose texts are hardly ever the same: each is kept by itself.
_UNIQUE = frozenset({"sha256", "page", "digest", "began", "dated", "layer", "verdict", "tags", "run_url"})
_KINDS = (np.int8, np.int16, np.int32)
# The keys of pushes have the same type in all frames.
_KEYS = frozenset({"log"})
# No text is encoded like this.
_NOTHING = b"\xff"


class Cells(Generic[Block]):
    """The cells of one column, in the order in which they came."""

    def __init__(self) -> None:
        self._open: list[Any] = []
        self._blocks: list[Block] = []

    def append(self, value: object) -> None:
        """Add a cell; None is missing. No more can be added when some were read."""
        self._open.append(value)
        if len(self._open) == BLOCK:
            self._close()

    def values(self, rows: Rows) -> list[Any]:
        """Return the cells of these rows as they were added."""
        raise NotImplementedError

    def series(self, rows: Rows) -> pd.Series[Any]:
        """Return the cells of these rows as a column of a frame."""
        raise NotImplementedError

    def _packed(self, values: list[Any]) -> Block:
        raise NotImplementedError

    def _close(self) -> None:
        self._blocks.append(self._packed(self._open))
        self._open = []

    def _parts(self, rows: Rows) -> Iterator[tuple[NDArray[np.int64], Block, NDArray[np.int64]]]:
        """Yield the blocks that hold some of these rows: which of the rows, the block, and their places in it."""
        if self._open:
            self._close()
        numbers, places = np.divmod(rows, BLOCK)
        for number in np.unique(numbers).tolist():
            which = np.flatnonzero(numbers == number)
            yield which, self._blocks[number], places[which]


def _small(numbers: Sequence[float] | NDArray[Any]) -> NDArray[Any]:
    """Return numbers in the smallest type that holds them, one of them where all are the same."""
    packed = np.asarray(numbers)
    least, most = packed.min(), packed.max()
    if least == most:
        return packed[:1].copy()
    for kind in _KINDS if packed.dtype.kind == "i" else ():
        if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max:
            return packed.astype(kind)
    return packed


def _at(packed: NDArray[Any], places: NDArray[np.int64]) -> NDArray[Any]:
    return packed[places] if len(packed) > 1 else np.repeat(packed, len(places))


class Words:
    """What stands in many cells, once each: all columns of an audit share it. The first one is None."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {None: 0}
        self._words: list[object] = [None]

    def number(self, word: object) -> int:
        """Return the number of a text or of a list of texts."""
        key = tuple(word) if isinstance(word, list) else word
        number = self._numbers.setdefault(key, len(self._words))
        if number == len(self._words):
            self._words.append(word)
        return number

    def close(self) -> None:
        """Forget what is needed to add further ones."""
        self._numbers = {}

    def named(self, numbers: Iterable[int]) -> list[Any]:
        """Return the words of these numbers."""
        words = self._words
        return [words[number] for number in numbers]


class Repeated(Cells["NDArray[Any]"]):
    """A column of texts, or of lists of texts, of which the same come again and again."""

    def __init__(self, words: Words, *, is_category: bool) -> None:
        super().__init__()
        self._words, self._is_category = words, is_category

    def append(self, value: object) -> None:
        """Add a cell."""
        super().append(self._words.number(value))

    def values(self, rows: Rows) -> list[Any]:
        """Return the cells of these rows."""
        return self._words.named(self._numbers(rows).tolist())

    def series(self, rows: Rows) -> pd.Series[Any]:
        """Return a column of objects, or a category."""
        used, codes = np.unique(self._numbers(rows), return_inverse=True)
        words = _objects(self._words.named(used.tolist()))
        if not self._is_category:
            return pd.Series(words[codes], dtype="object")
        has_none = int(len(used) > 0 and used[0] == 0)
        codes = (codes - has_none).astype(np.min_scalar_type(-len(used) - 1))
        return pd.Series(pd.Categorical.from_codes(codes, pd.Index(words[has_none:], dtype="object")))

    def _packed(self, values: list[Any]) -> NDArray[Any]:
        return _small(values)

    def _numbers(self, rows: Rows) -> NDArray[np.int32]:
        numbers = np.empty(len(rows), np.int32)
        for which, block, places in self._parts(rows):
            numbers[which] = _at(block, places)
        return numbers


class Single(Cells["tuple[bytes, NDArray[Any]]"]):
    """A column of texts, or of lists of texts, that are hardly ever the same: their bytes one after the other."""

    def __init__(self, *, is_list: bool, dtype: str) -> None:
        super().__init__()
        self._is_list, self._dtype = is_list, dtype

    def values(self, rows: Rows) -> list[Any]:
        """Return the cells of these rows."""
        cells: list[Any] = [None] * len(rows)
        for which, (text, lengths), places in self._parts(rows):
            ends = [0, *accumulate(_at(lengths, np.arange(BLOCK if len(lengths) == 1 else len(lengths))).tolist())]
            for row, place in zip(which.tolist(), places.tolist(), strict=True):
                cells[row] = self._cell(text[ends[place] : ends[place + 1]])
        return cells

    def series(self, rows: Rows) -> pd.Series[Any]:
        """Return a column of objects, or of the strings of Arrow."""
        pieces = [self.values(rows[start : start + BATCH]) for start in range(0, max(len(rows), 1), BATCH)]
        if self._dtype == "object":
            return pd.Series(_objects([value for piece in pieces for value in piece]), dtype="object")
        return pd.concat([pd.Series(piece, dtype=self._dtype) for piece in pieces], ignore_index=True)

    def _packed(self, values: list[Any]) -> tuple[bytes, NDArray[Any]]:
        texts = [self._bytes(value) for value in values]
        return b"".join(texts), _small([len(text) for text in texts])

    def _bytes(self, value: str | list[str] | None) -> bytes:
        if value is None:
            return _NOTHING
        return (json.dumps(value) if isinstance(value, list) else value).encode("utf-8", "surrogatepass")

    def _cell(self, text: bytes) -> object:
        if text == _NOTHING:
            return None
        return json.loads(text) if self._is_list else text.decode("utf-8", "surrogatepass")


class Numbers(Cells["tuple[NDArray[Any], NDArray[Any]]"]):
    """A column of whole numbers, of real ones or of truths."""

    def __init__(self, dtype: str) -> None:
        super().__init__()
        self._dtype = dtype

    def values(self, rows: Rows) -> list[Any]:
        """Return the cells of these rows."""
        numbers, missing = self._taken(rows)
        cells = numbers.tolist()
        return [None if is_missing else cell for cell, is_missing in zip(cells, missing.tolist(), strict=True)]

    def series(self, rows: Rows) -> pd.Series[Any]:
        """Return a column of numbers."""
        numbers, missing = self._taken(rows)
        if self._dtype == _REAL:
            return pd.Series(np.where(missing, np.nan, numbers))
        array = pd.arrays.BooleanArray if self._dtype == _TRUTH else pd.arrays.IntegerArray
        return pd.Series(array(numbers, missing))

    def _packed(self, values: list[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        missing = _small([value is None for value in values])
        return _small(np.array([value or 0 for value in values], dtype=self._dtype)), missing

    def _taken(self, rows: Rows) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        numbers, missing = np.zeros(len(rows), self._dtype), np.zeros(len(rows), bool)
        for which, (block, lacks), places in self._parts(rows):
            numbers[which], missing[which] = _at(block, places), _at(lacks, places)
        return numbers, missing


_WHOLE, _REAL, _TRUTH = "int64", "float64", "bool"
_NUMBERS = {"int": _WHOLE, "float": _REAL, "bool": _TRUTH}


def cells(column: Column, words: Words, *, is_long: bool) -> Cells[Any]:
    """Return the empty cells of a column. `is_long`: its table has many rows to a push, and is compact as a frame."""
    is_list = column.type == "strings"
    if column.type in _NUMBERS:
        return Numbers(_NUMBERS[column.type])
    if column.name in _UNIQUE:
        return Single(is_list=is_list, dtype=_texts() if is_long and not is_list else "object")
    return Repeated(words, is_category=is_long and not is_list and column.name not in _KEYS)


def _texts() -> str:
    """Return the type of a long column of texts: that of Arrow takes a quarter of the memory of objects."""
    return "string[pyarrow]" if find_spec("pyarrow") is not None else "object"


def _objects(values: list[Any]) -> NDArray[np.object_]:
    """Return an array of objects, lists among them."""
    return np.fromiter(values, dtype=object, count=len(values))
