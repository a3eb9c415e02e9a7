"""What nearly all lines of a log begin with, where few lines of a push or none tell what their prefix is."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pushlog.intake.unwrap.line_prefix import PLAIN, ZEROED_DIGITS, LinePrefix, compiled
from pushlog.intake.unwrap.unknown_prefix import is_in_data, shape_of, shared_beginning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.witnesses import Witness
    from pushlog.knowledge.decorations import Decoration

# So many of the first lines must begin alike.
_MOST = 0.9
_FIRST_LINES = 60
# Fewer lines have their beginning in common by chance.
_FEW = 2
_LONGEST = 600
_QUOTES = (b'"', b"'", b"`")
# So many lines at the beginning or the end of a log must begin alike.
_EDGE = 3


def shared_prefix(text: LogText, forms: Sequence[Decoration]) -> tuple[LinePrefix, list[bytes]]:
    """The prefix of a log's first lines, which come with it; without forms where they share none."""
    lines = list(_first_lines(text))
    stack = _shared_forms(lines, [form for form in forms if not form.escaped and not form.suffix])
    if len(lines) > _FEW and any(start < stop for start, stop in text.parts):
        outer = LinePrefix(stack).pattern if stack else None
        shared = shared_beginning([outer.sub(b"", line) for line in lines] if outer else lines)
        stack = (*stack, shared) if shared else stack
    return LinePrefix(stack) if stack else PLAIN, lines


def on_all_lines(text: LogText, unknown: Sequence[Witness]) -> Iterator[LinePrefix]:
    """What stands before the only line of a push that tells, where nearly every line of the log begins with it."""
    if len({witness.prefix.translate(ZEROED_DIGITS) for witness in unknown}) != 1 or is_in_data(unknown[0].prefix):
        return
    lines = list(_first_lines(text))
    prefix = LinePrefix((shape_of(unknown[0]),))
    hits = sum(prefix.pattern.match(line) is not None for line in lines)
    # Two lines begin alike by chance only where both are texts in quotes.
    is_chance = len(lines) < _FEW or (len(lines) == _FEW and unknown[0].prefix.endswith(_QUOTES))
    if not is_chance and hits >= _MOST * len(lines):
        yield prefix


def edge_prefix(lines: Sequence[bytes], forms: Sequence[Decoration], others: Sequence[LinePrefix]) -> LinePrefix | None:
    """The prefix of the outermost lines of a log, from the edge inwards, where no other one stands before them."""
    edge = list(islice((line[:_LONGEST] for line in lines if line.strip()), _EDGE))
    if len(edge) < _EDGE or any(prefix.pattern.match(edge[0]) for prefix in others if prefix.forms):
        return None
    return LinePrefix(stack) if (stack := _shared_forms(edge, [f for f in forms if _tells(f)])) else None


def _tells(form: Decoration) -> bool:
    """Return whether a form has a time or names a lane, by which it is known where no line of a push shows it."""
    return not form.escaped and not form.suffix and (form.clock is not None or "(?P<lane" in form.pattern)


def _shared_forms(lines: Sequence[bytes], forms: Sequence[Decoration]) -> tuple[Decoration, ...]:
    """The forms that nearly all of these lines begin with, from the outside in; of one line alone a time, or a name."""
    for form in forms if lines else ():
        rest = _behind(lines, form) if form.clock or form.alone or len(lines) > 1 else None
        if rest is not None:
            inner = [other for other in forms if other.id != form.id and not (form.clock and other.clock)]
            return (form, *_shared_forms([line for line in rest if line.strip()], inner))
    return ()


def _behind(lines: Sequence[bytes], form: Decoration) -> list[bytes] | None:
    """What stands behind a form on these lines; None where too many do not begin with it."""
    pattern, rest = compiled(form.pattern), list[bytes]()
    for number, line in enumerate(lines):
        match = pattern.match(line)
        if match and match.end():
            rest.append(line[match.end() :])
        elif number + 1 - len(rest) > (1 - _MOST) * len(lines):
            return None
    return rest


def _first_lines(text: LogText) -> Iterator[bytes]:
    for number in range(1, min(text.lines, _FIRST_LINES) + 1):
        line = text.beginning(number, _LONGEST)
        if line.strip():
            yield line
