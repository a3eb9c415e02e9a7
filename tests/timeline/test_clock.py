"""The inferred clock: what countdowns, redraws and ticks prove, and what they don't."""

import numpy as np
import pytest

from pushlog.formats.docker import lines as docker_lines
from pushlog.intake.log_text import LogText
from pushlog.model import Store
from pushlog.timeline.clock import infer_clock
from tests.logs import HEADER, push

A, B, C = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"


def clock(lines, store=Store.GRAPHDRIVER, *, throttled=True, failed=False, waited=0.0):
    text = LogText("\n".join(lines).encode())
    events = docker_lines.read(text).events
    none = np.array([], dtype=np.int64)
    return infer_clock(events, store=store, throttled=throttled, breaks=none, failed=failed, waited=waited)


def countdown(layer, start, stop=1):
    return [f"{layer}: Retrying in {n} second{'s' if n > 1 else ''}" for n in range(start, stop - 1, -1)]


def test_a_countdown_proves_those_before_it_though_a_paste_shows_only_its_last_line():
    pasted = [HEADER, f"{A}: Retrying in 17 seconds", f"{B}: Pushing [=>  ]  1MB/9MB"]
    assert clock(pasted).end == 5 + 10 + 15 + 3


def test_a_countdown_that_starts_again_from_its_shortest_proves_nothing_of_others():
    lines = [*countdown(A, 5), *countdown(A, 5)]
    assert clock([HEADER, *lines, f"{A}: Pushed"]).end == 10


def test_a_log_without_steps_proves_nothing():
    result = clock([f"{A}: Preparing", f"{A}: Pushed"])
    assert result.end == 0
    assert not result.proven


def test_a_countdown_lasts_as_long_as_it_says_once_something_follows():
    assert clock([*countdown(A, 5), f"{A}: Pushed"]).end == 5


def test_a_countdown_that_the_log_ends_in_lasts_only_what_was_seen():
    assert clock(countdown(A, 5, stop=3)).end == 2


def test_lost_countdown_lines_do_not_shorten_it():
    assert clock([f"{A}: Retrying in 10 seconds", f"{A}: Retrying in 2 seconds", f"{A}: Pushed"]).end == 5 + 10


def test_countdowns_of_several_layers_share_one_clock():
    both = [line for pair in zip(countdown(A, 5), countdown(B, 5), strict=True) for line in pair]
    assert clock([*both, f"{A}: Pushed", f"{B}: Pushed"]).end == 5


def test_countdowns_one_after_the_other_add_up():
    assert clock([*countdown(A, 5), *countdown(A, 10), f"{A}: Pushed", *countdown(B, 5), f"{B}: Pushed"]).end == 20


def test_exhausted_retries_prove_fifty_seconds_when_the_push_failed():
    waits = [line for start in (5, 10, 15, 20) for line in countdown(A, start)]
    assert clock(waits, failed=True).end == 50
    assert clock(waits, failed=False).end == 49


def test_other_layers_are_dated_by_a_countdown():
    lines = [
        f"{A}: Retrying in 5 seconds",
        f"{A}: Retrying in 4 seconds",
        f"{B}: Pushed",
        f"{A}: Retrying in 3 seconds",
    ]
    assert clock(lines).at.tolist() == [0, 1, 1, 2]


def redraws(layer, count, total="9MB"):
    return [f"{layer}: Pushing [=>  ]  {n}MB/{total}" for n in range(1, count + 1)]


def test_redraws_of_one_layer_are_a_tenth_of_a_second_apart_but_for_the_last():
    assert clock([*redraws(A, 6), f"{A}: Pushed"]).end == pytest.approx(0.4)


def test_redraws_of_several_layers_overlap():
    lines = [line for pair in zip(redraws(A, 6), redraws(B, 6), strict=True) for line in pair]
    assert clock([*lines, f"{A}: Pushed", f"{B}: Pushed"]).end == pytest.approx(0.4)


def test_a_full_bar_and_the_last_redraw_come_out_of_turn():
    assert clock(
        [*redraws(A, 2), f"{A}: Pushing [==>]  9MB/9MB", f"{A}: Pushing [==>]  9.01MB", f"{A}: Pushed"]
    ).end == pytest.approx(0.1)


def test_old_daemons_redraw_without_a_limit():
    assert clock([*redraws(A, 6), f"{A}: Pushed"], throttled=False).end == 0


def test_containerd_writes_each_layer_once_a_tick_and_a_last_time_out_of_turn():
    lines = [f"{x}: Pushing [=>  ]  {n}MB/9MB" for n in range(1, 5) for x in (A, B)]
    assert clock(lines, Store.CONTAINERD).end == pytest.approx(0.2)


def test_containerd_repeats_waiting_while_the_registry_does_not_answer():
    assert clock([f"{A}: Waiting"] * 11, Store.CONTAINERD).end == pytest.approx(0.9)


def test_times_never_fall():
    lines = [*redraws(A, 4), *countdown(A, 5), *redraws(B, 3), *countdown(B, 5), *redraws(A, 5), f"{A}: Pushed"]
    at = clock(lines).at
    assert (np.diff(at) >= 0).all()


def test_a_time_out_in_the_error_adds_to_the_attempt_that_failed():
    waits = [line for start in (5, 10, 15, 20) for line in countdown(A, start)]
    assert clock(waits, failed=True, waited=30).end == 80
    assert clock([*waits, f"{B}: Preparing"], failed=True, waited=30).end == 79


@pytest.mark.parametrize(
    ("error", "least"),
    [
        ('Get "https://registry.example.com/v2/": dial tcp 10.0.0.1:443: i/o timeout', 30),
        ('Get "https://registry.example.com/v2/": net/http: TLS handshake timeout', 10),
        (
            'Get "https://h/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
            15,
        ),
        ('Get "https://registry.example.com/v2/": dial tcp 10.0.0.1:443: connect: connection refused', 0),
    ],
)
def test_an_error_proves_the_time_out_it_names(error, least):
    assert push(HEADER, f"{A}: Preparing", error).duration.at_least == least
