"""Any two prefixes may stand in one log: one push after the other, in any order, or line by line in turns."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from pushlog.knowledge.decorations import decorations
from pushlog.pipeline import analyze
from tests.examples import examples

FORMS = {form.id: form for form in decorations().forms}
WEB = [
    "The push refers to repository [docker.io/acme/web]",
    "0a1b2c3d4e5f: Preparing",
    "0a1b2c3d4e5f: Pushed",
    "1: digest: sha256:" + "a" * 64 + " size: 527",
]
API = [
    "The push refers to repository [docker.io/acme/api]",
    "2a1b2c3d4e5f: Preparing",
    "3a1b2c3d4e5f: Waiting",
    "denied: requested access to the resource is denied",
]
WANTED = [("acme/web", "succeeded", 1, None), ("acme/api", "failed", 2, "permission")]


def behind(name: str, lines: list[str], lane: str | None = None) -> list[str]:
    """Lines behind the prefix of a row's sample; `lane` stands in place of the name in it."""
    form = FORMS[name]
    before, _, after = form.sample.partition(form.inside)
    return [f"{before if lane is None else with_lane(name, before, lane)}{line}{after}" for line in lines]


def with_lane(name: str, prefix: str, lane: str) -> str:
    """The prefix with another last letter or digit in its name."""
    match = re.match(FORMS[name].pattern, prefix)
    assert match is not None
    start, stop = match.span("lane")
    last = max(place for place in range(start, stop) if prefix[place].isalnum())
    return prefix[:last] + lane + prefix[last + 1 :]


def facts(lines: list[str]) -> list[tuple[Any, ...]]:
    """Repository, outcome, number of layers and family of each push of a log."""
    pushes = analyze("\n".join(lines).encode()).pushes
    return [
        (
            push.reference.repository,
            push.outcome.value,
            len(push.layers),
            push.error.family.value if push.error else None,
        )
        for push in pushes
    ]


# All pairs take a minute; each run of the usual suite takes one in so many of them.
STEP = 1 if examples(1) > 1 else 7


def pairs() -> Iterator[tuple[str, list[str]]]:
    for number, first in enumerate(FORMS):
        yield first, [second for second in FORMS if second != first][number % STEP :: STEP]


@pytest.mark.parametrize(("first", "others"), list(pairs()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_push_behind_one_prefix_and_a_push_behind_another_are_both_read(first: str, others: list[str]) -> None:
    wrong = [second for second in others if facts(behind(first, WEB) + behind(second, API)) != WANTED]
    assert wrong == []


@pytest.mark.parametrize("name", FORMS)
def test_a_push_behind_a_prefix_stands_beside_plain_ones(name: str) -> None:
    assert facts(WEB + behind(name, API)) == WANTED
    assert facts(behind(name, WEB) + API) == WANTED


NAMED = [name for name, form in FORMS.items() if "(?P<lane>" in form.pattern]


@pytest.mark.parametrize("name", NAMED)
def test_a_prefix_that_names_its_lane_tells_pushes_in_turns_apart(name: str) -> None:
    lanes = [behind(name, lines, lane) for lines, lane in zip((WEB, API), ("7", "8"), strict=True)]
    assert facts(list(itertools.chain.from_iterable(zip(*lanes, strict=True)))) == WANTED
