"""Protection against another program that cuts a large log short while it is read.

Such a log is mapped (`intake/mapped.py`), and the system ends a process that reads a part which is gone (SIGBUS).
Python can't catch that, so a child process reads the log, and its parent says what happened.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.faults import InputError
from pushlog.intake import mapped

if TYPE_CHECKING:
    from collections.abc import Sequence

# These commands map no file themselves: they use processes of their own, or read a stream.
_WITHOUT_MAPPING = ("audit", "record", "watch")


def run_isolated(arguments: Sequence[str]) -> int | None:
    """Run a command line that names a large file in a child process and return its exit status.

    Return None where the command is still to be run: in that child, or because no large file is named. Raises
    InputError when a file was cut short meanwhile.
    """
    # The first one may be a file, too: `pushlog push-log.txt` means `analyze`.
    names = arguments if arguments and arguments[0] not in _WITHOUT_MAPPING else ()
    large = [name for name in names if _is_large(name)]
    if not large or not hasattr(os, "fork"):
        return None
    child = os.fork()
    return _exit_status(child, large) if child else None


def _is_large(name: str) -> bool:
    try:
        return Path(name).stat().st_size >= mapped.LARGE
    except (OSError, ValueError):  # no file, or not a file name at all
        return False


def _exit_status(child: int, large: Sequence[str]) -> int:
    # Ctrl-C reaches both processes, and the child handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGBUS:
        raise InputError(
            f"{', '.join(large)}: was cut short by another program while it was read; analyze a copy of it"
        )
    return status if status >= 0 else 128 - status
