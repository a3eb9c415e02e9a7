"""What is searched in a mapped file: the same as in bytes, wherever the steps end in which memory is given back."""

import re

import pytest

from pushlog.intake import mapped
from pushlog.intake.mapped import find, holds, shows

DATA = b"one\ntoken: a\nthree  \nfour\n"


@pytest.fixture(params=range(6), ids=lambda step: f"steps of {1 << step}")
def _steps(request, monkeypatch) -> None:
    monkeypatch.setattr(mapped, "_STEP", request.param)


@pytest.mark.usefixtures("_steps")
def test_words_are_found_where_they_are_in_bytes() -> None:
    for words in (b"o", b"token", b"\nthree", b"four\n", b"five"):
        for start in range(len(DATA)):
            for stop in (start, start + 5, len(DATA)):
                assert find(DATA, words, start, stop) == DATA.find(words, start, stop)
                assert holds(DATA, words, start, stop) == (DATA.find(words, start, stop) >= 0)


@pytest.mark.usefixtures("_steps")
@pytest.mark.parametrize("pattern", [rb"^token: \w$", rb"^[a-z]+  $", rb"^four$", rb"^token$", rb"^e"])
def test_a_line_shows_as_it_does_in_bytes(pattern) -> None:
    line = re.compile(pattern, re.MULTILINE)
    for start in (0, 4, 13, 21, len(DATA)):
        assert shows(DATA, line, start, len(DATA)) == (line.search(DATA, start) is not None)
