"""The console script. It comes before every import that takes time, so that Ctrl-C is answered from then on."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; Ctrl-C at any moment ends it with 130 and without a word."""
    try:
        from pushlog.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)
