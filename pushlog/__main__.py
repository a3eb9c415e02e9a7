"""What starts first, so that Ctrl-C is quiet from then on: the console script, and `python -m pushlog`."""

from __future__ import annotations

import sys


def main() -> None:
    """The command line; loading it takes a moment in which it can be stopped too."""
    try:
        from pushlog.cli import main as command_line

        command_line()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
