"""What happens when another program cuts a large log short while it is read.

Such a log is mapped (`intake/mapped.py`), and the system ends whoever looks at a part of it that is gone (SIGBUS).
Python can't catch that. So the log is read by a process of its own, and the one that started it says what happened.
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

# These map nothing themselves: they have processes of their own for that, or read what comes.
_ELSEWHERE = ("audit", "record", "watch")


def run_isolated(arguments: Sequence[str]) -> int | None:
    """Have a command line that names a large file done by another process, and return the exit status of that.

    None: nothing was done yet. It is to be done here: in that other process, or because no large file is named. Raises
    InputError when a file was cut short meanwhile.
    """
    named = arguments[1:] if arguments and arguments[0] not in _ELSEWHERE else ()
    large = [name for name in named if _is_large(name)]
    if not large or not hasattr(os, "fork"):
        return None
    child = os.fork()
    return _ended(child, large) if child else None


def _is_large(name: str) -> bool:
    try:
        return Path(name).stat().st_size >= mapped.LARGE
    except (OSError, ValueError):  # no file, or not even a name of one
        return False


def _ended(child: int, large: Sequence[str]) -> int:
    # Ctrl-C reaches both processes, and the other one answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGBUS:
        raise InputError(
            f"{', '.join(large)}: was cut short by another program while it was read; analyze a copy of it"
        )
    return status if status >= 0 else 128 - status
