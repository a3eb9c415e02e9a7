"""The terminal that pushlog itself stands in: its size, and its keys passed on as they are."""

from __future__ import annotations

import os
import termios
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Where there is no terminal: docker draws its whole bar from 111 columns up.
COLUMNS, ROWS = 120, 40


def size(files: Sequence[int] = (1, 0, 2)) -> tuple[int, int]:
    """Columns and rows of the first of these files that is a terminal, else a size that shows everything."""
    for file in files:
        try:
            found = os.get_terminal_size(file)
        except OSError:
            continue
        if found.columns and found.lines:
            return found.columns, found.lines
    return COLUMNS, ROWS


def in_foreground(file: int) -> bool:
    """Whether the file is a terminal that takes keys for this process; one in the background is stopped for trying."""
    try:
        return os.isatty(file) and os.tcgetpgrp(file) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def raw(file: int) -> Iterator[None]:
    """Every key as it is, Ctrl-C too, until the end of the block; then the terminal is as it was."""
    before = termios.tcgetattr(file)
    # At once, here and below: what was typed ahead is kept, and a terminal that is held does not hold us up.
    tty.setraw(file, termios.TCSANOW)
    try:
        yield
    finally:
        termios.tcsetattr(file, termios.TCSANOW, before)
