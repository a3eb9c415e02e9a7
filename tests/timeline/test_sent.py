"""Bytes over time: what had been sent at each moment, from the figures and the clock of a log."""

import json

from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw
from tests.logs import DONE, HEADER, A, B, push


def recorded(*drawn):
    """The bytes over time of a push in an asciicast: seconds and the line that was drawn then."""
    head = json.dumps({"version": 2, "width": 120, "height": 24})
    lines = [json.dumps([at, "o", f"{line}\r\n"]) for at, line in ((0.0, HEADER), *drawn)]
    (only,) = analyze_raw(raw("push.cast", "\n".join([head, *lines]).encode())).pushes
    return only.sent


def bar(layer, figures):
    return f"{layer}: Pushing [====>      ]  {figures}"


def test_it_is_the_sum_of_what_each_layer_shows():
    assert recorded(
        (0.0, f"{A}: Preparing"),
        (1.0, bar(A, "100kB/1MB")),
        (2.0, bar(B, "50kB/200kB")),
        (3.0, bar(A, "900kB/1MB")),
        (4.0, f"{A}: Pushed"),
        (5.0, f"{B}: Pushed"),
        (6.0, DONE),
    ) == ((1.0, 100_000), (2.0, 150_000), (3.0, 950_000), (4.0, 1_050_000), (5.0, 1_200_000))


def test_what_broke_off_is_taken_back():
    sent = recorded(
        (0.0, f"{A}: Preparing"),
        (1.0, bar(A, "100kB/1MB")),
        (2.0, bar(A, "600kB/1MB")),
        (3.0, f"{A}: Retrying in 1 second"),
        (4.0, bar(A, "200kB/1MB")),
        (8.0, f"{A}: Pushed"),
        (9.0, DONE),
    )
    assert [figure for _, figure in sent] == [100_000, 600_000, 0, 200_000, 1_000_000]


def test_the_full_bar_that_docker_draws_over_a_cut_attempt_is_not_believed():
    sent = recorded(
        (0.0, f"{A}: Preparing"),
        (1.0, bar(A, "100kB/1MB")),
        (2.0, bar(A, "1MB/1MB")),
        (2.1, f"{A}: Retrying in 1 second"),
        (4.0, bar(A, "200kB/1MB")),
        (6.0, bar(A, "300kB/1MB")),
        (8.0, f"{A}: Pushed"),
        (9.0, DONE),
    )
    assert [figure for _, figure in sent] == [100_000, 0, 200_000, 300_000, 1_000_000]


def test_nor_is_the_one_before_the_error_that_ends_a_push():
    sent = recorded(
        (0.0, f"{A}: Preparing"),
        *((n / 2, bar(A, f"{n}00kB/1MB")) for n in range(1, 6)),
        (3.0, bar(A, "1MB/1MB")),
        (3.1, "received unexpected HTTP status: 500 Internal Server Error"),
    )
    assert [figure for _, figure in sent] == [100_000, 200_000, 300_000, 400_000, 500_000]


def test_of_a_layer_no_more_is_sent_than_there_is():
    sent = recorded(
        (0.0, f"{A}: Preparing"),
        (1.0, bar(A, "100kB/1MB")),
        (1.5, bar(A, "200kB/1MB")),
        (2.0, bar(A, "400kB/1MB")),
        (3.0, bar(A, "1.011MB")),
        (4.0, f"{A}: Pushed"),
        (9.0, DONE),
    )
    assert [figure for _, figure in sent] == [100_000, 200_000, 400_000, 1_000_000, 1_000_000]


def test_a_log_without_figures_or_times_tells_none():
    assert push(HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE).sent == ()
    assert recorded(*((float(n), f"{A}: Retrying in {6 - n} seconds") for n in range(1, 5))) == ()


def test_a_long_push_keeps_no_more_moments_than_can_be_seen():
    drawn = [(n / 10, bar(A, f"{n}kB/5MB")) for n in range(1, 4000)]
    assert 80 < len(recorded((0.0, f"{A}: Preparing"), *drawn, (400.0, DONE))) <= 101
