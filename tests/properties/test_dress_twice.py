"""A push is read alike behind two prefixes, one inside the other, and where only a piece of its log was kept."""

from itertools import product

import pytest

from tests.properties.test_dress import JOBS, LOGS, STEP, facts, prefixes

OUTER = [
    "2026-11-23T21:26:44.8472638Z ",
    "release\tRun make release\t2026-11-23T21:26:44.8472638Z ",
    "[2026-11-23T21:26:44.847Z] ",
    "[21:26:44] :\t [Step 2/3] ",
    "push\tUNKNOWN STEP\t2026-11-23T21:26:44.8472638Z ",
    "[push : release] ",
    "push-1  | ",
    "[Release/push]   | ",
]
COMBINATIONS = STEP * 13


def wear(prefix: str, lines: list[str], after: str = "") -> list[str]:
    return [f"{prefix}{line}{after}" for line in lines]


@pytest.mark.parametrize(("number", "name"), list(enumerate(LOGS)), ids=LOGS)
def test_a_log_says_the_same_behind_a_prefix_inside_another(number: int, name: str) -> None:
    plain = facts(LOGS[name])
    some = list(product(OUTER, prefixes()))[number::COMBINATIONS]
    worn = {(outer, inner): wear(outer, wear(inner, LOGS[name], after)) for outer, (inner, after) in some}
    assert [both for both, lines in worn.items() if facts(lines) != plain] == []


def pieces(lines: list[str]) -> list[list[str]]:
    """The lines without their head, without their tail, and without a part of their middle."""
    size = len(lines)
    return [
        *(lines[start:] for start in range(1, size)),
        *(lines[:end] for end in range(1, size)),
        *(lines[:at] + lines[at + 1 :] for at in range(1, size - 1)),
    ]


@pytest.mark.parametrize(("number", "name"), list(enumerate(LOGS)), ids=LOGS)
def test_a_piece_of_a_log_says_the_same_behind_a_prefix(number: int, name: str) -> None:
    whole = [*(f"building {count}" for count in range(5)), *LOGS[name]]
    jobs = [[*head, *piece, *tail] for piece in pieces(whole) for head, tail in JOBS.values()]
    some = list(product(jobs, [*OUTER]))[number::COMBINATIONS]
    wrong = [(prefix, lines) for lines, prefix in some if facts(wear(prefix, lines)) != facts(lines)]
    assert wrong == []
