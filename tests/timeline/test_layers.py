"""What became of each layer: attempts, waits, bytes, phases, and how far the push got."""

import json

import pytest

from pushlog.model import Basis, Phase, State
from tests.logs import DONE, HEADER, A, B, C, D, countdown, exhausted, log, push

CUT = "write tcp 10.0.0.1:5->10.0.0.2:443: write: broken pipe"


def layer(*lines):
    return push(HEADER, *lines).layers[0]


def test_a_pushed_layer_took_one_upload_and_one_that_was_there_none():
    first, second = push(
        HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Pushed", f"{B}: Layer already exists"
    ).layers
    assert (first.attempts, second.attempts) == (1, 0)


def test_each_countdown_is_a_failed_upload():
    found = layer(f"{A}: Preparing", countdown(A, 5), countdown(A, 10), f"{A}: Pushed")
    assert (found.attempts, found.retry_wait, found.state) == (3, 15, State.PUSHED)


def test_a_countdown_names_its_number_when_lines_are_lost():
    assert layer(f"{A}: Preparing", "", f"{A}: Retrying in 15 seconds", f"{A}: Pushed").attempts == 4


def test_a_countdown_that_the_log_ends_in_has_not_led_to_another_upload():
    found = layer(f"{A}: Preparing", countdown(A, 5, stop=3))
    assert (found.attempts, found.retry_wait, found.state) == (1, 2, State.RETRYING)


