"""Sentences that were found without a secret: most texts of a result, such as advice, come again in the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_CLEAN: set[str] = set()
_MOST = 1 << 13
# A line of a key is no sentence: whether it is secret, the lines beside it tell.
_SENTENCE = lazy_pattern(r"(?!.*[A-Za-z0-9+/_=-]{24})(?=.*\S \S).{1,400}")


def unknown(texts: Iterable[str]) -> list[str]:
    """Return the texts that are still to be looked at."""
    return [text for text in texts if text not in _CLEAN]


def remember(texts: Iterable[str]) -> None:
    """Take note of texts without a secret."""
    if len(_CLEAN) > _MOST:
        _CLEAN.clear()
    _CLEAN.update(filter(_SENTENCE.fullmatch, texts))
