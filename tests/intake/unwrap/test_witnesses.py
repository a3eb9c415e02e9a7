"""Headers and commands are found by the word that they share, as a search for each would find them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.intake.unwrap import witnesses
from tests.examples import examples

WORDS = (b"The push refers to ", b"docker push ", b"docker image push ")
PIECES = st.sampled_from([*WORDS, b" push ", b"docker ", b"push", b" ", b"image ", b"The", b"x\n"])


@pytest.mark.parametrize("most", [2, 1000])
@pytest.mark.parametrize("sparse", [0, 3, 20_000])
@settings(max_examples=examples(150), deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join), st.integers(0, 40), st.integers(0, 200))
def test_all_words_are_found(most, sparse, data, start, more):
    stop = min(len(data), start + more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(witnesses, "_MOST", most)
        patch.setattr(witnesses, "_SPARSE", sparse)
        offsets = witnesses._push_words(data, start, stop)
    for words in WORDS:
        plain = [match.start() for match in re.finditer(re.escape(words), data) if match.end() <= stop]
        assert offsets[words] == [offset for offset in plain if offset >= start][:most]
