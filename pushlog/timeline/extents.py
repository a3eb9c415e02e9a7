"""How large the files of each layer are, as far as the graphdriver store's figures tell.

Its total is the sum of the files' sizes, the one that `docker history` prints too (moby layer.DiffSize, in
distribution/push_v2.go and daemon/images/image_history.go). It is left out where it is 0, or where more bytes were
read: a tar counts its headers, too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import EventKind

if TYPE_CHECKING:
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.timeline.pairing import Extent

# docker/go-units HumanSize prints four digits of a figure.
_DIGITS = 4
# A tar's header, and the two empty blocks at its end.
_BLOCK = 512
_END = 2 * _BLOCK
# A full bar this small may count headers alone, of a layer without files.
_RECORD = 20 * _BLOCK
# moby layer/layer.go DigestSHA256EmptyTar: the layer of an instruction that left no files.
_EMPTY = "5f70bf18a086"


def extents(section: ParsedPush) -> dict[str, Extent]:
    """Return the least and the most bytes of each layer's files by its id; only of those that the log tells of."""
    events = section.events
    count = len(events.ids)
    has_figure = (events.kind == EventKind.PUSHING) & (events.current >= 0)
    code = events.layer[has_figure]
    total, current = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    np.maximum.at(total, code, events.total[has_figure])
    np.maximum.at(current, code, events.current[has_figure])
    done = set(events.layer[events.kind == EventKind.PUSHED].tolist())
    sizes: dict[str, Extent] = {}
    for number, (layer, size, read) in enumerate(zip(events.ids, total.tolist(), current.tolist(), strict=True)):
        if layer == _EMPTY:
            sizes[layer] = (0.0, 0.0)
        elif size > 0:
            least = 0.0 if size == read <= _RECORD else size - _half(size)
            sizes[layer] = (least, size + _half(size))
        elif read >= 0:
            around = _BLOCK + _END if number in done else _BLOCK
            sizes[layer] = (0.0, max(read + _half(read) - around, 0.0))
    return sizes


def _half(size: int) -> float:
    """Return by how many bytes a printed figure can be off."""
    return 0.5 * 10.0 ** (math.floor(math.log10(size)) + 1 - _DIGITS) if size else 0.0
