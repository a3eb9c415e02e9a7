"""Which instruction made which layer: all ways to pair them that keep their order and their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.history import Step

    # The least and the most bytes of a layer's files; None where the log does not tell.
    Extent = tuple[float, float] | None

# Pairs that are looked at; an image of 127 layers, the most that Docker builds, has far fewer.
_MOST_PAIRS = 1_000_000


def possible_steps(layers: Sequence[Extent], steps: Sequence[Step]) -> list[list[Step]]:
    """Return the steps that can have made each layer, both with the oldest first; nothing where no way pairs them all.

    Every step with a layer is paired, one of which nobody can tell may be, and both follow in the same order.
    """
    steps = [step for step in steps if step.has_layer is not False]
    slack = len(steps) - len(layers)
    if slack < 0 or sum(step.has_layer is True for step in steps) > len(layers):
        return []
    if not layers or len(layers) * (slack + 1) > _MOST_PAIRS:
        return []
    before = _reachable(layers, steps, slack)
    after = _reachable(layers[::-1], steps[::-1], slack)
    if not before[-1][slack]:
        return []
    count = len(layers)
    return [
        [
            steps[number + skipped]
            for skipped in range(slack + 1)
            if before[number][skipped]
            and after[count - number - 1][slack - skipped]
            and agree(layers[number], steps[number + skipped])
        ]
        for number in range(count)
    ]


def _reachable(layers: Sequence[Extent], steps: Sequence[Step], slack: int) -> list[list[bool]]:
    """Return whether the first layers can be paired while that many steps are passed over, by both numbers."""
    table = [[False] * (slack + 1) for _ in range(len(layers) + 1)]
    table[0][0] = True
    for paired, row in enumerate(table):
        for skipped in range(slack + 1):
            if not row[skipped]:
                continue
            number = paired + skipped
            if skipped < slack and steps[number].has_layer is None:
                row[skipped + 1] = True
            if paired < len(layers) and agree(layers[paired], steps[number]):
                table[paired + 1][skipped] = True
    return table


def agree(layer: Extent, step: Step) -> bool:
    """Whether a layer and an instruction can be of the same size."""
    if layer is None or step.size is None:
        return True
    return layer[0] <= step.size[1] and step.size[0] <= layer[1]
