"""What CI systems put before every line: recognised, taken off, its time kept, whatever it is."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.faults import UserError
from pushlog.formats.dialects import openings
from pushlog.intake.decoration import undecorated
from pushlog.intake.read import raw
from pushlog.intake.text import Text
from pushlog.knowledge.decorations import decorations, read_decorations
from pushlog.model import Clock, Outcome
from pushlog.pipeline import analyze_raw
from tests.logs import DONE, HEADER, A, B, countdown, log

FORMS = decorations().forms
PUSH = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", *countdown(A, 5), f"{A}: Pushed", DONE]


def dress(form, line):
    """A line in a form's sample."""
    before, _, after = form.sample.partition(form.inside)
    return f"{before}{line}{after}"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_form_is_taken_off_its_sample_and_named(form):
    bare = undecorated(Text("\n".join(dress(form, line) for line in PUSH).encode()), openings())
    assert bare.text.data.decode().split("\n") == PUSH
    assert bare.decoration == form.system


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_push_in_any_form_is_the_same_push(form):
    bare, dressed = log(PUSH).pushes[0], log([dress(form, line) for line in PUSH]).pushes[0]
    assert dressed.outcome is bare.outcome
    assert dressed.reference == bare.reference
    assert [(x.id, x.state, x.attempts, x.retry_wait, x.lines) for x in dressed.layers] == [
        (x.id, x.state, x.attempts, x.retry_wait, x.lines) for x in bare.layers
    ]


logs = st.lists(st.sampled_from([HEADER, f"{A}: Preparing", f"{B}: Waiting", f"{A}: Pushed", *countdown(A, 5), DONE]))


@settings(max_examples=60)
@given(logs.map(lambda lines: [HEADER, *lines]), st.sampled_from(FORMS))
def test_any_push_log_in_any_form_gives_the_same_pushes(lines, form):
    def facts(result):
        return [
            (p.lines, p.outcome, p.reference, [(x.id, x.state, x.attempts) for x in p.layers]) for p in result.pushes
        ]

    assert facts(log([dress(form, line) for line in lines])) == facts(log(lines))


def test_forms_can_be_stacked():
    lines = [f"2026-11-23T21:26:4{n % 10}.8474245Z runner-1  | {line}" for n, line in enumerate(PUSH)]
    result = log(lines)
    assert result.source.decoration == "github-actions+compose"
    assert result.pushes[0].clock is Clock.STAMPED
    assert "actions/runner" in result.source.notes[0]


def test_a_prefix_that_nobody_knows_but_all_lines_share_is_taken_off():
    result = log([f"<<job 7>> {line}" for line in PUSH])
    assert result.source.decoration == "prefix"
    assert result.pushes[0].outcome is Outcome.SUCCEEDED


def test_colours_around_a_form_go_with_it():
    result = log([f"\x1b[36mrunner-1  | \x1b[0m{line}" for line in PUSH])
    assert (result.source.decoration, result.pushes[0].outcome) == ("compose", Outcome.SUCCEEDED)


def test_a_log_without_decoration_has_none():
    assert log(PUSH).source.decoration is None
    assert log([f"    {line}" for line in PUSH]).source.decoration is None


def test_a_record_cut_in_pieces_is_one_line_where_it_begins():
    stamp = "2026-11-23T21:26:44.847424500Z stdout"
    half = HEADER[:20]
    lines = [f"{stamp} P {half}", f"{stamp} F {HEADER[20:]}", *(f"{stamp} F {line}" for line in PUSH[1:])]
    push = log(lines).pushes[0]
    assert push.reference.repository == "team/app"
    assert push.layers[0].lines[0] == 3


def test_a_line_that_gitlab_appends_belongs_to_the_one_before():
    lines = [f"2026-11-23T21:26:44.847424Z 01O {line}" for line in [HEADER[:20], *PUSH[1:]]]
    lines.insert(1, f"2026-11-23T21:26:44.947424Z 01O+{HEADER[20:]}")
    assert log(lines).pushes[0].reference.repository == "team/app"


