"""The shared words of the outputs: sizes, times, states and the bands of the waterline."""

from dataclasses import replace

import pytest

from pushlog.model import Clock, Duration, Failure, Family, Fate, Outcome, State, Store
from pushlog.report import words
from pushlog.report.prose import prose, remedy, sentences
from pushlog.report.visible import visible
from pushlog.report.words import Stand
from tests.diagnoses import body_limit, containerd_failure, cut_off, diagnosis, layer, long_success, no_layers


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (None, "unknown"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (9_437_184, "9.437 MB"),
        (9_000_000, "9 MB"),
        (999_999, "1 MB"),
        (1_234_567_890_123, "1.235 TB"),
        (12 * 10**18, "12000 PB"),
    ],
)
def test_sizes_are_decimal_with_four_digits(n: int | None, text: str) -> None:
    assert words.size(n) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"),
        (0.04, "0 s"),
        (0.2, "0.2 s"),
        (9.96, "10 s"),
        (50.4, "50 s"),
        (59.7, "1 min 00 s"),
        (62, "1 min 02 s"),
        (3599.6, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_seconds_are_said_as_a_person_says_them(value: float, text: str) -> None:
    assert words.seconds(value) == text


@pytest.mark.parametrize(
    ("seconds", "at_least", "clock", "text"),
    [
        (72.0, 72.0, Clock.STAMPED, "1 min 12 s"),
        (None, 50.0, Clock.INFERRED, "at least 50 s"),
        (None, 5.0, Clock.INFERRED, "at least 5 s"),
        (None, 4.9, Clock.INFERRED, "no timestamps in the log"),
        (None, 0.0, Clock.INFERRED, "no timestamps in the log"),
        (None, 0.0, Clock.STAMPED, "unknown"),
        (None, 0.0, Clock.NONE, "no timestamps in the log"),
    ],
)
def test_a_duration_says_how_sure_it_is(seconds: float | None, at_least: float, clock: Clock, text: str) -> None:
    assert words.duration(Duration(seconds=seconds, at_least=at_least), clock) == text


@pytest.mark.parametrize(
    ("n", "noun", "text"),
    [
        (1, "layer", "1 layer"),
        (3, "layer", "3 layers"),
        (2, "push", "2 pushes"),
        (0, "retry", "0 retries"),
        (2, "day", "2 days"),
    ],
)
def test_counts_have_their_plural(n: int, noun: str, text: str) -> None:
    assert words.count(n, noun) == text


def test_the_waterline_groups_layers_from_done_to_untouched() -> None:
    bands = words.waterline(cut_off())
    stands = [Stand.EXISTED, Stand.PUSHED, Stand.IN_FLIGHT, Stand.NEVER, Stand.UNKNOWN]
    assert [band.stand for band in bands] == stands
    assert [band.layers for band in bands] == [1, 1, 2, 2, 1]
    assert {band.bytes for band in bands} == {None}


def test_the_bands_add_the_sizes_that_are_known() -> None:
    existed, mounted, pushed = words.waterline(long_success())
    assert (existed.bytes, existed.sized, existed.exact) == (None, 0, False)
    assert mounted.layers == 1
    assert pushed.exact
    assert pushed.bytes == sum(item.bytes_total or 0 for item in long_success().layers)


def test_every_state_has_a_band_and_a_word() -> None:
    assert set(words.STANDS) == set(State)
    for state in State:
        for outcome in Outcome:
            assert words.state_word(layer(state=state), diagnosis(outcome=outcome))


def test_an_answer_refuses_and_a_broken_connection_fails() -> None:
    assert [band.word for band in words.waterline(body_limit())] == ["pushed", "refused"]
    assert [band.word for band in words.waterline(containerd_failure())] == ["existed", "failed", "cancelled"]


def test_a_layer_that_used_up_its_attempts_gave_up() -> None:
    push = body_limit()
    assert [words.state_word(item, push) for item in push.layers] == ["pushed", "gave up", "pushed"]
    assert words.state_word(replace(push.layers[1], fate=Fate.FAILED), push) == "refused"


def test_a_layer_still_queued_when_the_push_failed_was_never_started() -> None:
    waiting = layer(state=State.WAITING)
    assert words.state_word(waiting, diagnosis(outcome=Outcome.FAILED)) == "not started"
    assert words.state_word(waiting, diagnosis(outcome=Outcome.INCOMPLETE)) == "queued"


def test_the_manifest_is_only_sent_where_the_log_proves_it() -> None:
    assert words.manifest(long_success()) == "sent"
    assert words.manifest(body_limit()) == "not sent"
    assert words.manifest(cut_off()) == "unknown"
    refused = no_layers()
    assert refused.error is not None
    assert words.manifest(refused) == "unknown"
    missing = replace(refused.error, family=Family.LOCAL_IMAGE_MISSING)
    assert words.manifest(replace(refused, error=missing)) == "not sent"
    assert words.manifest(diagnosis([layer()], Outcome.FAILED)) == "not accepted"


@pytest.mark.parametrize(
    ("text", "family", "said"),
    [
        (
            'failed commit on ref "layer-sha256:925157912647": 413 Request Entity Too Large',
            Family.SIZE_LIMIT,
            "not sent",
        ),
        ('failed commit on ref "manifest-1.2@sha256:93a6": 504', Family.SERVER_ERROR, "not accepted"),
        ("the tag already exists", Family.IMMUTABLE_TAG, "not accepted"),
    ],
)
def test_where_a_pipe_names_only_layers_that_are_done_the_error_tells_what_was_refused(
    text: str, family: Family, said: str
) -> None:
    push = replace(
        diagnosis([layer()], Outcome.FAILED),
        store=Store.CONTAINERD,
        error=Failure(text=text, line=3, family=family),
    )
    assert words.manifest(push) == said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[2J\x07\r\x7f", "␛[2J␇␍␡"),
        ("\x9b31m", "\u2039U+009B\u203a31m"),
        ("a\u202eb\u2066c\u200f", "a\u2039U+202E\u203ab\u2039U+2066\u203ac\u2039U+200F\u203a"),
        ("\ud800", "\ufffd"),
        ("é 漢 ✓", "é 漢 ✓"),
    ],
)
def test_control_characters_become_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_prose_sets_backticks_and_layer_ids_as_code() -> None:
    pieces = prose("raise `client_max_body_size` for 8fca24a28722.")
    assert [piece.text for piece in pieces if piece.code] == ["client_max_body_size", "8fca24a28722"]
    assert "".join(piece.text for piece in pieces) == "raise client_max_body_size for 8fca24a28722."


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Log in: `docker login r.example`", "docker login r.example"),
        ("Log in with `docker login r.example`.", "docker login r.example"),
        ("`docker push a && \\\n docker push b`", "docker push a && \\\n docker push b"),
        ("Set `x` on the proxy", None),
        ("Set `x`", None),
        ("Use `a b` first, then push", None),
        ("An unpaired ` and `a b", None),
    ],
)
def test_a_command_at_the_end_of_a_remedy_is_taken_out(text: str, command: str | None) -> None:
    assert remedy(text).command == command


def test_the_first_sentence_is_told_from_the_rest() -> None:
    first, rest = sentences("Push again. It was a hiccup.")
    assert (first[0].text, rest[0].text) == ("Push again.", "It was a hiccup.")
    first, rest = sentences("Push again.")
    assert (first[0].text, rest) == ("Push again.", ())


def test_a_sentence_that_is_too_long_does_not_stand_out() -> None:
    assert sentences("word " * 40)[0] == ()


def test_an_account_in_a_registry_s_name_is_no_layer() -> None:
    (only,) = prose("123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app")
    assert not only.code
