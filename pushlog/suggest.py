"""What a mistyped word may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `; did you mean 'html'?`, to put behind a message; empty where no word is close."""
    from difflib import get_close_matches

    known_words = {known_word.lower(): known_word for known_word in words}
    close = [known_words[match] for match in get_close_matches(word.lower(), known_words, n=2, cutoff=0.7)]
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
