r"""Regular expressions: ours run on `re`, those of a user's own rows on RE2.

A user's pattern meets lines that strangers wrote, and `re` can take for ever on such a pair. RE2 reads every character
once, whatever the pattern; it has no look-arounds and no back references, and its `\d`, `\w` and `\b` are ASCII
(https://github.com/google/re2/wiki/Syntax). It comes with `pip install 'pushlog[rules]'`, for it can't be had
everywhere. Ours are tested and stay text, so that most of them need never be compiled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Protocol

LONGEST = 1000
# Own patterns look no further into an error: a text this long is a page, and its beginning tells what it is.
LOOKED_AT = 20_000
# What RE2 may use for one pattern; more is refused when it is compiled.
_MEMORY = 1 << 20


class PatternError(ValueError):
    """The pattern is none, or has what an own pattern can't have."""


class _Compiled(Protocol):
    def search(self, text: str) -> object: ...


@dataclass(frozen=True, slots=True)
class Linear:
    """An own pattern, ready to search; `text` is what the user wrote."""

    text: str
    compiled: _Compiled

    def search(self, text: str) -> bool:
        """Whether the pattern is anywhere in the first part of a text, ignoring case."""
        return self.compiled.search(text[:LOOKED_AT].encode("utf-8", "replace").decode("utf-8")) is not None


def search(pattern: str | Linear, text: str) -> bool:
    """Whether a pattern, ours or a user's own, is anywhere in the text, ignoring case."""
    return pattern.search(text) if isinstance(pattern, Linear) else _compiled(pattern).search(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def linear(pattern: str) -> Linear:
    """The pattern, ready to search. Raises PatternError."""
    if len(pattern) > LONGEST:
        raise PatternError(f"is longer than {LONGEST:,} characters")
    try:
        import re2
    except ImportError:
        raise PatternError(
            "needs the RE2 engine, as does every regular expression of your own: "
            "pip install 'pushlog[rules]'; the key 'has' needs none"
        ) from None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return Linear(pattern, re2.compile(pattern, options))
    except re2.error as error:
        why = error.args[0]
        said = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise PatternError(f"is no regular expression of RE2: {said}") from None
