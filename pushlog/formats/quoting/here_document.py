"""Here-documents, in which a script writes what it does not run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText

# How a here-document begins, in one of so many lines above; GitLab prints only the first line of a command with one.
_HERE = lazy_pattern(rb"(?<!<)<<[-~]?[ \t]*[\"']?(\w+)[\"']?(?![^\n]*# collapsed )")
_HERE_ABOVE, _HERE_SIGN = 3, b"<<"
_LONGEST_HERE = 1 << 16


def in_here_document(text: LogText, line: int) -> bool:
    """Return whether a line is one of the first in a here-document, which ends further down."""
    for above in text.above(line, _HERE_ABOVE):
        data = text.beginning(above)
        opener = _HERE.search(data) if _HERE_SIGN in data else None
        if opener:
            end = re.compile(rb"^[ \t]*" + opener[1] + rb"[ \t]*\r?$", re.MULTILINE)
            begin = text.start_of(above + 1)
            ends = (match.start() for match in end.finditer(text.data, begin, begin + _LONGEST_HERE))
            return next(ends, 0) > text.start_of(line)
    return False
