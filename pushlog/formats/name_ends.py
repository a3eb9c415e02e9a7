"""What may stand right behind the name of an image in a text, and is none of it."""

from __future__ import annotations

from pushlog.lazy_pattern import lazy_pattern

_EMPHASIS = lazy_pattern(r"(?:^|(?<=[\s*(>~]))_+(?=[\w*])")
# A sentence ends behind the name; but of a hash, which has seven digits and more, somebody left out the rest.
_CUT_HASH = r":(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{1,6}(?=\.{3}$)"
_FULL_STOP = lazy_pattern(rf"^(?!.*{_CUT_HASH})(.*\w)(?:\.{{3}}|[.,;:]+)$")


def without_emphasis(name: str, line: str) -> str:
    """Return a name or tag without the underscores that end an emphasis of Markdown in its line, as in `_push a:1_`."""
    return name.rstrip("_") if name.endswith("_") and _EMPHASIS.search(line) else name


def without_stop(text: str) -> str:
    """Return a name without the dots, comma or colon behind it, which end a sentence: not where they stand for more."""
    return _FULL_STOP.sub(r"\1", text)