def stamped(seconds, style="%Y-%m-%dT%H:%M:%SZ "):
    """The push with these seconds of 2026-12-31 23:59:50 before its lines."""
    start = dt.datetime(2026, 12, 31, 23, 59, 50, tzinfo=dt.UTC)
    return log(
        [(start + dt.timedelta(seconds=s)).strftime(style) + line for s, line in zip(seconds, PUSH, strict=True)]
    )


EVEN = [0, 0, 0, 2, 3, 4, 5, 6, 7, 8, 9][: len(PUSH)]


@pytest.mark.parametrize(
    "style",
    ["%Y-%m-%dT%H:%M:%SZ ", "%Y-%m-%d %H:%M:%S ", "%Y/%m/%d %H:%M:%S ", "[%H:%M:%S] ", "%H:%M:%S ", "%b %d %H:%M:%S "],
)
@pytest.mark.parametrize("late", [0, 5], ids=["before midnight", "over midnight and new year"])
def test_measured_seconds_whatever_the_stamp_lacks(style, late):
    push = stamped([s + (late if s else 0) + (5 if late and s else 0) for s in EVEN], style).pushes[0]
    assert push.clock is Clock.STAMPED
    assert push.duration.seconds == EVEN[-1] + 2 * late
    assert push.duration.at_least <= push.duration.seconds
    by_id = {layer.id: layer for layer in push.layers}
    assert (by_id[B].start, by_id[B].end) == (0, 2 + 2 * late)


def test_a_clock_set_back_stands_still_and_goes_on():
    push = stamped([0, 0, 1, 2, 3, 1, 2, 3, 4, 5, 6][: len(PUSH)]).pushes[0]
    assert push.duration.seconds == pytest.approx(5 + 3)


def test_stamps_with_a_zone_and_a_date_tell_when_it_began():
    lines = [f"2026-11-23T21:26:44+01:00 {line}" for line in PUSH]
    assert log(lines).pushes[0].duration.began == "2026-11-23T21:26:44.000+01:00"


def test_steps_between_lines_add_up():
    steps = ["00:00:00", "00:00:01", "00:00:00", "00:00:02", "00:00:00", "00:00:03", "00:00:00", "00:00:01", "00:00:00"]
    lines = [f"{step} {line}" for step, line in zip((steps * 2)[: len(PUSH)], PUSH, strict=True)]
    total = sum(int(step[-1]) for step in (steps * 2)[1 : len(PUSH)])
    assert log(lines).pushes[0].duration.seconds == total


def test_a_stamp_that_is_no_time_is_passed_over():
    lines = [
        f"2026-11-23T2{n % 9}:99:44Z {line}" if n == 3 else f"2026-11-23T21:26:4{n % 10}Z {line}"
        for n, line in enumerate(PUSH)
    ]
    assert log(lines).pushes[0].clock is Clock.STAMPED


def test_lines_of_the_ci_itself_inside_a_push_are_not_the_clients():
    result = log([*PUSH[:4], "##[endgroup]", "[Pipeline] }", *PUSH[4:]])
    assert result.source.coverage == 1.0


def test_a_masked_name_is_no_name():
    push = log("The push refers to repository [***/team/app]", f"{A}: Preparing").pushes[0]
    assert (push.reference.registry, push.reference.repository) == (None, None)


@given(st.binary(max_size=400))
def test_any_bytes_survive(data):
    bare = undecorated(Text(data), openings())
    assert bare.text.lines <= Text(data).lines
    analyze_raw(raw("x", data))


def test_no_row_takes_the_sample_of_another_system_whole():
    for form in FORMS:
        first = next(f for f in FORMS if re.match(f.pattern.encode(), form.sample.encode()))
        assert first.system == form.system, f"{form.id} is taken by {first.id}"


def test_a_wrong_row_is_said_with_file_row_and_key():
    row = '[[decoration]]\nid = "x"\nsystem = "x"\npattern = "a"\nsample = "b"\ninside = "b"\nsource = "s"\n'
    with pytest.raises((UserError, ValueError), match=r"mine\.toml: row 'x': key 'sample'"):
        read_decorations(row, "mine.toml")
