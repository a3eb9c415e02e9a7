"""What was hidden, counted and said: how many secrets, of which kinds, on which lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pushlog.model import Redacted
from pushlog.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Who sees a line sees its secrets: a kind, the secret, and the line, None where no line is known.
Seen = dict[tuple[str, str, int | None], None]
_KINDS_SAID = 6


def counted(secrets: Seen) -> tuple[Redacted, ...]:
    """How many of each kind on each line; one that is seen on a line is not counted where no line is known."""
    placed = {secret for _, secret, line in secrets if line is not None}
    counts = Counter((kind, line) for kind, secret, line in secrets if line is not None or secret not in placed)
    order = sorted(counts.items(), key=lambda item: (item[0][1] is None, item[0][1] or 0, item[0][0]))
    return tuple(Redacted(kind=kind, line=line, count=number) for (kind, line), number in order)


def note(counts: Sequence[Redacted]) -> str:
    """One quiet line: how many, of which kinds, on which lines."""
    kinds = _kinds(counts)
    rest = [f"{len(kinds) - _KINDS_SAID} more kinds"] if len(kinds) > _KINDS_SAID else []
    total = sum(row.count for row in counts)
    return f"{count(total, 'secret')} redacted: {', '.join([*kinds[:_KINDS_SAID], *rest])}"


def by_kind(counts: Sequence[Redacted]) -> Iterator[str]:
    """What was hidden, a line for each kind, after one for all."""
    total = sum(row.count for row in counts)
    yield f"{count(total, 'secret')} redacted" if total else "no secret was found"
    yield from (f"  {kind}" for kind in _kinds(counts))


def _kinds(counts: Sequence[Redacted]) -> list[str]:
    kinds: dict[str, list[int]] = {}
    for row in counts:
        kinds.setdefault(row.kind, []).extend([row.line] if row.line is not None else [])
    return [f"{kind} on {_lines(lines)}" if lines else kind for kind, lines in kinds.items()]


def _lines(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:4]))}" + (" and more" if len(lines) > 4 else "")
