"""A prefix that no row knows, recognised because the lines of a push share its shape; a stamp in it gives the time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.line_prefix import ZEROED_DIGITS, without_colours
from pushlog.knowledge.decorations import Decoration, decorations
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.unwrap.witnesses import Witness
    from pushlog.knowledge.decorations import Stamp

# The channel of a line says something else on the line of an error, which is the one that matters.
_LEVELS = (
    rb"TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|CRIT|CRITICAL|FATAL|VERBOSE|LOG"
    rb"|VRB|TRC|DBG|DEBG|INF|WRN|FTL|CRT|PNC|EROR|ERRO|FATA"
)
_STREAMS = rb"stdout|stderr|out|err"
_CHANNEL = lazy_pattern(
    rb"(?<![A-Za-z0-9])(?:(?i:(?P<level>"
    + _LEVELS
    + rb")|(?P<stream>"
    + _STREAMS
    + rb"))|(?P<letter>[TDIWEFNVOC]))(?![A-Za-z0-9])"
)
_ANY = {
    "level": rb"(?i:" + _LEVELS + rb")",
    "stream": rb"(?i:" + _STREAMS + rb")",
    "letter": rb"[A-Z]",
}
# Threads and classes differ from line to line beside a stamp; without one, a shape must come often.
_SHAPES = 8
_LEAST = 2
_MOST = 0.8
# A name that stands in a frame as telling as this may be any other name too.
_FRAME = lazy_pattern(rb"[|\]>]|[^\s\w]{2}")
_NAME = rb"[^\s\x1b]{1,200}"
# A line of a push in a value of JSON or of a program, which may call another, in code that a sentence quotes, or in the
# message of a record of logrus has no prefix there; nor behind the word of another program that something failed, or in
# a comment of a script that says what a command prints.
_IN_DATA = lazy_pattern(
    rb'[{\[(,] ?["\']|":|\w[^\w`\n]{0,9}`{1,3}\Z|" level=\w{4,7} \Z|\bfailed(?: with)?: \Z'
    rb"|\{[\w.]+\([^()\n]*\)|[ \t]['\"`]\Z"
    rb"|\A[ \t]*(?:#|//|--) ?(?:\w+ )?(?:[Oo]utput|[Pp]rints|[Rr]eturns|[Rr]esult|=>|->):? \Z"
)
_SHORT = 80
# A word with the gap behind it; signs and digits of a name, and words of errors, which are not part of one.
_WORD = lazy_pattern(rb"[ \t]*[^ \t]+[ \t]*")
_TELLING = lazy_pattern(rb"[\d|\[\]@]")
# A level is a word of a sentence too (`I`, `Log in`, `Notice that`), unless its capitals or a mark say what it is.
_AS_CHANNEL = lazy_pattern(rb"[A-Z]{3,}\b|[^\w\s]|(?i:std(?:out|err))\b")
_OF_ERRORS = lazy_pattern(rb"(?i:error: |fail|denied|push(?:ing|ed)\b)|#\d+ \Z|^\W*(?i:err\w*|fatal|warn\w*)\W*\Z")
_LAST_COLOUR = lazy_pattern(rb"(?:\x1b\[[0-9;]*m)+\Z")


def infer_prefixes(witnesses: Sequence[Witness]) -> tuple[Decoration, ...]:
    """The forms that most of these prefixes have, the digits and channels in them aside; none where they share none."""
    # Colours end what stands before a line, or begin the line.
    witnesses = [
        replace(witness, prefix=_LAST_COLOUR.sub(b"", witness.prefix))
        for witness in witnesses
        if not is_in_data(witness.prefix)
    ]
    if not witnesses:
        return ()
    for stamp in decorations().stamps if len(witnesses) > 1 or len(witnesses[0].prefix) < _SHORT else ():
        form = _stamped(witnesses, stamp)
        if form:
            return (form,)
    sample = witnesses[0].prefix
    shapes = Counter(_shape(witness.prefix) for witness in witnesses)
    if len(shapes) == 1:
        ((shape, number),) = shapes.items()
        return (_form(shape, sample, None),) if number >= _LEAST or _stands_alone(witnesses) else ()
    pattern = _with_name(witnesses) or _with_shapes(witnesses, shapes)
    return (_form(pattern, sample, None),) if pattern else ()


def is_in_data(prefix: bytes) -> bool:
    """Whether what stands before a line's words is JSON, the source of a program or a sentence, and no prefix."""
    return _IN_DATA.search(prefix) is not None


