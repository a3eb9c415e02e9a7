"""Regular expressions in the form that Python's engine runs, kept on disk as its compiled code is.

A start compiles a hundred and fifty, which takes a twelfth of its processor time; to take them from disk takes a
fiftieth of that. The engine itself checks what it is given, and `disk` that another Python or another user did
not write it.
"""

from __future__ import annotations

import re
import sys
from array import array
from functools import cache
from importlib import import_module
from typing import Any, AnyStr, cast

from pushlog.cache.table import KeptTable

_NAME = "patterns"
# More than this program has: patterns that are made of others without end fill neither the disk nor the memory.
_MOST = 4000
# Of later ones nobody knows yet what their engine takes.
_NEWEST = (3, 14)
# Of a pattern and its flags: all flags, the numbers for the engine, the number of groups, and the names of groups.
_Form = tuple[int, bytes, int, dict[str, int]]


def kept_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` does. For patterns of this program alone: none of a user, none with words of a log."""
    if not _has_engine():
        return re.compile(pattern, flags)
    text = pattern if isinstance(pattern, bytes) else pattern.encode("utf-8", "surrogatepass")
    key = b"%s %d " % (type(pattern).__name__.encode(), flags) + text
    form: _Form | None = _forms().get(key)
    if form is None:
        form = _form(pattern, int(flags))
        _forms().put(key, form)
    all_flags, numbers, groups, names = form
    by_number: list[str | None] = [None] * (groups + 1)
    for name, number in names.items():
        by_number[number] = name
    engine = import_module("_sre")
    code = array("I", numbers).tolist()
    return cast("re.Pattern[AnyStr]", engine.compile(pattern, all_flags, code, groups, names, tuple(by_number)))


@cache
def _has_engine() -> bool:
    """Return whether this Python has the engine whose form is known: CPython 3.11 to 3.14, with numbers of four bytes.

    Any other compiles its patterns at each start.
    """
    try:
        engine = import_module("_sre")
        is_known = sys.implementation.name == "cpython" and (3, 11) <= sys.version_info[:2] <= _NEWEST
        return is_known and array("I").itemsize == engine.CODESIZE
    except (ImportError, AttributeError):
        return False


def _form(pattern: str | bytes, flags: int) -> _Form:
    """Return the form of a pattern, as `re._compiler.compile` makes it. Raises re.error."""
    parsed: Any = import_module("re._parser").parse(pattern, flags)
    numbers: list[int] = import_module("re._compiler")._code(parsed, flags)  # noqa: SLF001 - there is no other way
    state = parsed.state
    return flags | state.flags, array("I", numbers).tobytes(), state.groups - 1, dict(state.groupdict)


@cache
def _forms() -> KeptTable:
    """Return the forms that are kept; those that are added are kept at the end of the process."""
    return KeptTable(_NAME, _MOST)
