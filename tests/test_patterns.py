"""A user's own regular expressions: they find what `re` finds, and nothing makes them slow."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.knowledge.patterns import PatternError, found, linear

ATOMS = st.sampled_from(["a", "b", "A", ".", "[ab]", "[^a]", r"\w", r"\d", r"\s", r"\.", "^", "$", r"\b", "", "é"])
REPEATS = ["?", "*", "+", "{2}", "{,2}", "{,}", "{1,3}", "{2,}", "*?", "+?", "{1,2}?"]


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(REPEATS)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


@settings(max_examples=500, deadline=None)
@given(pattern=st.recursive(ATOMS, grown, max_leaves=8), text=st.text("abAB1 .\né", max_size=10))
def test_it_finds_what_re_finds(pattern: str, text: str) -> None:
    assert linear(pattern).found(text) == (re.search(pattern, text, re.IGNORECASE) is not None)


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
    ],
)
def test_it_reads_what_people_write(pattern: str, text: str, hit: bool) -> None:
    assert linear(pattern).found(text) is hit
    assert found(pattern, text) is hit


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
    linear(pattern).found(text)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "is no regular expression: missing"),
        ("a{2,1}", "is no regular expression: min repeat"),
        ("[[a]", "is no regular expression: Possible nested set"),
        ("(?=a)", r"begins a group with '\(\?'"),
        ("(?i)a", r"begins a group with '\(\?'"),
        ("(?P<x>a)", r"begins a group with '\(\?'"),
        (r"(a)\1", r"has '\\1'"),
        (r"\Aa", r"has '\\A'"),
        ("a++", "has a possessive repeat"),
        ("a" * 1001, "is longer than 1,000 characters"),
        ("(((){1000}){1000}){1000}", "has repeats that are too large"),
        ("(" * 400 + ")" * 400, "has too many groups inside groups"),
    ],
)
def test_what_it_has_not_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match=why):
        linear(pattern)
