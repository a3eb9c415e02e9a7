"""Byte patterns written from a grammar's own rules, so that the fast lane can't drift from the grammar.

A rule without repetition or recursion is a finite set of terminal sequences; they are merged by their common beginnings
and ends into one regular expression. Only asked-for terminals are captured. The alias of the alternative that
matched is the name of the last group (`match.lastgroup`).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lark import Lark
    from lark.lexer import Pattern

Symbols = tuple[str, ...]

# The plain characters at the start of an expression, none of them repeated or optional.
_BEGINNING = lazy_pattern(r"(?:[\w: ](?![*+?{]))+")
# The parts of an expression in which a digit is no text: all digits at once, a count, a character by its number; and
# the name of the digest's algorithm.
_DIGIT_CLASS = lazy_pattern(r"0-9|\{\d+(?:,\d*)?\}|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|sha256")


def pattern(grammar: Lark, rule: str, *, fields: Collection[str], kinds: Collection[str]) -> str:
    """Return the regular expression of `rule`, with a group for each of `fields` and an empty one for each of `kinds`.

    Alternatives with an alias outside `kinds` are left out. Raises ValueError when a field would be captured twice.
    """
    terminals = {t.name: t.pattern.to_regexp() for t in grammar.terminals}
    text = _alternation([(rule,)], _Grammar(grammar, frozenset(kinds)), terminals, fields)
    for name in fields:
        if text.count(f"(?P<{name}>") > 1:
            raise ValueError(f"{rule} has {name} in two places: the field would be ambiguous")
    return text


def anchors(grammar: Lark, rule: str, *, kinds: Collection[str]) -> list[tuple[str, str]]:
    """Return fixed words, each with an expression for the text after it; every text of `rule` has one of them.

    For each sequence of terminals the longest fixed word is taken. Alternatives with an alias outside `kinds` are left
    out.
    """
    patterns = {t.name: t.pattern for t in grammar.terminals}
    rules = _Grammar(grammar, frozenset(kinds))
    pairs = {max(_words(sequence, patterns), key=lambda word: len(word[0])) for sequence in _sequences(rule, rules)}
    # A word that contains a shorter one is not needed.
    return sorted(pair for pair in pairs if not any(other in pair[0] for other, _ in pairs if other != pair[0]))


def beginning(grammar: Lark, rule: str, *, kinds: Collection[str]) -> str:
    """Return the longest fixed text at the start of every text of `rule`."""
    patterns = {t.name: t.pattern for t in grammar.terminals}
    words = [next(_words(sequence, patterns))[0] for sequence in _sequences(rule, _Grammar(grammar, frozenset(kinds)))]
    first, last = min(words), max(words)
    return first[: next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def _sequences(name: str, grammar: _Grammar) -> list[Symbols]:
    """Return all sequences of terminals that a rule expands to; a terminal expands to itself."""
    if name not in grammar.rules:
        return [(name,)]
    sequences: list[Symbols] = []
    for _, symbols in grammar.rules[name]:
        parts = itertools.product(*(_sequences(symbol, grammar) for symbol in symbols))
        sequences += [tuple(itertools.chain.from_iterable(part)) for part in parts]
    return sequences


def _words(sequence: Symbols, patterns: Mapping[str, Pattern]) -> Iterator[tuple[str, str]]:
    """Return the fixed words of a sequence, each with the text after it: strings, and starts of expressions."""
    word = ""
    for name in sequence:
        pattern = patterns[name]
        if pattern.type == "str":
            word += pattern.value
            continue
        head = _BEGINNING.match(pattern.value)
        beginning = head[0] if head else ""
        yield word + beginning, "" if word else pattern.value[len(beginning) :]
        word = ""
    yield word, ""


def literal_digits(grammar: Lark) -> str:
    """Return the digits that an expression or a string of the grammar names; it treats all other digits alike."""
    texts = (_DIGIT_CLASS.sub("", terminal.pattern.to_regexp()) for terminal in grammar.terminals)
    return "".join(sorted(filter(str.isdigit, set("").union(*texts))))


class _Grammar:
    """The rules of a compiled grammar by name: alias and symbols of each alternative."""

    def __init__(self, grammar: Lark, kinds: frozenset[str]) -> None:
        self.rules: dict[str, list[tuple[str | None, Symbols]]] = {}
        for rule in grammar.rules:
            if rule.alias is None or rule.alias in kinds:
                symbols = tuple(symbol.name for symbol in rule.expansion)
                self.rules.setdefault(rule.origin.name, []).append((rule.alias, symbols))
        names = {rule.origin.name for rule in grammar.rules}
        # A rule that only has kinds that were left out is left out too.
        while empty := names - self.rules.keys():
            names -= empty
            filtered = {
                name: [(alias, symbols) for alias, symbols in alternatives if not empty & set(symbols)]
                for name, alternatives in self.rules.items()
            }
            self.rules = {name: alternatives for name, alternatives in filtered.items() if alternatives}


def _alternation(
    sequences: Sequence[Symbols],
    grammar: _Grammar,
    terminals: Mapping[str, str],
    fields: Collection[str],
) -> str:
    """Return sequences of symbols as one expression; common beginnings and ends are written once."""
    shared = _common_end(sequences)
    if shared:
        heads = [sequence[: len(sequence) - len(shared)] for sequence in sequences]
        end = "".join(_symbol(name, grammar, terminals, fields) for name in shared)
        return _alternation(heads, grammar, terminals, fields) + end
    branches: dict[str, list[Symbols]] = {}
    for sequence in sequences:
        if sequence:
            branches.setdefault(sequence[0], []).append(sequence[1:])
    texts = [
        _symbol(name, grammar, terminals, fields) + _alternation(rests, grammar, terminals, fields)
        for name, rests in branches.items()
    ]
    if not texts:
        return ""
    optional = "?" if () in sequences else ""
    return texts[0] if len(texts) == 1 and not optional else f"(?:{'|'.join(texts)}){optional}"


def _common_end(sequences: Sequence[Symbols]) -> Symbols:
    if len(sequences) < 2:
        return ()
    first, length = sequences[0], 0
    while all(len(s) > length and s[-1 - length] == first[-1 - length] for s in sequences):
        length += 1
    return first[len(first) - length :] if length else ()


def _symbol(name: str, grammar: _Grammar, terminals: Mapping[str, str], fields: Collection[str]) -> str:
    if name in terminals:
        return f"(?P<{name}>{terminals[name]})" if name in fields else f"(?:{terminals[name]})"
    by_alias: dict[str | None, list[Symbols]] = {}
    for alias, symbols in grammar.rules[name]:
        by_alias.setdefault(alias, []).append(symbols)
    texts = [
        _alternation(sequences, grammar, terminals, fields) + (f"(?P<{alias}>)" if alias else "")
        for alias, sequences in by_alias.items()
    ]
    return texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"
