"""Logs with their newest line first, as web views of log stores show them: turned round."""

from __future__ import annotations

import math
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText
    from pushlog.intake.unwrap.timestamps import PrefixTimestamps

# The first lines with a time tell whether times fall throughout.
_LINES = 500
# So many steps back in time for one forward, and at least two.
_MOSTLY = 9
_LEAST = 2


def oldest_first(text: LogText, timestamps: PrefixTimestamps) -> bytes | None:
    """Return the data of a log whose times fall with its oldest line first; None for any other log.

    A line without a time belongs to the one above it.
    """
    back = forward = 0
    each = chain.from_iterable(timestamps.seconds_between(*part) for part in text.parts)
    seconds = (value for value in islice(each, _LINES) if not math.isnan(value))
    for earlier, later in pairwise(seconds):
        back += later < earlier
        forward += later > earlier
        if (_MOSTLY + 1) * forward >= _LINES:
            return None  # too many steps forward, whatever the other lines say: mostly so after some dozen
    if back < _LEAST or back <= _MOSTLY * forward:
        return None
    starts = timestamps.record_starts()
    stops = [*starts[1:], len(text.data)]
    records = (text.data[start:stop] for start, stop in zip(reversed(starts), reversed(stops), strict=True))
    lines = b"".join(record if record.endswith(b"\n") else record + b"\n" for record in records)
    return text.data[: starts[0]] + lines
