"""Planted secrets, as `python -m tests.fuzz.secrets` makes them: a few of them, always the same, at every run."""

import pytest

from tests.fuzz.decoded import shows
from tests.fuzz.secrets import leaks, planted


@pytest.mark.parametrize(("deep", "number", "most"), [(0, 300, 0), (1, 300, 0), (2, 150, 2)])
def test_of_planted_secrets_hardly_any_stays(deep: int, number: int, most: int) -> None:
    stayed = list(leaks([planted(2026, one, deep) for one in range(number)], "redact"))
    assert len(stayed) <= most, stayed


def test_what_comes_out_of_an_analysis_shows_no_planted_secret() -> None:
    assert list(leaks([planted(2027, one, one % 2) for one in range(8)], "outputs")) == []


@pytest.mark.parametrize(
    "text",
    [
        "x=Zq7wPn4LkT2vXc9R",
        "Zq\x1b[1m7wPn4\x1b[0mLkT2vXc9R",
        "Zq7wPn4L\nkT2vXc9R",
        "Zq7wPn4%4ckT2vXc9R",
        "Zq7wPn4&#76;kT2vXc9R",
        "Zq7wPn4\\u004ckT2vXc9R",
        "eD1acTd3UG40TGtUMnZYYzlS",
        "783d5a713777506e344c6b54327658633952",
    ],
)
def test_the_search_knows_a_secret_in_every_form(text: str) -> None:
    assert shows(text, "Zq7wPn4LkT2vXc9R")
    assert shows(text, "Zq7wPn4LkT2vXc9X"[::-1]) is None
