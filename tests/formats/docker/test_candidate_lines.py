"""Noise is refused many lines at a time, as it would be one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.formats.docker import candidate_lines
from pushlog.formats.docker.inline import HINTS
from pushlog.intake.log_text import LogText
from tests.examples import examples

LINES = st.sampled_from(
    (
        b"The push refers to repository [r.example/app]",
        b" 5f70bf18a086: Pushed ",
        b"5f70bf18a086: Retrying in 5 seconds^C",
        b"1.2: digest: sha256:" + b"7d27" * 16 + b" size: 9018",
        b"$ docker push r.example/app:1",
        b'{"status":"Pushed","progressDetail":{},"id":"5f70bf18a086"}',
        b"said: 5f70bf18a086: Pushed",
        b"step 3 of 9 of caf\xc3\xa9",
        b"a \xe2\x82",
        b"^C",
        b"x",
        b"",
    )
)
ENDS = st.sampled_from((b"\n", b"\r\n", b"\r", b"\n\n", b" \t\n"))
LOGS = st.lists(st.tuples(LINES, ENDS).map(b"".join), max_size=12).map(b"".join)


@settings(max_examples=examples(150), deadline=None)
@given(LOGS, st.sampled_from((8, 1 << 20)), st.sampled_from((20, 1 << 16)), st.integers(0, 60))
def test_what_is_read_of_many_lines_is_read_of_each(data: bytes, chunk: int, longest: int, start: int) -> None:
    text, stop = LogText(data), len(data)
    words = candidate_lines._Words(kinds=candidate_lines._WORDS_ANYWHERE, hints=HINTS, keys=candidate_lines.KEYS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidate_lines, "CHUNK", chunk)
        patch.setattr(candidate_lines, "LONGEST_PIECE", longest)
        pieces = list(candidate_lines.candidate_pieces(text, start, stop))
        each = [piece for span in text.spans(start, stop) for piece in candidate_lines._pieces_of(text, *span, words)]
    assert pieces == each
