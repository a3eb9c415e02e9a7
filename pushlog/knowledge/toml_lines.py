"""Where the tables and keys of a TOML text stand, for messages: `tomllib` tells it of no value."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# The way to a table or key: names, and the number of a table in a list, from 0.
Place = tuple[str | int, ...]

_HEADER = lazy_pattern(r"\s*(?P<list>\[\[|\[)(?P<name>[^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = lazy_pattern(
    r"""\s*(?P<name>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_NAME = lazy_pattern(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
# Nobody writes longer ways to a key; a file that is made to take time does.
_DEEPEST = 32
_QUOTES = lazy_pattern(r'"""|\'\'\'')


def line_of(text: str, place: Place) -> int | None:
    """Return the line of a key or table, from 1; that of the table around it where it has no line of its own."""
    lines: dict[Place, int] = {}
    for entry, line in _places(text):
        for end in range(1, len(entry) + 1):
            lines.setdefault(entry[:end], line)
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


def _places(text: str) -> Iterator[tuple[Place, int]]:
    """Yield every table and key with its line, in order; lines inside texts of several lines hold none."""
    table: Place = ()
    counts: dict[Place, int] = {}
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not closing:
            if header := _HEADER.match(line):
                table = _table(_names(header["name"]), counts, is_list=header["list"] == "[[")
                yield table, number
            elif key := _KEY.match(line):
                yield (*table, *_names(key["name"])), number
        closing = _open_quotes(line, closing)


def _table(names: Place, counts: dict[Place, int], *, is_list: bool) -> Place:
    """Return the place of a table by its header; a name of a list stands for its last table."""
    place: Place = ()
    for name in names[:-1]:
        place = (*place, name)
        place = (*place, counts[place]) if place in counts else place
    place = (*place, names[-1])
    if is_list:
        counts[place] = counts.get(place, -1) + 1
        return (*place, counts[place])
    return place


def _names(text: str) -> Place:
    return tuple(match[0].strip("\"'") for match in islice(_NAME.finditer(text), _DEEPEST))


def _open_quotes(line: str, closing: str) -> str:
    """Return the quotes that end the text which is open behind a line; empty where none is."""
    for quotes in _QUOTES.findall(line):
        if not closing:
            closing = quotes
        elif quotes == closing:
            closing = ""
    return closing
