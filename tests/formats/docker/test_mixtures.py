"""Two pushes that wrote into one log without a prefix: neither gets what may be the other's."""

from pushlog.model import Outcome
from tests.logs import DONE, HEADER, A, B, log

WEB, API = (HEADER.replace("app", name) for name in ("web", "api"))
DENIED = "denied: requested access to the resource is denied"
OTHER_DONE = f"2.0: digest: sha256:{'b' * 64} size: 528"


def rules(push):
    return {finding.name for finding in push.findings}


def test_a_refusal_and_a_digest_line_are_given_to_neither() -> None:
    pushes = log(WEB, API, f"{A}: Preparing", f"{B}: Preparing", DENIED, f"{B}: Pushed", DONE).pushes
    assert [(push.outcome, push.error, push.reference.tags) for push in pushes] == [(Outcome.INCOMPLETE, None, ())] * 2
    assert all("interleaved-pushes" in rules(push) for push in pushes)
    assert all("truncated-log" not in rules(push) for push in pushes)


def test_two_digest_lines_prove_the_end_and_name_no_tag() -> None:
    first, second = log(WEB, API, f"{A}: Preparing", f"{B}: Pushed", f"{A}: Pushed", DONE, OTHER_DONE).pushes
    assert (second.outcome, second.reference.tags, second.reference.digest) == (Outcome.SUCCEEDED, (), None)
    assert "interleaved-pushes" in rules(first) & rules(second)


def test_two_refusals_in_the_same_words_are_one_each() -> None:
    pushes = log(WEB, API, f"{A}: Preparing", f"{B}: Preparing", DENIED, DENIED).pushes
    assert [push.error.text for push in pushes] == [DENIED, DENIED]


def test_a_layer_that_goes_on_behind_the_next_header_leaves_the_end_open() -> None:
    pushes = log(WEB, f"{A}: Preparing", API, f"{B}: Preparing", DENIED, f"{A}: Pushed", DONE).pushes
    assert [(push.outcome, push.error) for push in pushes] == [(Outcome.INCOMPLETE, None)] * 2


def test_a_push_that_said_nothing_before_one_that_went_well_is_no_mixture() -> None:
    first, second = log(WEB, API, f"{B}: Preparing", f"{B}: Pushed", DONE).pushes
    assert (first.outcome, second.outcome, second.reference.tags) == (Outcome.INCOMPLETE, Outcome.SUCCEEDED, ("1.2",))
    assert "interleaved-pushes" not in rules(first) | rules(second)


def test_a_push_that_failed_is_over_when_the_next_one_begins() -> None:
    first, second = log(WEB, f"{A}: Preparing", DENIED, API, f"{A}: Preparing", f"{A}: Pushed", DONE).pushes
    assert (first.outcome, second.outcome) == (Outcome.FAILED, Outcome.SUCCEEDED)
    assert "interleaved-pushes" not in rules(first) | rules(second)


def test_a_screen_that_shows_each_layer_once_goes_on_with_no_layer_of_the_push_above() -> None:
    first, second = log(WEB, f"{A}: Preparing", f"{B}: Waiting", API, f"{A}: Pushed", f"{B}: Pushed", DONE).pushes
    assert "interleaved-pushes" not in rules(first) | rules(second)


def test_a_refusal_below_the_second_header_may_be_of_the_first_push() -> None:
    first, second = log(WEB, f"{A}: Preparing", API, f"{B}: Preparing", f"{A}: Pushed", DENIED).pushes
    assert "interleaved-pushes" in rules(first) & rules(second)