def test_the_only_layer_that_used_up_its_retries_is_the_one_that_failed():
    first, second = push(HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", exhausted(A), CUT).layers
    assert (first.state, first.attempts, first.retry_wait) == (State.FAILED, 5, 50)
    assert second.state is State.PUSHED


def test_one_of_several_that_used_up_their_retries_is_not_picked():
    both = [line for pair in zip(exhausted(A), exhausted(B), strict=True) for line in pair]
    found = push(HEADER, f"{A}: Preparing", f"{B}: Preparing", both, CUT).layers
    assert [layer.state for layer in found] == [State.RETRYING, State.RETRYING]


def test_a_layer_named_by_the_error_failed():
    error = f'failed commit on ref "layer-sha256:{A}{"0" * 52}": failed to do request: Put "https://h/v2/": EOF'
    found = push(
        HEADER, f"{A}: Waiting", f"{A}: Pushing [=>  ]  1MB/9MB", f"{B}: Waiting", f"{B}: Waiting", error
    ).layers
    assert [layer.state for layer in found] == [State.FAILED, State.WAITING]


def test_bytes_are_the_last_figure_of_the_last_attempt():
    first = [f"{A}: Pushing [===>]  8MB/9MB", *countdown(A, 5)]
    found = layer(f"{A}: Preparing", first, f"{A}: Pushing [=>  ]  2MB/9MB")
    assert (found.bytes_done, found.bytes_total, found.basis) == (2_000_000, 9_000_000, Basis.UNCOMPRESSED)


def test_the_full_bar_before_a_retry_is_not_an_upload():
    found = layer(
        f"{A}: Preparing", f"{A}: Pushing [=>  ]  2MB/9MB", f"{A}: Pushing [==>]  9MB/9MB", countdown(A, 5, stop=2)
    )
    assert found.bytes_done == 2_000_000


def test_a_full_figure_is_real_where_the_other_store_ends_so():
    found = layer(f"{A}: Waiting", f"{A}: Pushing [=>  ]  2MB/9MB", f"{A}: Pushing [==>]  9MB/9MB")
    assert (found.bytes_done, found.basis) == (9_000_000, Basis.COMPRESSED)


def test_messages_of_the_engine_carry_exact_bytes():
    def message(status, layer, **detail):
        return json.dumps({"status": status, "progressDetail": detail, "id": layer}, separators=(",", ":"))

    only = push(
        json.dumps({"status": HEADER}),
        message("Preparing", A),
        message("Pushing", A, current=98816, total=9000000),
        message("Pushing", A, total=9000000),
    )
    assert (only.layers[0].bytes_done, only.layers[0].bytes_total) == (0, 9_000_000)
    assert only.progress.exact


def test_the_phases_of_a_retried_layer():
    lines = [
        f"{A}: Preparing",
        f"{A}: Pushing [=>  ]  1MB/9MB",
        *countdown(A, 5),
        f"{A}: Pushing [=>  ]  1MB/9MB",
        f"{A}: Pushed",
    ]
    phases = [(i.phase, i.start, i.end, i.attempt) for i in layer(lines).intervals]
    assert phases == [(Phase.UPLOADING, 0, 0, 1), (Phase.RETRYING, 0, 5, 1), (Phase.UPLOADING, 5, 5, 2)]


def test_the_phases_of_a_layer_in_a_pipe_are_what_lies_between_its_lines():
    phases = [
        (i.phase, i.start, i.end, i.attempt)
        for i in layer(f"{A}: Preparing", countdown(A, 5), f"{A}: Pushed").intervals
    ]
    assert phases == [(Phase.UPLOADING, 0, 0, 1), (Phase.RETRYING, 0, 5, 1), (Phase.UPLOADING, 5, 5, 2)]


def test_the_repository_that_a_layer_was_mounted_from():
    found = layer(f"{A}: Preparing", f"{A}: Mounted from library/ubuntu")
    assert (found.state, found.mounted_from, found.attempts) == (State.MOUNTED, "library/ubuntu", 0)


def test_a_layer_that_is_twice_in_an_image_is_one_layer():
    assert len(push(HEADER, f"{A}: Preparing", f"{A}: Preparing", f"{B}: Preparing").layers) == 2


def test_progress_counts_what_the_registry_has():
    lines = [f"{A}: Preparing", f"{B}: Preparing", f"{C}: Preparing", f"{C}: Layer already exists"]
    sizes = [f"{A}: Pushing [=>  ]  1MB/4MB", f"{B}: Pushing [=>  ]  1MB/6MB", f"{A}: Pushed"]
    running = push(HEADER, lines, sizes).progress
    assert (running.layers_done, running.layers_total) == (2, 3)
    assert (running.bytes_done, running.bytes_total, running.fraction) == (5_000_000, 10_000_000, 0.5)
    failed = push(HEADER, lines, sizes, CUT).progress
    assert (failed.bytes_done, failed.fraction) == (4_000_000, 0.4)


def test_progress_in_a_pipe_is_counted_in_layers_alone():
    found = push(HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Pushed").progress
    assert (found.bytes_done, found.fraction, found.exact) == (None, None, False)
    assert "no progress to a pipe" in found.why


def test_a_push_with_its_digest_line_is_whole():
    found = push(HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE).progress
    assert (found.fraction, found.exact) == (1.0, True)


@pytest.mark.parametrize("lines", [[], [f"{A}: Preparing"]])
def test_a_push_that_named_few_layers_or_none_is_still_a_push(lines):
    result = log(HEADER, lines, "no basic auth credentials")
    assert result.pushes[0].progress.layers_total == len(lines)


def test_a_layer_that_waited_in_a_pipe_began_when_another_made_room():
    lines = [
        *(
            f"{second:02d} {x}: {word}"
            for second, x, word in [(0, A, "Preparing"), (0, B, "Preparing"), (0, C, "Preparing")]
        ),
        f"00 {C}: Waiting",
        f"03 {B}: Pushed",
        f"07 {C}: Pushed",
        f"09 {A}: Pushed",
    ]
    stamped = [f"2026-11-23 21:26:{line}" for line in [f"00 {HEADER}", *lines, f"10 {DONE}"]]
    by_id = {x.id: [(i.phase, i.start, i.end) for i in x.intervals] for x in push(stamped).layers}
    assert by_id[C] == [(Phase.WAITING, 0, 3), (Phase.UPLOADING, 3, 7)]
    assert by_id[A] == [(Phase.UPLOADING, 0, 9)]


def test_a_digest_line_after_layers_that_end_in_the_middle_is_not_exact() -> None:
    progress = push(HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Pushed", f"{B}: Pushing", DONE).progress
    assert (progress.layers_done, progress.fraction, progress.exact) == (1, 1.0, False)
    assert "1 of 2 layers" in progress.why


def test_a_last_screen_draws_no_timeline():
    """A row for each layer, in the order in which they were listed: nothing says when its last word was said."""
    rows = [f"{A}: Pushing [=>  ]  1MB/9MB", *countdown(B, 3, stop=3), f"{C}: Pushed", f"{D}: Waiting"]
    found = push(HEADER, rows)
    assert {layer.intervals for layer in found.layers} == {()}
    assert (found.sent, found.critical_path, found.concurrency.over_time) == ((), (), ())
    history = push(HEADER, rows, f"{A}: Pushing [=>  ]  2MB/9MB", f"{B}: Pushing [=>  ]  2MB/9MB")
    assert any(layer.intervals for layer in history.layers)


def stamped(*rows):
    """The only push in lines with their seconds in front."""
    return push(*(f"2026-02-03T10:00:{second:02}.000Z {line}" for second, line in rows))


def test_a_layer_that_only_shows_its_end_has_no_start():
    found = stamped((0, HEADER), (2, f"{A}: Pushed"), (3, f"{B}: Layer already exists"), (9, f"{C}: Pushed"), (9, DONE))
    by_id = {layer.id: layer for layer in found.layers}
    assert [(by_id[x].start, by_id[x].end) for x in (A, B, C)] == [(None, 2), (None, 3), (None, 9)]
    assert [(i.phase, i.start, i.end) for i in by_id[C].intervals] == [(Phase.UNSEEN, 0, 9)]
    assert by_id[B].intervals == ()
    assert (by_id[C].bytes_per_second, found.critical_path, found.concurrency.over_time) == (None, (), ())


def test_a_layer_whose_first_line_comes_before_its_end_has_a_start():
    rows = [(0, HEADER), (1, f"{A}: Preparing"), (1, f"{B}: Preparing"), (5, f"{A}: Pushed"), (9, f"{B}: Pushed")]
    found = stamped(*rows, (9, DONE))
    assert [(layer.start, layer.end) for layer in found.layers] == [(1, 5), (1, 9)]
    assert {i.phase for layer in found.layers for i in layer.intervals} == {Phase.UPLOADING}
    asked = stamped((0, HEADER), (1, f"{A}: Waiting"), (2, f"{A}: Waiting"), (5, f"{A}: Pushed"), (5, DONE))
    assert (asked.layers[0].start, asked.layers[0].end) == (1, 5)


def test_where_layers_are_drawn_one_that_only_shows_its_end_took_less_than_a_tick():
    rows = [(0, HEADER), (1, f"{A}: Pushing  1MB/9MB"), (1, f"{B}: Pushed"), (5, f"{A}: Pushing  9MB/9MB")]
    found = stamped(*rows, (6, f"{A}: Pushed"), (6, DONE))
    assert [(layer.start, layer.end) for layer in found.layers] == [(1, 6), (1, 1)]


def test_the_first_retry_that_is_shown_tells_no_start_of_the_attempt_before():
    found = stamped((0, HEADER), *((n, f"{A}: Retrying in {8 - n} seconds") for n in range(3, 7)), (8, f"{A}: Pushed"))
    phases = [i.phase for i in found.layers[0].intervals]
    assert phases[0] is Phase.UNSEEN
    assert Phase.UPLOADING in phases
