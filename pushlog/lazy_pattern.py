"""Regular expressions that are compiled when they are first asked something: most are of lines that few logs have."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, AnyStr, Generic, cast

from pushlog.cache.patterns import kept_pattern

if TYPE_CHECKING:
    import re


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what has all methods of a compiled pattern, and compiles it at the first use of one."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))  # mypy can't know that it answers as one does


class _LazyPattern(Generic[AnyStr]):
    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[AnyStr]:
        return kept_pattern(self.pattern, self._flags)

    def __getattr__(self, name: str) -> object:
        """Return a method of the compiled pattern, and keep it, so that a second call costs no more than on that."""
        if name.startswith("__"):
            raise AttributeError(name)
        method = getattr(self._compiled, name)
        setattr(self, name, method)
        return method
