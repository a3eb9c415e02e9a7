"""Records that one program wrote one after another: what differs between them is cut out of many at once.

Reading each as JSON takes ten times as long as finding what it says. A block of records that is not written exactly as
the first one was is left to a reader of JSON.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

from pushlog.intake.unwrap.exports.json_cursor import utf8
from pushlog.intake.unwrap.exports.paths import TOKEN, Place, value_at
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import Int64
    from pushlog.intake.unwrap.exports.paths import Path

_STRING, _WORD = rb'[^"\\\x00-\x1f]*', rb"true|false|null"
_NUMBER = rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"
# What reads a value sees whether it is a number.
_ANY_NUMBER = rb"[\d.eE+-]+"
# Stands behind each text: a character that neither they nor what stands around them may have.
END = b"\x7f"
# Longer records, or such with more values, are read as JSON.
_LONGEST, _MOST = 1 << 14, 60


@record
class RecordBlock:
    """The records of a block: their texts as UTF-8, each with an END behind it, and each value as it is written."""

    texts: bytes
    values: list[list[bytes]]


@record
class RecordTemplate:
    """How records are written one after another: `between` stands from the text of one to that of the next.

    `head`, `tail`: what stands before and behind the text of the sample; `places`: which group of `between` each value
    is; `first_in_head`: the first group that stands before a text; `encoding`, `separator`: see `of`.
    """

    between: re.Pattern[bytes]
    head: bytes
    tail: bytes
    places: tuple[int, ...]
    first_in_head: int
    encoding: tuple[str, str]
    separator: bytes

    @classmethod
    def of(
        cls,
        line: bytes,
        text: Path,
        values: Sequence[Path] = (),
        *,
        fixed: Sequence[Path] = (),
        encoding: tuple[str, str] = ("ascii", "surrogateescape"),
        separator: bytes = b"\n",
    ) -> RecordTemplate | None:
        """Return the template of a record, None for one that can't have one.

        `text`: the path to its text; `values`: to numbers and to strings without escapes; `fixed`: to values that are
        the same in all records; `encoding`: how bytes become a text, and what becomes of those that are none;
        `separator`: what stands behind each record, a line feed or what divides the members of a list.
        """
        if len(line) > _LONGEST:
            return None
        writer = _Writer(line, text, values, fixed)
        if writer.start is None or len(writer.parts) > _MOST or None in writer.places:
            return None
        head, tail = b"".join(writer.parts[: writer.split]), b"".join(writer.parts[writer.split :])
        in_tail = sum(place >= writer.first_in_tail for place in writer.places if place is not None)
        in_head = writer.first_in_tail
        # The groups of the tail come first.
        places = tuple(
            place - in_head if place >= in_head else place + in_tail for place in writer.places if place is not None
        )
        template = cls(
            between=re.compile(tail + re.escape(separator) + head),
            head=line[: writer.start],
            tail=line[writer.stop :],
            places=places,
            first_in_head=in_tail,
            encoding=encoding,
            separator=separator,
        )
        return template if template._reads(line, text) else None

    def _reads(self, line: bytes, text: Path) -> bool:
        block = self.read(line + self.separator)
        if block is None:
            return False
        try:
            value = value_at(json.loads(line.decode(*self.encoding)), text)
            return isinstance(value, str) and utf8(value) + END == block.texts
        except (ValueError, RecursionError):
            return False

    def read(self, block: bytes) -> RecordBlock | None:
        """Return what the records of a block say; None where one of them is written otherwise.

        A separator stands behind each of them, also behind the last.
        """
        pieces = self.between.split(self.tail + self.separator + block + self.head)
        step = self.between.groups + 1
        escaped = pieces[step:-1:step]
        count = len(escaped)
        # Records of another kind would be part of a text, where a line feed and quotes are no JSON.
        if not count or pieces[0] or pieces[-1]:
            return None
        escaped.append(b"")
        joined = END.join(escaped)
        # A backslash before the end of a text would be one of an escape that goes on behind it.
        if joined.find(b"\\" + END) >= 0:
            return None
        try:
            decoded = json.loads(f'"{joined.decode(*self.encoding)}"')
            texts = decoded.encode() if self.encoding[1] == "strict" else utf8(decoded)
        except (ValueError, RecursionError):
            return None
        if texts.count(END) != count:
            return None
        values = [
            pieces[1 + place :: step][1:] if place < self.first_in_head else pieces[1 + place :: step][:-1]
            for place in self.places
        ]
        return RecordBlock(texts=texts, values=values)


def ends_of(texts: bytes) -> Int64:
    """Return the offsets of the ENDs in the texts of a block."""
    return np.flatnonzero(np.frombuffer(texts, dtype=np.uint8) == END[0])


class _Writer:
    """Writes the parts of an expression for a record; `split`: how many of them stand before its text.

    `start`, `stop`: where the text stands in the sample; `places`: the number of the group of each value.
    """

    def __init__(self, line: bytes, text: Path, values: Sequence[Path], fixed: Sequence[Path]) -> None:
        self.parts: list[bytes] = []
        self.split = 0
        self.start: int | None = None
        self.stop = 0
        self.places: list[int | None] = [None] * len(values)
        self.first_in_tail = 0
        self._values = list(values)
        self._fixed = set(fixed)
        self._groups = 0
        place, last = Place(), 0
        for token in TOKEN.finditer(line):
            self._between(line[last : token.start()], tuple(place.steps))
            last = token.end()
            is_value = place.read(token[0])
            path = tuple(place.steps)
            if is_value and path == text and self.start is None:
                self.start, self.stop = token.start() + 1, token.end() - 1
                self.parts += [b'"', b'"']
                self.split = len(self.parts) - 1
                self.first_in_tail = self._groups
            elif is_value and path not in self._fixed:
                self.parts.append(b'"' + self._group(path, _STRING) + b'"')
            else:
                self.parts.append(re.escape(token[0]))
        self.parts.append(re.escape(line[last:]))

    def _between(self, text: bytes, path: Path) -> None:
        """Write what stands between two tokens: white space, or a value that is no string."""
        scalar = text.strip()
        if not scalar or path in self._fixed:
            self.parts.append(re.escape(text))
            return
        before, _, behind = text.partition(scalar)
        shape = _WORD if re.fullmatch(_WORD, scalar) else _ANY_NUMBER if path in self._values else _NUMBER
        self.parts.append(re.escape(before) + self._group(path, shape) + re.escape(behind))

    def _group(self, path: Path, shape: bytes) -> bytes:
        if path not in self._values:
            return b"(?:" + shape + b")"
        self.places[self._values.index(path)] = self._groups
        self._groups += 1
        return b"(" + shape + b")"
