"""The entry point of the console script and of `python -m pushlog`; Ctrl-C is quiet from here on."""

from __future__ import annotations

import _thread
import gc
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# Nearly all objects of a short run live to its end, and searching them for cycles took a tenth of the time (measured
# with Python's own threshold of 700, and again with 100,000, which a report of a small log just reaches). A long run
# that makes objects line by line is still searched now and then.
_NEW_OBJECTS = 150_000


def main() -> None:
    """Run the command line; Ctrl-C may come while it is still loading."""
    gc.set_threshold(_NEW_OBJECTS)
    _open_streams()
    sys.unraisablehook = _interrupt_again
    try:
        from pushlog.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)
    except RuntimeError as error:
        # Python 3.11 wraps what comes while a class tells its attributes their names, as many do while they load.
        if isinstance(error.__cause__, KeyboardInterrupt):
            sys.exit(130)
        raise
    finally:
        gc.freeze()  # the process ends and frees all memory: a last search for cycles is not needed


def _open_streams() -> None:
    """Open standard streams that were closed, so that no file takes their place and no stream is None.

    Reading from a closed input and writing to a closed output fail with an error; errors go nowhere.
    """
    null = os.devnull
    for number, mode in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(null, mode)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above


def _interrupt_again(ignored: UnraisableHookArgs) -> None:
    """Repeat a Ctrl-C that Python would print and forget.

    It does so with every exception in a callback of a weak reference, and an import runs one for each module. In such a
    callback nothing can be raised, so another thread interrupts the program a moment later.
    """
    if ignored.exc_type is KeyboardInterrupt:
        _thread.start_new_thread(_interrupt_soon, (_thread.get_ident(),))
    else:
        sys.__unraisablehook__(ignored)


def _interrupt_soon(thread: int) -> None:
    time.sleep(0.001)
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        _thread.interrupt_main()  # Windows: a wait of the system goes on to its end


def _leave_working_directory() -> None:
    """Take the working directory off the module path, where `python -m` puts it, unless the program is in it.

    A checkout that somebody audits may hold modules that are called like libraries.
    """
    here = os.path.realpath("")  # pathlib may be one of those
    if (
        os.path.realpath(__file__) != os.path.realpath("pushlog/__main__.py")
        and sys.path
        and os.path.realpath(sys.path[0]) == here
    ):
        del sys.path[0]


if __name__ == "__main__":
    _leave_working_directory()
    main()
