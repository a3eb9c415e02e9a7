"""Where a running push stands: what the lines so far say of each layer, and what is certain to come."""

import io

import pytest

from pushlog.knowledge.base import shipped
from pushlog.live import calm, pace
from pushlog.live.board import Board, advance
from pushlog.live.outlook import doing, held_back, outlook, retry
from pushlog.live.prefix_stripper import Stripper
from pushlog.live.view import board_lines
from pushlog.model import Family, State
from pushlog.report.text_page import Page
from tests.logs import DONE, HEADER, A, B, C, countdown

DAEMON = 'time="2026-01-05T10:00:00.1Z" level=error msg="Upload failed, retrying: {}"'
TOO_LARGE = r"unknown: <html>\r\n<head><title>413 Request Entity Too Large</title></head>"


def board(*lines, at=0.0, before=None):
    """The board after these lines, which all came at one moment."""
    data = "".join(f"{line}\n" for line in lines).encode()
    return advance(before or Board(), data, at, shipped())


def timed(*steps):
    """The board after lines that came at their own moments: pairs of seconds and line."""
    found = board(HEADER)
    for at, line in steps:
        found = board(line, at=at, before=found)
    return found


def there(found):
    """What must not be None."""
    assert found is not None
    return found


def pushing(layer, done, total):
    return f"{layer}: Pushing [==>                ]  {done}MB/{total}MB"


def states(found):
    return {row.id: row.state.value for row in found.layers.values()}


