"""How texts are read in which something stands between the characters or in their place."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.redaction import reading
from tests.examples import examples

SIGNS = [
    "##teamcity[",
    '""',
    "word",
    " ",
    "\n",
    "\t",
    "%",
    "2F",
    "\\",
    "n",
    "0",
    "&",
    "amp;",
    "#1",
    "^",
    "[",
    "'",
    '"',
    "\x1b",
    "\b",
    "\x85",
]
PIECES = st.sampled_from(SIGNS) | st.characters(codec="utf-8")


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_quick_look_says_what_the_patterns_say(text: str) -> None:
    has_one = not reading._MAY_BE_INVISIBLE.search(text) and not reading._MAY_BE_ENCODED.search(text)
    assert reading.is_literal(text) == has_one
