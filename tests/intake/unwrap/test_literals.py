"""What a program printed as a literal of its language is the same log as the text in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.formats.dialects import openings
from pushlog.intake.unwrap.exports.expansion import COUNTED_IN_TEXT
from pushlog.intake.unwrap.log import unwrap
from tests.logs import DONE, HEADER, A, log

# Texts that escapes are made of: quotes, backslashes, tabs, other alphabets, colours.
words = st.text(st.sampled_from("ab'\"\\\t é/n0x{}[],:\x1b"), min_size=1, max_size=30)


def read(printed):
    """The lines of a log that a program printed."""
    return unwrap(printed.encode(), openings()).text.data[:].decode().rstrip("\n").split("\n")


@given(st.lists(words.map(lambda text: f"x {text} x"), max_size=4))
def test_a_text_of_python_is_read_as_its_lines(lines):
    whole = [HEADER, *lines, f"{A}: Preparing"]
    text = "".join(f"{line}\n" for line in whole)
    assert read(repr(text)) == read(repr(text.encode())) == whole


@given(st.lists(words.map(lambda text: f"x {text} x"), max_size=4))
def test_a_text_in_double_quotes_is_read_as_its_lines(lines):
    whole = [HEADER, *lines, f"{A}: Preparing"]
    assert read("stdout: " + json.dumps("".join(f"{line}\n" for line in whole))) == whole


def test_lines_keep_their_numbers_where_each_is_a_literal():
    literals = [repr(f"{line}\n".encode()) for line in (HEADER, f"{A}: Pushed", DONE)]
    push = log(["+ python push.py", *literals, "done"]).pushes[0]
    assert push.lines == (2, 4)


def test_lines_are_counted_in_a_text_that_is_the_whole_log():
    unwrapped = unwrap(repr(f"{HEADER}\n{A}: Pushed\n{DONE}\n").encode(), openings())
    assert unwrapped.text.lines == 3
    assert COUNTED_IN_TEXT in unwrapped.notes


@pytest.mark.parametrize(
    "line",
    [
        "expected = {literal}",
        "    return {literal}",
        'want: "{literal}',
        "assert out == {literal}",
        "const output = {literal};",
    ],
)
def test_a_literal_of_source_stays_one(line):
    printed = line.format(literal=repr(f"{HEADER}\n{A}: Pushed\n"))
    assert read(printed) == [printed]
