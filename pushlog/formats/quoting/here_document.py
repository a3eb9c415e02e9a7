"""Here-documents, in which a script writes what it does not run."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText

# How a here-document begins. Masks stand between such signs; GitLab prints only the first line of a command with one.
_HERE = lazy_pattern(
    rb"(?<!<)<<[-~]?[ \t]*(?:(?P<quote>[\"'])(?P<quoted>\w+)(?P=quote)|\\?(?P<plain>\w+))"
    rb"(?![\w-]*>|[^\n]*# collapsed )"
)
_SIGN = b"<<"
# One is looked for so many bytes above a line, and its end so many below; programs in C++ print with the same sign.
_REACH = 1 << 16
_MOST_WORDS = 8


def in_here_document(text: LogText, line: int) -> bool:
    """Return whether a line is one of a here-document, which ends further down."""
    start = text.start_of(line)
    begin = max(0, start - _REACH)
    if find(text.data, _SIGN, begin, start) < 0:
        return False
    above = text.data[begin:start]
    opened: dict[bytes, int] = {}
    for opener in reversed([*_HERE.finditer(above)]):
        opened.setdefault(opener["quoted"] or opener["plain"], opener.end())
    for word, offset in islice(opened.items(), _MOST_WORDS):
        # Where another one begins with the same word, the end is that of the other.
        end = re.compile(rb"(?m)^[ \t]*(?:> ?)?" + word + rb"[ \t]*\r?$|<<[-~]?[ \t]*[\"'\\]?" + word + rb"\b")
        if not end.search(above, offset):
            below = end.search(text.data, start, start + _REACH)
            if below and not below[0].startswith(_SIGN):
                return True
    return False
