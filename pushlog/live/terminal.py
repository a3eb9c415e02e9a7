"""The terminal that pushlog itself stands in: its size, and its keys passed on as they are."""

from __future__ import annotations

import os
import termios
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Without a terminal: docker draws its whole bar from 111 columns up.
COLUMNS, ROWS = 120, 40


def size(files: Sequence[int] = (1, 0, 2)) -> tuple[int, int]:
    """Return columns and rows of the first of these files that is a terminal, else a size that shows everything."""
    for file in files:
        try:
            current = os.get_terminal_size(file)
        except OSError:
            continue
        if current.columns and current.lines:
            return current.columns, current.lines
    return COLUMNS, ROWS


def in_foreground(file: int) -> bool:
    """Return whether the file is a terminal whose keys this process may read; in the background it may not."""
    try:
        return os.isatty(file) and os.tcgetpgrp(file) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def raw(file: int) -> Iterator[None]:
    """Pass every key on unchanged, Ctrl-C too, until the end of the block; then restore the terminal."""
    before = termios.tcgetattr(file)
    # TCSANOW here and below: keys typed ahead are kept, and a stopped terminal does not block us.
    tty.setraw(file, termios.TCSANOW)
    try:
        yield
    finally:
        termios.tcsetattr(file, termios.TCSANOW, before)
