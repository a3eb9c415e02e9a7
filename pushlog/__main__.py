"""What starts first, so that Ctrl-C is quiet from then on: the console script, and `python -m pushlog`."""

from __future__ import annotations

import gc
import sys

# Nearly all that a short run makes stays to its end, and searching it for cycles took a tenth of the time (measured
# with Python's own threshold of 700). What is made without end, line by line, is still searched now and then.
_NEW_OBJECTS = 100_000


def main() -> None:
    """The command line; loading it takes a moment in which it can be stopped too."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from pushlog.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # the memory goes with the process: nothing has to be searched once more


if __name__ == "__main__":
    main()