def shape_of(witness: Witness) -> Decoration:
    """The form of a prefix, the digits and channels in it aside."""
    return _form(_shape(witness.prefix), witness.prefix, None)


def shared_beginning(lines: Sequence[bytes]) -> Decoration | None:
    """The form of the words that all of these lines begin with, where they are the name of what wrote them."""
    rows = [_WORD.findall(line) for line in _without_empty(lines)]
    shared = 0
    for column in zip(*(row[:-1] for row in rows), strict=False):
        if len(set(map(_shape, column))) > 1:
            break
        shared += 1
    prefix = b"".join(rows[0][:shared])
    if is_in_data(prefix):
        return None
    is_channel = _CHANNEL.search(prefix) is not None and _AS_CHANNEL.search(prefix) is not None
    is_name = (is_channel or _TELLING.search(prefix) is not None) and _OF_ERRORS.search(prefix) is None
    return _form(_shape(prefix), prefix, None) if is_name else None


def _without_empty(lines: Sequence[bytes]) -> Sequence[bytes]:
    """These lines without those that hold nothing but what most of the others begin with."""
    shapes = [line.rstrip().translate(ZEROED_DIGITS) for line in lines]
    few = len(lines) // 2
    return [
        line
        for line, shape in zip(lines, shapes, strict=True)
        if sum(other.startswith(shape) and other != shape for other in shapes) <= few
    ]


def _stands_alone(witnesses: Sequence[Witness]) -> bool:
    """Whether the only prefix is that of a header, and short: the rows of such a push stand without it.

    What opens a bracket and does not close it is a remark of a person.
    """
    witness = witnesses[0]
    prefix = without_colours(witness.prefix)
    return (
        not witness.is_row
        and all(prefix.count(begin) == prefix.count(end) for begin, end in ((b"(", b")"), (b"[", b"]")))
        and re.fullmatch(rb"(?:[\[(]?[\w./:@-]{1,40}[\])]? ?){1,3}[>|:\])] ", prefix) is not None
    )


def _stamped(witnesses: Sequence[Witness], stamp: Stamp) -> Decoration | None:
    """The form of prefixes that all hold such a stamp."""
    split = [re.split(b"(" + stamp.pattern.encode() + b")", witness.prefix, maxsplit=1) for witness in witnesses]
    if not all(len(parts) == 3 for parts in split):
        return None
    before, after = (
        _beside_stamp([replace(witness, prefix=parts[side]) for witness, parts in zip(witnesses, split, strict=True)])
        for side in (0, 2)
    )
    if before is None or after is None:
        return None
    return _form(before + b"(?P<stamp>" + stamp.pattern.encode() + b")" + after, witnesses[0].prefix, stamp)


def _beside_stamp(parts: Sequence[Witness]) -> bytes | None:
    """One pattern for nearly all of what stands on one side of the stamps."""
    shapes = Counter(_shape(part.prefix) for part in parts)
    if len(shapes) == 1:
        return next(iter(shapes))
    return _with_name(parts) or _with_shapes(parts, shapes)


def _any_of(shapes: Sequence[bytes]) -> bytes:
    # The longest first: the shape of one can be the beginning of another.
    longest_first = sorted(shapes, key=len, reverse=True)
    return longest_first[0] if len(shapes) == 1 else b"(?:" + b"|".join(longest_first) + b")"


def _shape(part: bytes) -> bytes:
    """The part as a pattern in which digits, channels and the width of gaps may be others."""
    pieces, end = [], 0
    for match in _CHANNEL.finditer(part):
        pieces += [_literal(part[end : match.start()]), _ANY[match.lastgroup or "level"]]
        end = match.end()
    return b"".join([*pieces, _literal(part[end:])])


def _literal(part: bytes) -> bytes:
    part = re.sub(rb"\d+", b"\0", part)
    part = re.sub(rb"[ \t]{2,}", b"\1", part)
    escaped = b"".join(_escaped(byte) for byte in part)
    return escaped.replace(b"\0", rb"(?P<writer>\d+)").replace(b"\1", rb"[ \t]+")


