"""How many examples a property is tried on: few at every run, more with PUSHLOG_EXAMPLES=10000 and `-m hypothesis`."""

import os

_WANTED = int(os.environ.get("PUSHLOG_EXAMPLES", "0"))


def examples(usual: int) -> int:
    """The usual number, or the one that is wanted for all; `conftest.py` sees to properties that name none."""
    return _WANTED or usual
