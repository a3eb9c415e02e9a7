r"""Regular expressions: ours run on `re`, those of a user's own rows on RE2.

A user's pattern meets lines that strangers wrote, and `re` can take for ever on such a pair. RE2 reads every character
once, whatever the pattern. It has no look-arounds and no back references, and its `\d`, `\w` and `\b` are ASCII
(https://github.com/google/re2/wiki/Syntax). It comes with `pip install 'pushlog[rules]'`, because not every platform
has it. Our own patterns are tested and stay text: most of them are never compiled.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from pushlog.cache.patterns import kept_pattern
from pushlog.record_class import record

LONGEST = 1000
# Characters of an error that a user's pattern searches: a longer text is a page, and its beginning tells what it is.
LOOKED_AT = 20_000
# Bytes that RE2 may use for one pattern; it refuses to compile one that needs more.
_MEMORY = 1 << 20


class PatternError(ValueError):
    """The text is no pattern, or one that a user's row can't have."""


class _Compiled(Protocol):
    def search(self, text: str) -> object: ...


@record(kw_only=False)
class Linear:
    """A user's pattern, compiled; `text` is the pattern as it was written."""

    text: str
    compiled: _Compiled

    def search(self, text: str) -> bool:
        """Whether the first part of a text has the pattern anywhere, ignoring case."""
        return self.compiled.search(text[:LOOKED_AT].encode("utf-8", "replace").decode("utf-8")) is not None


def search(pattern: str | Linear, text: str) -> bool:
    """Whether the text has a pattern anywhere, ours or a user's own, ignoring case."""
    return pattern.search(text) if isinstance(pattern, Linear) else _compiled(pattern).search(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return kept_pattern(pattern, re.IGNORECASE)


def linear(pattern: str) -> Linear:
    """Return the compiled pattern. Raises PatternError."""
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
        reason = error.args[0]
        message = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(f"is no regular expression of RE2: {message}") from None
