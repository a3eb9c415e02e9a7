"""Headers and commands are found by the word that they share, as a search for each would find them."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.intake import log_text
from pushlog.intake.log_text import LogText
from pushlog.intake.unwrap import witnesses
from tests.examples import examples

WORDS = (b"The push refers to ", b"docker push ", b"docker image push ")
PIECES = st.sampled_from([*WORDS, b" push ", b"docker ", b"push", b" ", b"image ", b"The", b"x\n"])


@pytest.mark.parametrize("most", [2, 1000])
@pytest.mark.parametrize("sparse", [0, 3, 20_000])
@settings(max_examples=examples(150), deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join), st.lists(st.integers(0, 300), max_size=6).map(sorted))
def test_all_words_are_found(most, sparse, data, ends):
    spans = [(start, min(len(data), stop)) for start, stop in zip(ends[::2], ends[1::2], strict=False)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(witnesses, "_MOST", most)
        patch.setattr(witnesses, "_SPARSE", sparse)
        offsets = witnesses._push_words(data, spans)
    for words in WORDS:
        plain = [match.span() for match in re.finditer(re.escape(words), data)]
        inside = [first for low, high in spans for first, last in plain if low <= first and last <= high]
        assert offsets[words] == inside[:most]


BLOCKS = st.sampled_from([b"", b"\n", b"x", b"\n" * 3, b"xyz" * 30])


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(BLOCKS, max_size=30).map(b"".join), st.integers(0, 40), st.integers(0, 400), st.integers(1, 16))
def test_ranges_near_the_beginnings_of_lines_leave_out_nothing_near_one(data, start, more, reach):
    stop = min(len(data), start + more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_text, "_BLOCK", 16)
        ranges = LogText(data).near_line_starts(start, stop, reach)
    covered = {offset for low, high in ranges for offset in range(low, high)}
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
    assert covered <= set(range(start, stop))
    for offset in range(start, stop):
        first = data.rfind(b"\n", 0, offset) + 1
        assert offset in covered or offset - first > reach


def test_the_middle_of_a_long_line_is_near_no_beginning():
    data = b"x\n" + bytes(1 << 20) + b"\ny"
    assert sum(stop - start for start, stop in LogText(data).near_line_starts(0, len(data), 600)) < len(data) // 4
