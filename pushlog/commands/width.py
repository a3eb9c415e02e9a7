"""How wide a page of text may be."""

from __future__ import annotations

import shutil
import sys

# Columns: longer lines are hard to read, and a pipe has no width.
_WIDEST, _NARROWEST, _PIPE = 100, 40, 80


def width() -> int:
    """Return the columns of the terminal within bounds; those of an old one for a pipe."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else _PIPE
