"""Lines of a log that hold several lines of a client: these become lines of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.log_text import lines_between
from pushlog.intake.unwrap.exports.assembly import Assembly, Export
from pushlog.intake.unwrap.exports.forms import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from pushlog.intake.log_text import LogText

# A log is one such text if so much of it is; its own lines say nothing then.
_MOSTLY = 0.8
COUNTED_IN_TEXT = "the log is one text of a program: lines are counted in that text"


def expanded(
    text: LogText,
    lines_in: Callable[[int, bytes], bytes | None],
    says_something: Callable[[bytes], bool] = lambda _: True,
) -> Export:
    """Return a log with such lines apart. The lines keep their numbers, unless the log is hardly more than one of them.

    `lines_in`: what a line holds, by its offset, None where it stays as it is; `says_something`: whether a line below
    such a one is more than the end of what held it.
    """
    assembly = Assembly(Form(system="", texts=()), None)
    start, is_below, bytes_apart = 0, False, 0
    for line in lines_between(text.data, 0, len(text.data)):
        lines = lines_in(start, line)
        # The end of an object is no error below a push.
        is_below = lines is not None or (is_below and not says_something(line))
        assembly.add(lines if lines is not None else b"" if is_below else line)
        bytes_apart += len(line) if lines is not None and b"\n" in lines else 0
        start += len(line) + 1
    if bytes_apart > _MOSTLY * len(text.data):
        return assembly.export((COUNTED_IN_TEXT,), is_physical=False)
    return assembly.export(is_physical=True)
