"""Logs made of pieces of real ones, and every crash that such a log ever caused."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.redaction.whole import redact_log_bytes
from tests.examples import examples
from tests.fuzz import targets
from tests.fuzz.pieces import RowOrder, composed
from tests.logs import HEADER, A, B


@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_log_of_pieces_is_analyzed_and_claims_no_success_that_no_line_says(seed: int) -> None:
    targets.log(composed(RowOrder(seed)))


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_log_of_pieces_is_cleaned_line_by_line(seed: int) -> None:
    data = composed(RowOrder(seed)).decode("utf-8", "replace").encode()
    assert redact_log_bytes(data).data.count(b"\n") == data.count(b"\n")


@settings(max_examples=examples(60), deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 200))
def test_any_bytes_are_read(seed: int, size: int) -> None:
    targets.lines(random.Random(seed).randbytes(size))


# What fuzzing found, each as the input that showed it.
FOUND = {
    "a countdown beyond 64 bits": f"{HEADER}\n{A}: Retrying in 99999999999999999999 seconds\n{A}: \n",
    "figures beyond 64 bits": f'{{"status":"Pushing","progressDetail":{{"current":{"9" * 22}}},"id":"{A}"}}\n',
    "negative figures": f'{{"status":"Pushing","progressDetail":{{"current":-1,"total":1e999}},"id":"{A}"}}\n',
    "a set of dicts, in what looks like a dict of Python": f'x {{"status":"","progressDetail":{{{{}}}},"id":"{A}"}}\n',
    "stamps that show in one order alone": (
        f"2026-11-23 21:36:19,307 {A}: Retrying in 8 seconds\n2026-11-23T21:27:14.5374245Z {B}: ReM-6rying\n"
        f"2026-11-23T21\r\n{A}: Pushed8fca24a\n2026-11-23 21:12:46,653 Uploading artifacts...\r"
        + f"{B}: Retrying in 7 seconds"
        * 76
    ),
    "half of a pair in JSON": '{"errorDetail":{"message":"\\ud800"},"error":"denied"}\n',
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_fuzzing_found_stays_found(text: str) -> None:
    targets.outputs(text.encode())
