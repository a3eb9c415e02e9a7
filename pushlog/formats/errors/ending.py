"""What ends the text of an error and is no part of it, such as `-> [Help 1]`."""

from __future__ import annotations

import re

# Characters of an ending: each of a longer run, of blanks say, would be tried as the beginning of one.
LONGEST = 200


def without_ending(ending: re.Pattern[str], text: str) -> str:
    """Return a text without the blanks and the ending behind it."""
    text = text.rstrip()
    match = ending.search(text, max(0, len(text) - LONGEST))
    return text[: match.start()] if match else text


def without_repetition(text: str) -> str:
    """Return the text of `TEXT [TEXT]`, which Maven's plug-ins print."""
    twice = re.fullmatch(r"(.+?) ?\[(.+)\]", text, re.DOTALL) if text.endswith("]") else None
    return twice[1].strip() if twice and twice[1].strip() == twice[2].strip() else text
