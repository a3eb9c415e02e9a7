"""A prefix that no row knows, recognised because the lines of a push share its shape; a stamp in it gives the time."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pushlog.knowledge.decorations import Decoration, decorations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.knowledge.decorations import Stamp

# A level says something else on the line of an error, which is the one that matters.
_LEVEL = re.compile(rb"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)\b", re.IGNORECASE)
_ANY_LEVEL = rb"(?i:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL)"
# Threads and classes differ from line to line beside a stamp; without one, all lines must share one shape.
_SHAPES = 8
_LEAST = 2
_MOST = 0.8


def infer_prefix(prefixes: Sequence[bytes]) -> Decoration | None:
    """The form that these prefixes share, digits aside; None when they share none."""
    for stamp in decorations().stamps:
        parted = [re.split(b"(" + stamp.pattern.encode() + b")", prefix, maxsplit=1) for prefix in prefixes]
        if all(len(parts) == 3 for parts in parted):
            before, after = (_shapes([parts[side] for parts in parted], _SHAPES) for side in (0, 2))
            if before is not None and after is not None:
                return _form(before + f"(?P<stamp>{stamp.pattern})" + after, prefixes[0], stamp)
    shape = _shapes(prefixes, 1)
    return None if shape is None else _form(shape, prefixes[0], None)


def _shapes(parts: Sequence[bytes], most: int) -> str | None:
    """One pattern for nearly all parts, made of the shapes that come more than once."""
    votes = Counter(_shape(part) for part in parts)
    kept = [(shape, count) for shape, count in votes.most_common(most) if count >= _LEAST]
    if not kept or sum(count for _, count in kept) < (1.0 if most == 1 else _MOST) * len(parts):
        return None
    # The longest first: the shape of one can be the beginning of another.
    texts = sorted((shape.decode("latin-1") for shape, _ in kept), key=len, reverse=True)
    return texts[0] if len(texts) == 1 else f"(?:{'|'.join(texts)})"


def _shape(part: bytes) -> bytes:
    """The part as a pattern in which digits and levels may be others."""
    return _LEVEL.sub(lambda _: _ANY_LEVEL, re.sub(rb"\\?\d+", rb"\\d+", re.escape(part)))


def _form(pattern: str, prefix: bytes, stamp: Stamp | None) -> Decoration:
    return Decoration(
        id="prefix",
        system="timestamp" if stamp else "prefix",
        pattern=pattern,
        suffix=None,
        clock=stamp.clock if stamp else None,
        sample=prefix.decode("utf-8", "replace"),
        inside="",
        source="a prefix that all lines share" + (f", with {stamp.words}" if stamp else ""),
    )
