"""The entry point of the console script and of `python -m pushlog`; Ctrl-C is quiet from here on."""

from __future__ import annotations

import gc
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


if __name__ == "__main__":
    main()
