"""A JSON document read element by element, so that a large one is never in memory as a whole.

Bytes are decoded one to one (`surrogateescape`), so that offsets in the text are offsets in the data; `utf8` turns a
string value into its bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pushlog.intake.mapped import release_range
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.exports.paths import Step

# So many bytes are decoded at once.
_WINDOW = 1 << 20
# The next element behind some that were read elsewhere; often it is the only one that is decoded here.
_NEXT = 1 << 12
# One element of a list: a stream of Loki or a step's whole log, say.
LARGEST_ELEMENT = 64 << 20
_DECODER = json.JSONDecoder()
_BEGINNINGS = ("{", "[", '"')
_SPACE = lazy_pattern(r"[ \t\r\n]*")
# Some tools put a comma or a record separator (RFC 7464) between documents.
_BETWEEN = lazy_pattern(r"[ \t\r\n,\x1e]*")


class JsonError(ValueError):
    """The data is no JSON, or breaks off, from some offset on."""


class TooLargeError(JsonError):
    """One element of a list is larger than may be held."""


class JsonCursor:
    """A place in a sequence of JSON documents. `siblings`: what stands beside the list that is read, or above it.

    Such are labels, or the names of columns.
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        self._text = ""
        self._base = 0
        self._index = 0
        self.siblings: dict[str, object] = {}

    @property
    def offset(self) -> int:
        """Return the offset of the next byte."""
        return self._base + self._index

    def go_on(self, offset: int) -> None:
        """Go on at a later offset: behind members of the list that is read, which were read elsewhere."""
        ahead = offset - self._base
        if ahead <= len(self._text):
            self._index = ahead
        else:
            self._base, self._index = offset, 0
            self._text = self._data[offset : offset + _NEXT].decode("ascii", "surrogateescape")

    def elements(self, path: Sequence[Step]) -> Iterator[tuple[int, int, object]]:
        """Yield start, stop and value of each element that the path leads to, in order. Raises JsonError."""
        while self._next(_BETWEEN):
            yield from self._walk(tuple(path))

    def _walk(
        self, path: tuple[Step, ...], above: dict[str, object] | None = None
    ) -> Iterator[tuple[int, int, object]]:
        opening = self._next()
        if not path:
            start = self.offset
            value = self.value()
            yield start, self.offset, value
        elif path == (None,) and opening == "[":
            for _ in self._members("[", "]"):
                start = self._base + self._index
                value = self.value()
                yield start, self._base + self._index, value
        elif path[0] is None and opening == "[":
            for _ in self._members("[", "]"):
                yield from self._walk(path[1:], above)
        elif isinstance(path[0], str) and opening == "{":
            siblings: dict[str, object] = {}
            for _ in self._members("{", "}"):
                key = self.value()
                self._expect(":")
                if key == path[0]:
                    self.siblings = {**(above or {}), **siblings}
                    yield from self._walk(path[1:], self.siblings)
                else:
                    siblings[str(key)] = self.value()
        else:
            self.value()

    def _members(self, opening: str, closing: str) -> Iterator[None]:
        """Stop before each member of an array or object; the caller reads it."""
        self._expect(opening)
        if self._next() == closing:
            self._index += 1
            return
        while True:
            yield
            # Between the members of a compact list no white space has to be skipped.
            character = self._text[self._index : self._index + 1]
            if character != ",":
                character = self._next()
            if character not in (",", closing) or not character:
                raise JsonError(f"no JSON at offset {self.offset}")
            self._index += 1
            if character == closing:
                return

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise JsonError(f"no JSON at offset {self.offset}")
        self._index += 1

    def _next(self, skipped: re.Pattern[str] = _SPACE) -> str:
        """Return the next character that is not white space; empty at the end."""
        while True:
            match = skipped.match(self._text, self._index)
            self._index = match.end() if match else self._index
            if self._index < len(self._text):
                return self._text[self._index]
            if not self._grow():
                return ""

    def value(self) -> object:
        """Return the value that begins here. Raises JsonError."""
        if self._text[self._index : self._index + 1] not in _BEGINNINGS:
            self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._index)
            except RecursionError:
                raise JsonError("too many brackets inside brackets") from None
            except ValueError:
                end = len(self._text)
                if not self._is_cut():
                    raise JsonError(f"no JSON at offset {self.offset}") from None
            else:
                # A number could go on behind the window.
                if end < len(self._text) or not self._is_cut():
                    self._index = end
                    return value
            if end - self._index > LARGEST_ELEMENT:
                raise TooLargeError(f"the element at offset {self.offset} has more than 64 MiB")
            self._grow()

    def _is_cut(self) -> bool:
        """Return whether the data goes on behind the window."""
        return self._base + len(self._text) < len(self._data)

    def _grow(self) -> bool:
        """Decode more; the part before the place is dropped. Return whether there was more."""
        rest = len(self._text) - self._index
        start = self._base + len(self._text)
        part = self._data[start : start + max(_WINDOW, rest)]
        release_range(self._data, start, start + len(part))
        self._text = self._text[self._index :] + part.decode("ascii", "surrogateescape")
        self._base += self._index
        self._index = 0
        return bool(part)


def utf8(text: str) -> bytes:
    """Return the bytes of a string value; half of a surrogate pair becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Pairs that were escaped are whole by now; what is left are halves and single bytes.
        return b"".join(
            character.encode("utf-8", "surrogateescape" if "\udc80" <= character <= "\udcff" else "replace")
            for character in text
        )
