r"""Output that a program printed as a literal of its language: `b'…\n'`, `'…\n…'`; its lines become lines again.

Python prints bytes and what is in a list so, Node.js, Ruby, Go's `%q` and Rust's `{:?}` do with a text in an object. A
text of several lines stands in one line then, or each line is a literal of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.log_text import lines_between
from pushlog.intake.unwrap.code_lines import is_statement
from pushlog.intake.unwrap.exports.expansion import expanded
from pushlog.intake.unwrap.quotes import in_source_list, is_source
from pushlog.intake.unwrap.source_text import in_text_of_source, is_continued, is_value_in_source
from pushlog.intake.unwrap.witnesses import lines_at
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.exports.assembly import Export

_LINE_END = b"\\n"
_SIGNS = (_LINE_END, b"b'", b'b"')
# A literal has a quote that no word ends with before it; a byte of Python may be a letter with two digits.
_LITERAL = lazy_pattern(
    rb"(?<![\w'\"\\])(?P<open>[bBrRuU]?['\"])(?:(?<=')(?P<single>(?:[^'\\\n]|\\.)*+)'"
    rb"|(?<=\")(?P<double>(?:[^\"\\\n]|\\.)*+)\")"
)
_ESCAPE = lazy_pattern(
    rb"\\(?:(?P<letter>[abefnrtv0'\"\\/])|x(?P<byte>[0-9a-fA-F]{2})|u(?P<code>[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,5}\}))"
)
_LETTERS = {ord(letter): bytes((code,)) for letter, code in zip("abefnrtv0", b"\a\b\x1b\f\n\r\t\v\0", strict=True)}
# What else an object has beside such texts: brackets, keys, and values that say nothing of a push.
_BETWEEN = lazy_pattern(
    rb"(?:[\s\[\](){},;+]|[\"']?\b[a-zA-Z]\w{0,19}[\"']?\s?[:=]\s*(?:b?(?:''|\"\")|null|true|false|None|undefined|\d+)?)*+"
)
_CLOSING = lazy_pattern(rb"[\s\])},;+]*")
_OPENING = lazy_pattern(rb"[\[({,\s]+\Z")
# Logs and lines that are longer are no printed objects.
_LONGEST, _LONGEST_LINE = 1 << 22, 1 << 20


def unwrap_literals(text: LogText, anchors: Sequence[int]) -> Export | None:
    """Return a log with the literals in it as lines; None for a log in which no push stands in one.

    `anchors`: ascending offsets at which lines of pushes begin, some of them. A program that first prints lines and
    then the same again in a literal tells of one push: such a log stays as it is.
    """
    if len(text.data) > _LONGEST or not _is_in_literals(text, anchors) or _is_told_twice(text):
        return None
    return expanded(text, lambda start, line: _lines_in(text, start, line), _says_something)


def is_in_literal(line: bytes, offset: int) -> bool:
    """Return whether an offset on a line is inside a literal."""
    return any(literal.start() <= offset < literal.end() for literal in _LITERAL.finditer(line))


def _is_in_literals(text: LogText, anchors: Sequence[int]) -> bool:
    """Return whether a line of a push begins inside a literal."""
    for start, stop in lines_at(text.data, anchors):
        line = text.data[start:stop]
        for literal in _literals(line):
            has_push = any(literal.start() <= anchor - start < literal.end() for anchor in anchors)
            if has_push and _is_output(text, start, line, literal):
                return True
    return False


def _is_told_twice(text: LogText) -> bool:
    """Return whether a literal repeats lines that stand above it, each by itself."""
    above: set[bytes] = set()
    for line in lines_between(text.data, 0, len(text.data)):
        for literal in _literals(line):
            content = [row.strip() for row in _decoded(literal).split(b"\n")]
            if any(content) and above.issuperset(content):
                return True
        above.add(line.strip())
    return False


def _literals(line: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the literals of a line that hold the end of one, or are bytes up to its end."""
    if len(line) > _LONGEST_LINE or not any(sign in line for sign in _SIGNS):
        return
    for literal in _LITERAL.finditer(line):
        if _LINE_END in literal[0] or (literal["open"][:1] in b"bB" and _CLOSING.fullmatch(line, literal.end())):
            yield literal


def _is_output(text: LogText, start: int, line: bytes, literal: re.Match[bytes]) -> bool:
    """Return whether a literal is one that a program printed, not one of a program's source."""
    head = line[: literal.start("open") + len(literal["open"])]
    if is_statement(line) or is_source(head) or in_source_list(text, start, len(head)):
        return False
    number = text.line_of(start)
    if is_value_in_source(text, number, head) or is_continued(text, number):
        return False
    return not in_text_of_source(text, start + literal.start())


def _lines_in(text: LogText, start: int, line: bytes) -> bytes | None:
    """Return what the literals on a line say, in lines; None for a line without any."""
    literals = [literal for literal in _literals(line) if _is_output(text, start, line, literal)]
    if not literals:
        return None
    head, tail = line[: literals[0].start()], line[literals[-1].end() :]
    contents = [_decoded(literal) for literal in literals]
    if len(contents) == 1 and b"\n" not in contents[0] and _CLOSING.fullmatch(tail):
        return (_OPENING.sub(b"", head) if _says_something(head) else b"") + contents[0]
    rows = [head] if _says_something(head) else []
    for place, content in enumerate(contents):
        between = line[literals[place - 1].end() : literals[place].start()] if place else b""
        rows += [between] if between and not _BETWEEN.fullmatch(between) else []
        rows.append(content)
    return b"\n".join([*rows, tail] if _says_something(tail) else rows)


def _says_something(text: bytes) -> bool:
    return _BETWEEN.fullmatch(text) is None


def _decoded(literal: re.Match[bytes]) -> bytes:
    """Return the text of a literal without the end of its last line."""
    text = literal["single"] if literal["single"] is not None else literal["double"]
    return _ESCAPE.sub(_character, text).removesuffix(b"\n").removesuffix(b"\r")


def _character(escape: re.Match[bytes]) -> bytes:
    if letter := escape["letter"]:
        return _LETTERS.get(letter[0], letter)
    if byte := escape["byte"]:
        return bytes((int(byte, 16),))
    return chr(int(escape["code"].strip(b"{}"), 16)).encode("utf-8", "surrogatepass")
