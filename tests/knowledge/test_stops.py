"""Words that stop a push: each row takes its samples and none of its look-alikes."""

import pytest

from pushlog.knowledge.stops import stop_reason, stops

SAMPLES = [(row, sample) for row in stops() for sample in row.sample]
LOOKALIKES = [line for row in stops() for line in row.lookalike]


@pytest.mark.parametrize(("row", "sample"), SAMPLES, ids=[row.id for row, _ in SAMPLES])
def test_a_row_takes_its_samples_whatever_label_stands_before(row, sample):
    assert row.pattern.fullmatch(sample)
    for label in ("", "##[error]", "ERROR: ", "Error: ", "WARNING: "):
        assert stop_reason(label + sample), label + sample


@pytest.mark.parametrize("line", LOOKALIKES)
def test_a_lookalike_stops_nothing(line):
    assert stop_reason(line) is None


@pytest.mark.parametrize("row", stops(), ids=lambda row: row.id)
def test_a_row_says_why_in_a_sentence_and_where_its_words_are_from(row):
    reason = stop_reason(row.sample[0])
    assert reason
    assert reason.endswith(".")
    assert "\\" not in reason
    assert row.source
    assert row.lookalike
