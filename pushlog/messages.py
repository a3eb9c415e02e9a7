"""Messages on standard error: one line each, without secrets, and without anything that acts on a terminal."""

from __future__ import annotations

import sys

from pushlog.redaction.find import redact_text
from pushlog.report.prose import clip
from pushlog.report.visible import visible

# A value that a message quotes can be as long as a file.
_LONGEST = 2000


def tell(text: str) -> None:
    """Print a message, as one line."""
    # A name or a value in the message may hold a line end, and must not look like a message of its own.
    line = clip(redact_text(text).replace("\n", "\u240a"), _LONGEST)
    sys.stderr.write(f"pushlog: {visible(line)}\n")