def test_each_layer_has_the_state_that_its_last_line_says():
    found = board(HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{C}: Waiting", f"{A}: Pushed", pushing(B, 1, 9))
    assert states(found) == {A: "pushed", B: "pushing", C: "waiting"}
    assert (found.layers[B].done, found.layers[B].total) == (1_000_000, 9_000_000)
    assert found.running


def test_lines_that_come_in_pieces_make_the_same_board_as_all_at_once():
    lines = [HEADER, f"{A}: Preparing", f"{B}: Preparing", pushing(A, 1, 9), *countdown(A, 5), pushing(A, 2, 9), DONE]
    data = "\r\n".join([*lines, ""]).encode()
    whole = advance(Board(), data, 0.0, shipped())
    for size in (1, 3, 50):
        stripper, found = Stripper(), Board()
        for start in range(0, len(data), size):
            new = stripper.strip(data[start : start + size], last=start + size >= len(data))
            found = advance(found, new, 0.0, shipped())
        assert found == whole


def test_what_a_ci_system_puts_before_every_line_is_taken_off_as_the_lines_come():
    stripper, found = Stripper(), Board()
    for number, line in enumerate(["Run docker push", HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]):
        new = stripper.strip(f"2026-01-05T10:00:0{number}.1234567Z {line}\n".encode())
        found = advance(found, new, 0.0, shipped())
    assert states(found) == {A: "pushed"}
    assert found.tags == ("1.2",)


def test_a_recording_is_read_while_it_is_written():
    lines = ['{"version": 2, "width": 80, "height": 24}', rf'[0.1, "o", "{HEADER}\r\n"]', f'[0.2, "o", "{A}: Pre']
    stripper = Stripper()
    assert stripper.strip("\n".join(lines).encode()) == f"{HEADER}\r\n".encode()
    assert stripper.strip(rb'paring\r\n"]' + b"\n") == f"{A}: Preparing\r\n".encode()


def test_a_countdown_tells_what_docker_will_still_do():
    found = board(HEADER, f"{A}: Preparing", f"{A}: Retrying in 10 seconds", f"{A}: Retrying in 9 seconds", at=7.0)
    left = there(retry(found.layers[A], 10.0))
    # Two uploads failed; 9 s were left 3 s ago, then there are the waits of 15 and 20 s.
    assert (left.uploads, left.next_in, left.waiting) == (3, 6, 6 + 15 + 20)


def test_after_the_last_countdown_one_upload_is_left_and_no_wait():
    found = board(HEADER, *(line for start in (5, 10, 15, 20) for line in countdown(A, start)))
    left = there(retry(found.layers[A], 1.0))
    assert (left.uploads, left.waiting) == (1, 0)
    assert doing(found, found.layers[A], 5.0) == "upload 5 of 5 under way, nothing shown"


def test_a_digest_line_ends_a_push_and_a_layer_after_it_begins_the_next_tag():
    ended = board(HEADER, f"{A}: Pushed", DONE)
    assert not ended.running
    again = board(f"{A}: Layer already exists", f"{B}: Waiting", before=ended)
    assert again.running
    assert states(again) == {A: "pushed", B: "waiting"}
    assert again.number == 1


def test_an_error_ends_a_push_and_a_header_begins_another():
    failed = board(HEADER, f"{A}: Preparing", "denied: requested access to the resource is denied")
    assert (failed.failed, failed.running) == (True, False)
    other = board(HEADER, f"{B}: Preparing", before=failed)
    assert (other.number, states(other), other.failed) == (2, {B: "preparing"}, False)


def test_lines_of_a_job_between_those_of_a_push_are_no_error():
    assert board(HEADER, f"{A}: Preparing", "Downloading error-utils 1.2", "warning: something else").running


def test_the_daemons_own_log_tells_while_docker_retries_that_it_cannot_succeed():
    found = board(HEADER, f"{A}: Pushed", f"{B}: Preparing", DAEMON.format(TOO_LARGE), f"{B}: Retrying in 5 seconds")
    known = there(outlook(found, 3.0, shipped(), {}))
    assert str(known) == "Docker will retry this 4 more times, 47 s, and it can't succeed: 413 size-limit"
    assert (known.layer, known.retry.uploads) == (B, 4)


def test_layers_that_are_refused_together_are_foreseen_together():
    lines = [DAEMON.format("denied")] * 3 + [f"{layer}: Retrying in 5 seconds" for layer in (A, B, C)]
    known = there(outlook(board(HEADER, *(f"{x}: Preparing" for x in (A, B, C)), *lines), 3.0, shipped(), {}))
    assert known.certain
    assert str(known) == "Docker will retry 3 layers 4 more times, 47 s, and it can't succeed: permission"


def test_a_refusal_of_all_layers_is_said_once_and_nothing_else_of_the_path():
    stream = io.StringIO()
    screen = calm.Calm(stream)
    for seconds in (5, 4, 3):
        lines = [DAEMON.format("denied")] * 3 + [f"{layer}: Retrying in {seconds} seconds" for layer in (A, B, C)]
        found = board(HEADER, *(f"{x}: Preparing" for x in (A, B, C)), *lines)
        screen.show(found, 6.0 - seconds, outlook(found, 6.0 - seconds, shipped(), {}))
    assert stream.getvalue().count("can't succeed") == 1
    assert "points at the registry" not in stream.getvalue()


def test_the_first_to_give_up_ends_the_push():
    lines = [DAEMON.format("denied")] * 3 + [
        *countdown(A, 5),
        f"{B}: Retrying in 5 seconds",
        f"{A}: Retrying in 10 seconds",
    ]
    known = there(outlook(board(HEADER, f"{A}: Preparing", f"{B}: Preparing", *lines), 0.0, shipped(), {}))
    assert (known.layer, known.retry.uploads) == (A, 3)


def test_a_login_that_is_refused_after_a_layer_went_in_had_run_out():
    lines = [f"{A}: Pushed", DAEMON.format("unauthorized"), f"{B}: Retrying in 5 seconds"]
    known = there(outlook(board(HEADER, f"{A}: Preparing", f"{B}: Preparing", *lines), 1.0, shipped(), {}))
    assert known.family is Family.TOKEN_EXPIRED


@pytest.mark.parametrize(
    "lines",
    [
        [DAEMON.format("denied"), DAEMON.format("EOF"), f"{A}: Retrying in 5 seconds", f"{B}: Retrying in 5 seconds"],
        [
            *[DAEMON.format("denied"), f"{B}: Retrying in 5 seconds", f"{A}: Retrying in 5 seconds"],
            *[DAEMON.format("denied"), f"{A}: Pushed"],
        ],
        [DAEMON.format("denied"), f"{A}: Retrying in 10 seconds", f"{B}: Retrying in 5 seconds"],
    ],
    ids=["one of them can succeed", "one of them did", "a cause is missing"],
)
def test_layers_together_are_not_foreseen_where_one_may_succeed(lines):
    assert outlook(board(HEADER, f"{A}: Preparing", f"{B}: Preparing", *lines), 1.0, shipped(), {}) is None


@pytest.mark.parametrize(
    "lines",
    [
        [f"{B}: Retrying in 5 seconds"],
        [DAEMON.format("EOF"), f"{B}: Retrying in 5 seconds"],
        [DAEMON.format(TOO_LARGE), f"{A}: Retrying in 5 seconds", f"{B}: Retrying in 5 seconds"],
        [DAEMON.format(TOO_LARGE), f"{B}: Pushed"],
    ],
    ids=["the client says nothing", "it can succeed", "which layer is not told", "it did succeed"],
)
def test_no_end_is_foreseen_that_is_not_certain(lines):
    assert outlook(board(HEADER, f"{B}: Preparing", *lines), 1.0, shipped(), {}) is None


def test_the_last_layer_holds_the_push_back():
    found = timed((1, f"{A}: Pushed"), (2, f"{B}: Pushed"), (3, pushing(C, 1, 9)))
    assert held_back(found, 3.0) is None
    assert held_back(found, 8.0) == f"{C} is the bottleneck: every other layer has been done for 6 s"


def test_with_all_layers_there_the_push_waits_for_its_manifest():
    found = timed((1, f"{A}: Pushed"))
    assert held_back(found, 6.0) == "All layers are there; for 5 s the manifest has not been confirmed"
    assert held_back(board(DONE, before=found, at=2.0), 6.0) is None


def test_many_countdowns_at_once_point_at_what_the_layers_share():
    found = board(HEADER, *(f"{layer}: Retrying in 5 seconds" for layer in (A, B, C)))
    assert "the registry or the way to it" in there(held_back(found, 1.0))


def test_the_rate_lies_between_the_slowest_and_the_fastest_seen_lately():
    found = timed(*((second, pushing(A, second if second < 4 else 3 + 3 * (second - 3), 90)) for second in range(1, 9)))
    speed = there(pace.rate(found.layers[A], 8.0))
    assert (round(speed.least), round(speed.most)) == (2_428_571, 3_000_000)
    left = there(pace.row_left(found.layers[A], 8.0))
    assert left.least < left.most
    assert pace.time_text(left) == "24 to 30 s"


def test_an_upload_that_stands_still_has_no_time_left_to_tell():
    found = timed((1, pushing(A, 1, 9)), (2, pushing(A, 2, 9)))
    assert there(pace.rate(found.layers[A], 20.0)).least == 0
    assert pace.row_left(found.layers[A], 20.0) is None
    assert doing(found, found.layers[A], 20.0) == "no progress for 18 s"


def test_an_upload_that_is_read_to_its_end_has_no_rate_any_more():
    found = timed((1, pushing(A, 1, 9)), (3, f"{A}: Pushing [==================>]  9.003MB"))
    assert found.layers[A].through
    assert pace.rate(found.layers[A], 4.0) is None


def test_a_retried_upload_is_timed_from_its_own_start():
    found = timed(
        (1, pushing(A, 1, 9)), (2, pushing(A, 5, 9)), (3, f"{A}: Retrying in 5 seconds"), (8, pushing(A, 1, 9))
    )
    assert found.layers[A].figures == ((8, 1_000_000),)
    assert found.layers[A].retries == 1


def changes(*boards, now=1.0):
    pairs = zip((None, *boards), boards, strict=False)
    return [line for before, after in pairs for line in calm.changes(before, after, now)]


def test_without_a_terminal_every_change_is_one_line_and_no_change_is_none():
    first = board(HEADER, f"{A}: Preparing", f"{B}: Preparing")
    second = board(f"{A}: Pushed", f"{B}: Retrying in 5 seconds", before=first)
    third = board(f"{B}: Retrying in 4 seconds", before=second)
    last = board(f"{B}: Pushed", DONE, before=third)
    assert changes(first, second, third, third, last) == [
        "push to registry.example.com/team/app",
        f"{A} pushed (1 of 2 layers)",
        f"{B} upload 1 failed; again in 4 s, 4 uploads and 49 s of waits left",
        f"{B} pushed (2 of 2 layers)",
        "registry.example.com/team/app:1.2 is in the registry",
    ]


def test_many_layers_that_change_alike_are_one_line():
    found = board(HEADER, *(f"{number:012x}: Layer already exists" for number in range(40)))
    assert changes(found)[1] == "40 layers already there (40 of 40 layers)"


def lines(found, *, now=1.0, most=10, ascii_only=False, width=80):
    page = Page(width=width, ascii_only=ascii_only)
    return [line.plain for line in board_lines(page, found, now, None, most=most)]


def test_the_view_shows_every_layer_with_what_it_does():
    found = timed((1, f"{A}: Pushed"), (2, pushing(B, 1, 9)), (3, pushing(B, 3, 9)), (3, f"{C}: Waiting"))
    shown = "\n".join(lines(found, now=4.0, width=120))
    assert "1 of 3 layers" in shown
    assert f"{A}  ✓ pushed" in shown
    assert "3 MB of 9 MB" in shown
    assert "2 MB/s" in shown
    assert f"{C}    queued" in shown


def test_layers_that_tell_least_make_room_for_those_that_tell_most():
    found = board(HEADER, *(f"{number:012x}: Layer already exists" for number in range(40)), pushing(A, 1, 9))
    shown = lines(found, most=3)
    assert len(shown) == 3 + 3 + 1
    assert any(A in line for line in shown)
    assert shown[-1] == "38 more layers"


def test_nothing_that_a_log_says_is_acted_on_by_the_terminal():
    hostile = HEADER.replace("team", "te\x1b]0;x\x07\x9b2Jam")
    assert not {"\x1b", "\x07", "\x9b"} & set("".join(lines(board(hostile, f"{A}: Preparing"))))


def test_no_line_is_wider_than_the_page_and_ascii_stays_ascii():
    found = board(HEADER, pushing(A, 1, 9), f"{B}: Retrying in 5 seconds", at=0.0)
    shown = lines(found, width=40, ascii_only=True)
    assert max(len(line) for line in shown) <= 40
    assert "".join(shown).isascii()


def test_a_layer_without_a_push_is_still_shown():
    assert board(f"{A}: Preparing").layers[A].state is State.PREPARING
