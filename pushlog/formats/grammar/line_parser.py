"""The lines of one dialect: a grammar that parses one line at a time, and the parts of a log where its lines stand."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.load import load_grammar
from pushlog.formats.marked_up import may_quote, quoted_lines
from pushlog.formats.marks import Mark, MarkKind
from pushlog.intake.log_text import Piece
from pushlog.intake.start_pattern import places
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lark import Lark

    from pushlog.intake.log_text import LogText
    from pushlog.intake.start_pattern import StartPattern

# A line of the dialect further than this below the last one belongs to something else, in bytes.
_REACH = 65536
# Of places nearer than this to one that was found, not each is looked for, in bytes.
_APART = 4096
# A command can go on in so many lines and bytes.
_COMMAND_LINES, _COMMAND = 20, 4096
# Above its first line a push can have the command that began it.
_ABOVE = 6
# The empty group that names a kind in a derived pattern; only the whole match matters here.
_KIND = lazy_pattern(r"\(\?P<\w+>\)")
# What people quote of a push inside a line of their own.
_QUOTED = frozenset(
    {
        MarkKind.ANNOTATION,
        MarkKind.BUILD_ERROR,
        MarkKind.CLOSING,
        MarkKind.COMMAND,
        MarkKind.ERROR,
        MarkKind.FATAL,
        MarkKind.OLD_ERROR,
        MarkKind.REFUSED,
    }
)


# A digest may hold letters, so the digits of its shape stand in its place.
_HASH = "sha256:"
_DIGEST = lazy_pattern(r"(?<=\0)[0-9a-f]{64}")
_ANY_DIGEST = "0" * 64
# Limits of the cache: more shapes than a log of one client has, and the length of lines that repeat.
_SHAPES = 10_000
_LENGTH = 400


@record(kw_only=False)
class _Shape:
    """The meaning of all lines of one shape: their kind, the places of their fields, and the state of a layer."""

    kind: MarkKind
    fields: tuple[tuple[str, int, int], ...]
    state: str | None


@record(slots=False, kw_only=False)
class LineParser:
    """A grammar of `grammars/`; an alias is the kind of a mark, a named terminal is a field of it.

    `starts`: the start rules, where there are others than `start`. `is_filtered`: its lines come filtered already.
    """

    file: str
    starts: tuple[str, ...] = ()
    is_filtered: bool = False

    @property
    def grammar(self) -> Lark:
        """Return the compiled grammar."""
        return load_grammar(self.file, *self.starts)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return a pattern that every line of the grammar matches; it spares Lark the noise around a push."""
        kinds = {rule.alias for rule in self.grammar.rules if rule.alias}
        text = regex.pattern(self.grammar, "start", fields=(), kinds=kinds)
        return kept_pattern(_KIND.sub("", text), re.ASCII)

    @cached_property
    def _digits(self) -> dict[int, str]:
        """Return the translation of the digits that the grammar treats alike to the first of them."""
        alike = [digit for digit in "0123456789" if digit not in regex.literal_digits(self.grammar)]
        return {ord(digit): alike[0] for digit in alike[1:]}

    @cached_property
    def _shapes(self) -> dict[str, _Shape]:
        return {}

    def mark(self, piece: Piece) -> Mark | None:
        """Parse a piece; return None when it is no line of the dialect.

        Lines that differ only in digits or a digest mean the same, and some are printed by the thousand: each shape is
        parsed once.
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
        key = text.replace(_HASH, "\0").translate(self._digits)
        if "\0" in key:
            key = _DIGEST.sub(_ANY_DIGEST, key)
        shape = self._shapes.get(key) or self._parsed(text)
        if shape is not None and len(self._shapes) < _SHAPES:
            self._shapes[key] = shape
        return shape

    def _parsed(self, text: str) -> _Shape | None:
        if not self.is_filtered and not self.pattern.fullmatch(text):
            return None
        from lark import Token, Tree
        from lark.exceptions import LarkError

        try:
            tree = self.grammar.parse(text, start="start")
        except LarkError:
            return None
        tokens = tree.scan_values(lambda value: isinstance(value, Token))
        # What is imported from another grammar carries its name: `docker__pushing`.
        states = [_local_name(part.data) for part in tree.children if isinstance(part, Tree)]
        return _Shape(
            kind=MarkKind(str(tree.data)),
            fields=tuple((_local_name(t.type), t.start_pos or 0, t.end_pos or 0) for t in tokens),
            state=states[-1] if states else None,
        )

    def line(self, text: str) -> Mark | None:
        """Parse one line of text; offsets and line of the mark are 0."""
        return self.mark(Piece(0, 0, 0, text.strip(" \t\r\n")))

    def marks(self, text: LogText, where: Sequence[StartPattern]) -> Iterator[Mark]:
        """Parse every line of the dialect in the parts of a log near a match of `where`."""
        for start, stop in stretches(text, where):
            for piece in text.pieces(start, stop):
                mark = self.read(text, piece)
                if mark is not None:
                    yield _whole(text, mark) if mark.fields.get("COMMAND", "").endswith("\\") else mark

    def read(self, text: LogText, piece: Piece) -> Mark | None:
        """Parse a piece of a log, or what a person quotes in it; return None when neither is a line of the dialect."""
        return self.mark(piece) or (self._quoted(text, piece) if may_quote(piece.text) else None)

    def _quoted(self, text: LogText, piece: Piece) -> Mark | None:
        """Parse the error or the command that a person quotes in a line; return None where it quotes none."""
        for line in quoted_lines(piece.text):
            mark = self.mark(replace(piece, text=line))
            if mark is not None and mark.kind in _QUOTED:
                data = line.encode("utf-8", "surrogateescape")
                start = text.data.find(data, piece.start, piece.stop)
                return mark if start < 0 else replace(mark, start=start, stop=start + len(data))
        return None


def _whole(text: LogText, mark: Mark) -> Mark:
    """Return a command that goes on in the lines below with all of its words."""
    words = mark.fields["COMMAND"]
    for piece in islice(text.pieces(mark.stop, min(len(text.data), mark.stop + _COMMAND)), _COMMAND_LINES):
        if not words.endswith("\\"):
            break
        words = f"{words[:-1].rstrip()} {piece.text.strip()}"
    return replace(mark, fields={**mark.fields, "COMMAND": words})


def _local_name(name: str) -> str:
    return str(name).rpartition("__")[2]


def stretches(text: LogText, where: Sequence[StartPattern]) -> Iterator[tuple[int, int]]:
    """Return the byte ranges around the matches of `where`; near ones are merged."""
    start = stop = -1
    for offset in (offset for part in text.parts for offset in places(where, text.data, *part, apart=_APART)):
        if offset >= stop:
            if stop >= 0:
                yield start, stop
            start = max(stop, 0, text.start_of(max(1, text.line_of(offset) - _ABOVE)))
        stop = min(len(text.data), offset + _APART + _REACH)
    if stop >= 0:
        yield start, stop
