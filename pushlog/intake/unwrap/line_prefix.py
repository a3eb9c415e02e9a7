"""A line prefix: one or more forms, from the outside in, that a CI system and its tools put before a line."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from itertools import count
from typing import TYPE_CHECKING

from pushlog.cache.patterns import kept_pattern
from pushlog.knowledge.decorations import Decoration, decorations
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pushlog.intake.log_text import LogText

# Prefixes of one shape differ in their digits.
ZEROED_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_COLOUR = rb"(?:\x1b\[[0-9;]*[mK])*"
_COLOURS = lazy_pattern(rb"\x1b\[[0-9;]*[mK]")
_GROUP = lazy_pattern(rb"\(\?P<(\w+)>")
_TOKEN = lazy_pattern(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<\w+>|.", re.DOTALL)
_BLANKS = {b" ", rb"\ ", rb"\t"}
_DEEPEST = 4
# The mark of a system is looked for in so many bytes.
_MARKED = 1 << 20


@record(slots=False, kw_only=False)
class LinePrefix:
    """The forms of a prefix, from the outside in; without any, lines stand as the client wrote them.

    `is_coloured`: colours stand inside it too, around what varies in it.
    """

    forms: tuple[Decoration, ...] = ()
    is_coloured: bool = False

    def __hash__(self) -> int:
        """Return the hash of its fields, counted once: each line that proves a prefix asks for it."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.forms, self.is_coloured))

    @property
    def name(self) -> str | None:
        """The systems that put it there: `github-actions+compose`; None without any."""
        return "+".join(dict.fromkeys(form.system for form in self.forms)) or None

    @property
    def why(self) -> str:
        """A line that begins so, and the source of the form."""
        like = " and ".join(form.sample.split(form.inside or "\0")[0].strip() or form.id for form in self.forms)
        return f"begin like {like!r} ({self.forms[0].source})"

    @cached_property
    def clock(self) -> str | None:
        """How the stamp in it reads; None without a stamp."""
        return next((form.clock for form in self.forms if form.clock), None)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The named groups in it."""
        return frozenset(name.decode() for name in _GROUP.findall(self.source))

    @cached_property
    def source(self) -> bytes:
        """The expression for it, without an anchor. Of several stamps the first counts; lanes are `lane`, `lane2` …."""
        numbers, taken, parts = {b"lane": count(1), b"writer": count(1), b"part": count(1)}, set[bytes](), []

        def numbered(group: re.Match[bytes]) -> bytes:
            name = group[1]
            if name in numbers:
                number = next(numbers[name])
                return b"(?P<%s%s>" % (name, str(number).encode() if number > 1 else b"")
            is_taken = name in taken
            taken.add(name)
            return b"(?:" if is_taken else group[0]

        for form in self.forms:
            part = _GROUP.sub(numbered, form.pattern.encode())
            parts.append(_COLOUR + (_with_colours(part) if self.is_coloured else part))
        return b"".join(parts) + _COLOUR if parts else b""

    @property
    def is_ours(self) -> bool:
        """Whether all its forms come with pushlog; what was learned from a log holds words of it."""
        return all(form.pattern in _ours() for form in self.forms)

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """The prefix at the beginning of any line."""
        return pattern_of_prefix(rb"^" + self.source, re.MULTILINE, is_ours=self.is_ours)

    @property
    def suffix(self) -> bytes | None:
        """What ends a line behind such a prefix."""
        return next((form.suffix.encode() for form in self.forms if form.suffix), None)

    @property
    def is_escaped(self) -> bool:
        """Whether the line stands in quotes, so that those inside it have a backslash."""
        return any(form.escaped for form in self.forms)


PLAIN = LinePrefix()


def _with_colours(source: bytes) -> bytes:
    """An expression that allows colours around its named groups, and before the blanks in it."""
    out, depths = [], list[bool]()
    for match in _TOKEN.finditer(source):
        token = match[0]
        if token.startswith(b"("):
            depths.append(token.startswith(b"(?P<"))
            out.append(_COLOUR + token if depths[-1] else token)
        elif token == b")":
            out.append(token + _COLOUR if depths.pop() else token)
        elif token in _BLANKS:
            out.append(b"(?:" + _COLOUR + token + b")")
        else:
            out.append(token)
    return b"".join(out)


def only(source: bytes, groups: Iterable[str] = ()) -> bytes:
    """An expression in which groups with names capture nothing, but for those that begin with one of `groups`."""

    def group(match: re.Match[bytes]) -> bytes:
        return b"(" if match[1].decode().startswith(tuple(groups)) else b"(?:"

    return _GROUP.sub(group, source)


def possible_forms(text: LogText) -> Sequence[Decoration]:
    """All known forms but those whose mark the log lacks."""
    head = text.data[:_MARKED]
    return [form for form in decorations().forms if not form.marks or any(mark.encode() in head for mark in form.marks)]


def known_prefix(prefix: bytes, forms: Sequence[Decoration]) -> LinePrefix | None:
    """The prefix that these bytes are, to their last one; None when no forms make them up."""
    stack = _stack(without_colours(prefix), forms, _DEEPEST)
    return None if stack is None else LinePrefix(stack)


def outer_form(prefix: bytes, forms: Sequence[Decoration]) -> tuple[Decoration, bytes] | None:
    """The first form that begins these bytes, and the rest of them."""
    for form in forms:
        match = compiled(form.pattern).match(prefix)
        if match and match.end():
            return form, prefix[match.end() :]
    return None


def without_colours(prefix: bytes) -> bytes:
    """The bytes without colours, which stand anywhere around a prefix."""
    return _COLOURS.sub(b"", prefix) if b"\x1b" in prefix else prefix


def _stack(prefix: bytes, forms: Sequence[Decoration], deepest: int) -> tuple[Decoration, ...] | None:
    if not prefix.strip(b" "):
        return ()
    if deepest == 0:
        return None
    for form in forms:
        match = compiled(form.pattern).match(prefix)
        if match and match.end():
            inner = _stack(prefix[match.end() :], forms, deepest - 1)
            if inner is not None:
                return (form, *inner)
    return None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[bytes]:
    """The pattern of a form."""
    return pattern_of_prefix(pattern.encode(), is_ours=pattern in _ours())


def pattern_of_prefix(pattern: bytes, flags: int = 0, *, is_ours: bool) -> re.Pattern[bytes]:
    """A pattern compiled; it is kept on disk only if no word of it comes from a log."""
    return kept_pattern(pattern, flags) if is_ours else re.compile(pattern, flags)


@cache
def _ours() -> frozenset[str]:
    file = decorations()
    return frozenset((*(form.pattern for form in file.forms), *(noise.pattern for noise in file.noise)))
