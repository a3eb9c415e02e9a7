"""A user's own regular expressions: they find what people mean, and nothing makes them slow."""

from __future__ import annotations

import re
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.knowledge.patterns import PatternError, linear, search
from tests.examples import examples

ATOMS = st.sampled_from(["a", "b", "A", ".", "[ab]", "[^a]", r"\w", r"\d", r"\s", r"\.", "^", "$", r"\b", ""])
REPEATS = ["?", "*", "+", "{2}", "{1,3}", "{2,}", "*?", "+?", "{1,2}?"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(REPEATS)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


@settings(max_examples=examples(300), deadline=None)
@given(pattern=st.recursive(ATOMS, grown, max_leaves=8), text=st.text("abAB1 .", max_size=10))
def test_it_finds_what_re_finds(pattern: str, text: str) -> None:
    assert linear(pattern).search(text) == (re.search(pattern, text, re.IGNORECASE | re.ASCII) is not None)


@pytest.mark.parametrize(
    ("pattern", "text", "hit"),
    [
        (r"^registry\.acme\.example(:\d+)?$", "registry.acme.example:5000", True),
        (r"^registry\.acme\.example(:\d+)?$", "registry.acme.example.evil", False),
        (r"quota of \d+ (MiB|GiB) (reached|exceeded)", "denied: Quota of 10 GiB exceeded.", True),
        ("[]x]", "]", True),
        ("[^]]", "]", False),
        ("{a", "x{a", True),
        ("a{0}b", "b", True),
        ("", "", True),
        ("É", "é", True),
        ("x", "\ud800x", True),
    ],
)
def test_it_reads_what_people_write(pattern: str, text: str, hit: bool) -> None:
    assert linear(pattern).search(text) is hit
    assert search(pattern, text) is hit


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 30_000 + "b"),
        ("(a|a)*b", "a" * 30_000),
        (".*.*.*.*x", "a" * 30_000),
        ("(a?){50}a{50}", "a" * 49),
    ],
)
def test_no_text_makes_it_slow(pattern: str, text: str) -> None:
    began = time.perf_counter()
    linear(pattern).search(text)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", r"is no regular expression of RE2: missing \)"),
        ("a{2,1}", "invalid repetition size"),
        ("(?=a)", "invalid perl operator"),
        (r"(a)\1", "invalid escape sequence"),
        ("a++", "bad repetition operator"),
        ("a" * 1001, "is longer than 1,000 characters"),
        ("(((){1000}){1000}){1000}", "invalid repetition size"),
        (r"((\pL{100}){100}){10}", "invalid repetition size|pattern too large"),
    ],
)
def test_what_it_has_not_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match=why):
        linear(pattern)


def test_without_the_engine_the_message_says_how_to_get_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(PatternError, match=r"pip install 'pushlog\[rules\]'"):
        linear("a")
