"""A lazy pattern answers as the compiled one does, and is compiled by its first use."""

import re

import pytest

from pushlog.lazy_pattern import lazy_pattern


def test_a_lazy_pattern_answers_as_the_compiled_one_does():
    lazy, compiled = lazy_pattern(r"(?P<word>\w+)", re.ASCII), re.compile(r"(?P<word>\w+)", re.ASCII)
    assert lazy.pattern == compiled.pattern
    assert lazy.flags == compiled.flags
    assert lazy.groupindex == compiled.groupindex
    assert [match.span() for match in lazy.finditer("é ab")] == [(2, 4)]
    assert lazy.sub("x", "a b") == compiled.sub("x", "a b")
    assert lazy_pattern(rb"a.").findall(b"abacad") == [b"ab", b"ac", b"ad"]


def test_a_pattern_is_compiled_by_its_first_use():
    broken = lazy_pattern("(")
    assert broken.pattern == "("
    with pytest.raises(re.error):
        broken.search("")
