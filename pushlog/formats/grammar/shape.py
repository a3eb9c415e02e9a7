"""The shape of a line as one pattern, derived from a rule of a grammar: its kind and its fields, without a tree.

For lines that come by the million and are read one by one: the grammar says how they look, and Lark is only asked to
load it. A rule must be free of repetition; see `regex.py`.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.formats.grammar import regex
from pushlog.formats.grammar.load import load_grammar
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

Fields = dict[str, str]


@record(slots=False, kw_only=False)
class LineShape:
    """A rule of a file in `grammars/`. Terminals that are expressions, and whose name has no underscore, are fields."""

    file: str
    rule: str = "start"
    starts: tuple[str, ...] = ("start",)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        grammar = load_grammar(self.file, *self.starts)
        text = regex.pattern(grammar, self.rule, fields=self._fields, kinds=self._kinds)
        return kept_pattern(text, re.ASCII)

    @cached_property
    def _fields(self) -> frozenset[str]:
        grammar = load_grammar(self.file, *self.starts)
        used = {t.name for t in grammar.terminals if t.pattern.type == "re" and not t.name.startswith("_")}
        return frozenset(used)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return frozenset(str(rule.alias) for rule in load_grammar(self.file, *self.starts).rules if rule.alias)

    def fields(self, text: str) -> Fields | None:
        """Return the fields of a whole line that are there; None for a line of another shape."""
        match = self._pattern.fullmatch(text)
        return self._of(match) if match else None

    def kind(self, text: str) -> tuple[str, Fields] | None:
        """Return the kind of a whole line, by the alias of its alternative, and its fields."""
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        fields = self._of(match)
        return next(
            (name for name, value in match.groupdict().items() if value == "" and name in self._kinds), ""
        ), fields

    def each(self, text: str) -> Iterator[Fields]:
        """Yield the fields of every place where the shape stands in a text."""
        return map(self._of, self._pattern.finditer(text))

    def _of(self, match: re.Match[str]) -> Fields:
        return {name: value for name, value in match.groupdict().items() if value is not None and name in self._fields}
