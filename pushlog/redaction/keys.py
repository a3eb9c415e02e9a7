"""Lines of keys: base64 in lines of equal length, told from certificates by the lines around them."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.redaction.encoded import may_hold_code
from pushlog.redaction.places import Letters, as_bytes
from pushlog.redaction.prefixes import prefix
from pushlog.redaction.row import Break

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.redaction.row import Row

KIND = "key-material"
# RFC 7468 section 2: lines of 64 characters; some encoders write 76.
_LINE = lazy_pattern(r"(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[0-9])[A-Za-z0-9+/]{60,76}={0,2}")
_RUN_LENGTH = 60
_RUN = lazy_pattern(r"[A-Za-z0-9+/]{60}")
_BASE64 = Letters(f"{string.ascii_letters}{string.digits}+/")
_LABEL = lazy_pattern(r"-----(?:BEGIN|END) ([A-Z0-9 ]{1,60})-----")
# Below the label of a key: a piece of it, and the rest in the row behind the last one.
_PRIVATE = "PRIVATE KEY"
_PIECE = lazy_pattern(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/]{24,}={0,2}")
_MIXED = lazy_pattern(r"(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[0-9])")
_REST = lazy_pattern(r"(?<![^\s+>|\"'])[A-Za-z0-9+/]{2,}={0,2}[\s\"',]{0,8}$")
# So many rows without a piece end a key.
MOST_SILENT = 4
_LAST = lazy_pattern(r"[A-Za-z0-9+/]{1,75}={0,2}")


def key_places(text: str) -> Iterator[int]:
    """Yield where lines of a key may stand in a text."""
    yield from (start for start, _ in _BASE64.runs(as_bytes(text), _RUN_LENGTH))


def key_lines(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Yield where lines of a key stand whose label is not in the text."""
    yield from _labelled(rows)
    if not any(_RUN.search(row.text) for row in rows):
        return
    run: list[tuple[Row, int]] = []
    label = ""
    for index, row in enumerate(rows):
        first = prefix(rows, index) if _RUN.search(row.view.text) else 0
        text = row.view.text[first:].strip()
        if _LINE.fullmatch(text) and not may_hold_code(text):
            run.append((row, first))
            continue
        boundary = _LABEL.search(text)
        closes = label or (boundary[1] if boundary else "")
        if run and not closes:
            yield from _spans(run)
        if boundary or not (run and _LAST.fullmatch(text)):
            label = boundary[1] if boundary and "BEGIN" in boundary[0] else ""
            run = []
    if run and not label:
        yield from _spans(run)


def _labelled(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Yield where pieces of a key stand below its label, whatever stands before and behind them in their rows."""
    silent, is_last = MOST_SILENT, False
    for index, row in enumerate(rows):
        if "KEY" in row.text and (label := _LABEL.search(row.visible)) and _PRIVATE in label[1]:
            silent = 0 if "BEGIN" in label[0] else MOST_SILENT
            continue
        if silent >= MOST_SILENT:
            continue
        piece = next((hit for hit in _PIECE.finditer(row.visible) if _MIXED.match(hit[0])), None)
        if piece is None and is_last and row.before is not Break.BLANK:
            piece = _REST.search(row.visible, prefix(rows, index))
        is_last = piece is not None
        silent = 0 if piece else silent + 1
        if piece:
            yield row.view.starts[piece.start()], row.view.stops[piece.end() - 1]


def _spans(run: Sequence[tuple[Row, int]]) -> Iterator[tuple[int, int]]:
    for row, first in run:
        yield row.view.starts[first], row.view.stops[-1]
