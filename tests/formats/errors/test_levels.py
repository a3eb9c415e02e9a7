"""A line below an unfinished push is no error of it if its level says so, unless it speaks of an error of a push."""

import pytest

from pushlog.formats.errors.levels import is_lesser
from pushlog.model import Outcome
from tests.logs import HEADER, A, log

LESSER = [
    "WARNING: something happened today",
    "[WARNING] could not read the cache",
    "warning: error reporting is off",
    "WARN[0010] failed to get cgroup",
    "W1130 12:00:01.123456       7 build.go:12] something happened",
    "2026-11-30 12:00:01 INFO next step",
    "Note: see the manual",
    "::warning::something happened",
    "npm WARN deprecated left-pad@1.3.0",
    "curl: (6) Could not resolve host: hooks.example.com",
    "exit 0",
]
ERRORS = [
    "[WARNING] the upload failed with a strange error",
    "WARN[0003] push failed: strange things",
    "information is missing",
    "something happened today",
    "exit 1",
]


@pytest.mark.parametrize("line", LESSER)
def test_a_line_of_a_lesser_level_is_no_error(line):
    assert is_lesser(line)
    assert log([HEADER, f"{A}: Preparing", line]).pushes[0].outcome is Outcome.INCOMPLETE


@pytest.mark.parametrize("line", ERRORS)
def test_other_lines_may_be_one(line):
    assert not is_lesser(line)
