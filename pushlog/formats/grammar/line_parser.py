"""The lines of one dialect: a grammar for a line at a time, and where in a log its lines stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.formats.events import Mark
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.load import load_grammar
from pushlog.intake.log_text import Piece
from pushlog.intake.start_pattern import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lark import Lark

    from pushlog.intake.log_text import LogText
    from pushlog.intake.start_pattern import StartPattern

# A line of the dialect further than this below the last one belongs to something else, in bytes.
_REACH = 65536
# Above its first line a push can have the command that began it.
_ABOVE = 4
# The empty group that names a kind in a derived pattern; here only the whole matters.
_KIND = re.compile(r"\(\?P<\w+>\)")


# The only digits of a line that are words.
_HASH = "sha256:"
_DIGEST = re.compile(r"(?<=\0)[0-9a-f]{64}")
_ANY_DIGEST = "0" * 64
_DIGITS = {ord(digit): "0" for digit in "123456789"}
# More shapes than any log of one client has, and as long as lines that come again are.
_SHAPES = 10_000
_LENGTH = 400


@dataclass(frozen=True, slots=True)
class _Shape:
    """What lines of a shape mean: their kind, where their fields stand, and what they say of a layer."""

    kind: str
    fields: tuple[tuple[str, int, int], ...]
    state: str | None


@dataclass(frozen=True)
class LineParser:
    """A grammar of `grammars/`; an alias is the kind of a mark, a named terminal is a field of it.

    `starts`: the rules that it can be asked for, where it has others than `start`.
    """

    file: str
    starts: tuple[str, ...] = ()

    @property
    def grammar(self) -> Lark:
        """The compiled grammar."""
        return load_grammar(self.file, *self.starts)

    @cached_property
    def known(self) -> re.Pattern[str]:
        """What any line of the grammar looks like: spares Lark the noise around a push."""
        kinds = {rule.alias for rule in self.grammar.rules if rule.alias}
        text = regex.pattern(self.grammar, "start", fields=(), kinds=kinds)
        return re.compile(_KIND.sub("", text), re.ASCII)

    @cached_property
    def _shapes(self) -> dict[str, _Shape]:
        return {}

    def mark(self, piece: Piece) -> Mark | None:
        """The piece through the grammar; None when it is no line of the dialect.

        Lines that differ in digits or a digest alone mean the same, and some are printed by the thousand: each of their
        shapes is parsed once.
        """
        shape = self._shape(piece.text)
        if shape is None:
            return None
        fields = {name: piece.text[start:stop] for name, start, stop in shape.fields}
        if shape.state is not None:
            fields["STATE"] = shape.state
        return Mark(kind=shape.kind, start=piece.start, stop=piece.stop, line=piece.line, fields=fields)

    def _shape(self, text: str) -> _Shape | None:
        if len(text) > _LENGTH or "\0" in text:
            return self._parsed(text)
        key = text.replace(_HASH, "\0").translate(_DIGITS)
        if "\0" in key:
            key = _DIGEST.sub(_ANY_DIGEST, key)
        shape = self._shapes.get(key) or self._parsed(text)
        if shape is not None and len(self._shapes) < _SHAPES:
            self._shapes[key] = shape
        return shape

    def _parsed(self, text: str) -> _Shape | None:
        if not self.known.fullmatch(text):
            return None
        from lark import Token, Tree
        from lark.exceptions import LarkError

        try:
            tree = self.grammar.parse(text, start="start")
        except LarkError:
            return None
        tokens = tree.scan_values(lambda value: isinstance(value, Token))
        # What is imported from another grammar carries its name: `docker__pushing`.
        states = [_own(part.data) for part in tree.children if isinstance(part, Tree)]
        return _Shape(
            kind=str(tree.data),
            fields=tuple((_own(t.type), t.start_pos or 0, t.end_pos or 0) for t in tokens),
            state=states[-1] if states else None,
        )

    def line(self, text: str) -> Mark | None:
        """The same for one line of text; offsets and line are 0."""
        return self.mark(Piece(0, 0, 0, text.strip(" \t\r\n")))

    def marks(self, text: LogText, where: Sequence[StartPattern]) -> Iterator[Mark]:
        """Every line of the dialect in the stretches of a log that one of `where` is found in."""
        for low, high in stretches(text, where):
            yield from filter(None, map(self.mark, text.pieces(low, high)))


def _own(name: str) -> str:
    return str(name).rpartition("__")[2]


def stretches(text: LogText, where: Sequence[StartPattern]) -> Iterator[tuple[int, int]]:
    """Where the dialect may stand: around each place where an opening of it is found, near ones together."""
    low = high = -1
    for at in (at for part in text.parts for at in places(where, text.data, *part)):
        if at >= high:
            if high >= 0:
                yield low, high
            low = max(high, 0, text.start_of(max(1, text.line_of(at) - _ABOVE)))
        high = min(len(text.data), at + _REACH)
    if high >= 0:
        yield low, high
