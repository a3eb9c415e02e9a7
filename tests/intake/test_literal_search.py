"""What is passed over before a log is read holds nothing: a plain search of all of it finds the same."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.formats import prefilter
from pushlog.formats.dialects import DIALECTS, openings, start_patterns
from pushlog.intake import literal_search, start_pattern
from pushlog.intake.literal_search import LiteralIndex, beginnings, starts
from tests.examples import examples

OPENINGS = (*openings(), *(one for dialect in DIALECTS for one in dialect.WHERE))
SIGNS = sorted({sign for one in OPENINGS for sign in one.signs})
WORDS = [word.pattern for word in prefilter.words()]


def test_beginnings_are_told_as_far_as_they_are_plain():
    assert beginnings(rb"Error: pushing") == {b"Error: "}
    assert beginnings(rb"Cop(?:ying|ied) ") == {b"Copying", b"Copied "}
    assert beginnings(rb"docke(?:r +(?:image +)?push)") == {b"docker "}
    assert beginnings(rb"\[\+\] x(?:y|z)?[a]") == {b"[+] x", b"[+] xy", b"[+] xz"}
    assert beginnings(rb"Pushing ?\r?\n") == {b"Pushing"}
    assert beginnings(rb"ab+c|d*e|fg{2}|h.") == {b"ab", b"", b"f", b"h"}
    assert beginnings(rb"(?:a|b)+c") == {b""}
    assert beginnings(rb"a[)(|]b|\|c") == {b"a", b"|c"}


def test_what_all_of_a_log_is_searched_for_needs_no_pass_of_its_own():
    signs = [sign for pattern in (*openings(), *start_patterns()) for sign in pattern.signs]
    assert [sign for sign in (*signs, *WORDS) if min(map(len, beginnings(sign))) < 7] == []


def test_each_sign_begins_with_plain_text():
    # One that begins with a class of characters would be tried at every byte of a log.
    assert [sign for sign in SIGNS if min(map(len, beginnings(sign))) < 4] == []


# Texts that signs match, whole, cut and run together, between bytes that they share.
TEXTS = [
    *(text for sign in SIGNS for text in beginnings(sign)),
    *(re.sub(rb"\\(.)", rb"\1", sign) for sign in SIGNS),
    *(b"Copying blob ", b"error checking push ", b"Pushed x@sha256:", b"Pushed " + b"y" * 290 + b"@sha256:"),
    *(b"#12 exporting", b"docker  image push", b": Pushed", b": Mounted from", b": digest: sha256:", b"Pushing\n"),
    *(b"The push refers to repository [r/x]", b"Pushing r/x", b"Getting image source signatures"),
]
NOISE = [b"\n", b" ", b":", b"P", b"ing ", b"0123456789" * 7, b"\xff\0", b"." * 1100]


@st.composite
def data(draw):
    parts = draw(st.lists(st.sampled_from(TEXTS) | st.sampled_from(NOISE), max_size=25))
    cut = draw(st.integers(0, 12))
    return b"".join(parts)[cut:]


@settings(max_examples=examples(300), deadline=None)
@given(data(), st.integers(0, 900), st.integers(0, 2000), st.booleans())
def test_every_match_begins_in_a_part_that_is_looked_at(log, low, more, is_short):
    high = min(len(log), low + more)
    groups = (SIGNS, WORDS, [*SIGNS[::2], *WORDS[::2]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(literal_search, "_SHORT", 1 << 18 if is_short else 0)
        found = LiteralIndex(*groups).spans(log, low, high)
    for signs, spans in zip(groups, found, strict=True):
        assert all(low <= start < stop <= high for start, stop in spans.tolist())
        assert all(stop < start for (_, stop), (start, _) in pairwise(spans.tolist()))
        for sign in signs:
            expression = re.compile(sign)
            plain = [found.start() for found in expression.finditer(log, low) if found.start() < high]
            assert list(starts(expression, log, spans)) == plain


def test_an_index_that_is_made_later_finds_its_words_in_a_log_that_was_looked_at_before():
    log = b"x" * 50 + b"a word of the second index"
    assert LiteralIndex([b"another word"]).groups(log, 0, len(log)) == []
    assert LiteralIndex([b"a word of the"], [b"of the second"], [b"another word"]).groups(log, 0, len(log)) == [0, 1]


@settings(max_examples=examples(100), deadline=None)
@given(data(), st.sampled_from([64, 100, 1 << 20]))
def test_openings_are_found_where_a_plain_search_finds_them_whatever_the_stretch(log, stretch):
    plain = sorted(at for one in OPENINGS for at, _ in one.places(log, np.array([[0, len(log)]])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(start_pattern, "_STRETCH", stretch)
        assert sorted(start_pattern.places(OPENINGS, log)) == plain


def test_an_opening_hides_none_further_on_in_its_line_and_is_found_once_wherever_a_stretch_ends(monkeypatch):
    one = start_pattern.StartPattern(signs=(b"push",), pattern=rb"a* push")
    log = b"aaaa push aaaaaaa push aaa push\n"
    for stretch in range(1, 40):
        monkeypatch.setattr(start_pattern, "_STRETCH", stretch)
        assert list(start_pattern.places([one], log)) == [0, 10, 23], stretch


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(data(), max_size=6), st.sampled_from([128, 512, 1 << 20]))
def test_blocks_with_a_word_of_docker_are_found_where_a_plain_search_finds_them(logs, stretch):
    log = b"".join(logs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefilter, "BLOCK", 128)
        patch.setattr(prefilter, "_STRETCH", stretch)
        plain = [low for low in range(0, len(log), 128) if prefilter._has_word(log, low, list(prefilter.words()))]
        known = list(prefilter.words())
        looked = [prefilter._look_at(log, start, known) for start in range(0, len(log), stretch)]
        assert [low for look in looked for low in look.blocks] == plain


@settings(max_examples=examples(100), deadline=None)
@given(data())
def test_a_group_is_spoken_where_one_of_its_openings_is_found(log):
    groups = [dialect.WHERE for dialect in DIALECTS]
    assert start_pattern.spoken(groups, log) == [
        next(start_pattern.places(group, log), None) is not None for group in groups
    ]
