"""Whether what a prefix says of its writer tells pushes apart: a process, a thread, a host, a number.

A push can have lines of several processes or threads, so that these are lanes only where a push begins in each, and
where one goes on below the beginning of another. Of the parts of a job, such as steps, services and files, it has one:
these are lanes where lines that only a push prints stand in several.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.mapped import Data
    from pushlog.intake.unwrap.line_prefix import LinePrefix
    from pushlog.intake.unwrap.witnesses import Witness

# The first line of a push that says nothing of a layer.
_FIRST_LINES = (b"The push refers to ", b"Getting image source signatures")
# Clients whose first line is one of a layer: a line above it of the same writer shows that they were called.
_CALLED = lazy_pattern(rb"\b(?:(?:crane|gcrane|oras|regctl)[^\n]{0,80}? (?:push|copy|cp)|ko (?:build|publish|apply)) ")
# A push that goes on below the beginning of the next one does so within so many bytes.
_NEAR = 1 << 16


def with_lanes(data: Data, pairs: Sequence[tuple[Witness, LinePrefix]]) -> dict[LinePrefix, LinePrefix]:
    """The prefixes whose writers are those of pushes that run at the same time, each with the one that names lanes."""
    by_prefix: dict[LinePrefix, list[Witness]] = {}
    for witness, prefix in pairs:
        if not witness.is_command and prefix.groups & {"writer", "part"} and "lane" not in prefix.groups:
            by_prefix.setdefault(prefix, []).append(witness)
    in_lanes = ((prefix, _in_lanes(data, witnesses, prefix)) for prefix, witnesses in by_prefix.items())
    return {prefix: changed for prefix, changed in in_lanes if changed is not None}


def _in_lanes(data: Data, witnesses: Sequence[Witness], prefix: LinePrefix) -> LinePrefix | None:
    """The prefix with its first group that tells pushes apart as a lane: parts of a job first."""
    matches = [prefix.pattern.match(witness.prefix) for witness in witnesses]
    if len({match["part"] for match in matches if match} if "part" in prefix.groups else ()) > 1:
        return _with_lane(prefix, 0, "part")
    for number, group in enumerate(name for name in prefix.pattern.groupindex if name.startswith("writer")):
        spans = [
            (witness, match.start(group), match.end(group))
            for witness, match in zip(witnesses, matches, strict=True)
            if match and match[group]
        ]
        if _are_lanes(data, spans):
            return _with_lane(prefix, number)
    return None


def _are_lanes(data: Data, spans: Sequence[tuple[Witness, int, int]]) -> bool:
    """Whether each name begins with the first line of a push, and pushes of two names run at the same time.

    `spans`: witnesses, each with where its name stands in the prefix.
    """
    # A process id 12 is no part of 123: what stands behind the name belongs to it.
    names = [witness.prefix[start : stop + 1] for witness, start, stop in spans]
    first: dict[bytes, int] = {}
    for (witness, *_), name in zip(spans, names, strict=True):
        if name not in first and not _is_first_line(data, witness) and not _is_called_above(data, witness, name):
            return False
        first.setdefault(name, witness.start)
    changes = sum(name != other for name, other in pairwise(names))
    return len(first) > 1 and (changes >= len(first) or _goes_on_below_another(data, first))


def _goes_on_below_another(data: Data, first: dict[bytes, int]) -> bool:
    """Whether a name stands below the first line of the next one. `first`: where each name comes first."""
    starts = [*first.values(), len(data)]
    return any(
        data.find(name, start, min(start + _NEAR, stop)) >= 0
        for name, start, stop in zip(first, starts[1:], starts[2:], strict=False)
    )


def _is_first_line(data: Data, witness: Witness) -> bool:
    begin = witness.start + len(witness.prefix)
    return data[begin : begin + max(map(len, _FIRST_LINES))].startswith(_FIRST_LINES)


def _is_called_above(data: Data, witness: Witness, name: bytes) -> bool:
    """Whether a line of this name, not far above a witness, calls a client."""
    above = data[max(0, witness.start - _NEAR) : witness.start]
    starts = ((above.rfind(b"\n", 0, call.start()) + 1, call.start()) for call in _CALLED.finditer(above))
    return any(name in above[start:stop] for start, stop in starts)


def _with_lane(prefix: LinePrefix, number: int, kind: str = "writer") -> LinePrefix:
    """The prefix with one of its groups of a kind, counted from the outside, as a lane."""
    forms = []
    for form in prefix.forms:
        parts = form.pattern.split(f"(?P<{kind}>")
        pattern = parts[0]
        for part in parts[1:]:
            pattern += ("(?P<lane>" if number == 0 else f"(?P<{kind}>") + part
            number -= 1
        forms.append(replace(form, pattern=pattern))
    return replace(prefix, forms=tuple(forms))