def _escaped(byte: int) -> bytes:
    if byte in (0, 1):
        return bytes([byte])
    return re.escape(bytes([byte])) if byte < 0x80 else b"\\x%02x" % byte


def _with_name(witnesses: Sequence[Witness]) -> bytes | None:
    """A pattern for prefixes that differ in one word alone, the name of what writes into this log."""
    rows = [re.findall(rb"[ \t]+|[^ \t]+", witness.prefix) for witness in witnesses]
    if len({len(row) for row in rows}) != 1:
        return None
    shapes = [list(map(_shape, row)) for row in rows]
    varying = [number for number, column in enumerate(zip(*shapes, strict=True)) if len(set(column)) > 1]
    varying = [number for number in varying if rows[0][number].strip()]
    if len(varying) != 1:
        return None
    words = [row[varying[0]] for row in rows]
    start, stop = _frame(words)
    names = [word[start : len(word) - stop] for word in words]
    if not all(names) or not _each_begins(witnesses, names):
        return None
    first, last = _column(shapes, range(varying[0])), _column(shapes, range(varying[0] + 1, len(shapes[0])))
    before, after = first + _shape(words[0][:start]), _shape(words[0][len(words[0]) - stop :]) + last
    anything = (
        _NAME + b"?"
        if _FRAME.search(words[0][:start] + b"".join(rows[0][varying[0] + 1 :]) + words[0][len(words[0]) - stop :])
        else _any_of(sorted(set(map(_shape, names))))
    )
    return before + b"(?P<lane>" + anything + b")" + after


def _column(shapes: Sequence[Sequence[bytes]], numbers: range) -> bytes:
    """The shapes of these words; gaps may differ in width."""
    return b"".join(
        shapes[0][number] if len({row[number] for row in shapes}) == 1 else rb"[ \t]+" for number in numbers
    )


def _frame(words: Sequence[bytes]) -> tuple[int, int]:
    """How many bytes at both ends of all words are the same and no part of a name."""
    start = _common(words)
    while start and words[0][start - 1 : start].isalnum():
        start -= 1
    rest = [word[start:][::-1] for word in words]
    stop = _common(rest)
    while stop and rest[0][stop - 1 : stop].isalnum():
        stop -= 1
    return start, stop


def _common(words: Sequence[bytes]) -> int:
    """How many bytes at the beginning of all words are the same."""
    return next((n for n, column in enumerate(zip(*words, strict=False)) if len(set(column)) > 1), min(map(len, words)))


def _with_shapes(witnesses: Sequence[Witness], shapes: Counter[bytes]) -> bytes | None:
    """A pattern for prefixes of several shapes, each of which comes often enough to be no accident."""
    frequent = [shape for shape, number in shapes.most_common(_SHAPES) if number >= _LEAST]
    if not frequent or sum(shapes[shape] for shape in frequent) < _MOST * shapes.total():
        return None
    shaped = [witness for witness in witnesses if _shape(witness.prefix) in frequent]
    pattern = _any_of(frequent)
    is_lane = len(frequent) > 1 and _each_begins(shaped, [_shape(witness.prefix) for witness in shaped])
    return b"(?P<lane>" + pattern + b")" if is_lane else pattern


def _each_begins(witnesses: Sequence[Witness], names: Sequence[bytes]) -> bool:
    """Whether each of these names has the first line of a push before a line of its layers.

    Else they are not those of pushes: a program names its threads and classes too.
    """
    begun: set[bytes] = set()
    for witness, name in zip(witnesses, names, strict=True):
        if not witness.is_row:
            begun.add(name)
        elif name not in begun:
            return False
    return len(begun) > 1


def _form(pattern: bytes, prefix: bytes, stamp: Stamp | None) -> Decoration:
    return Decoration(
        id="prefix",
        system="timestamp" if stamp else "prefix",
        pattern=pattern.decode("ascii"),
        suffix=None,
        clock=stamp.clock if stamp else None,
        sample=prefix.decode("utf-8", "replace"),
        inside="",
        source="a prefix that all lines share" + (f", with {stamp.words}" if stamp else ""),
    )
