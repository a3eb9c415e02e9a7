"""The entry point of the console script and of `python -m pushlog`; Ctrl-C is quiet from here on."""

from __future__ import annotations

import gc
import os
import sys

# Nearly all objects of a short run live to its end, and searching them for cycles took a tenth of the time (measured
# with Python's own threshold of 700). A long run that makes objects line by line is still searched now and then.
_NEW_OBJECTS = 100_000


def main() -> None:
    """Run the command line; Ctrl-C may come while it is still loading."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from pushlog.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # the process ends and frees all memory: a last search for cycles is not needed


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
