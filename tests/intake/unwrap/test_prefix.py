"""What CI systems put before every line: recognised, taken off, its time kept, whatever it is."""

import contextlib
import datetime as dt
import itertools
import re
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.faults import InputError, UserError
from pushlog.formats.dialects import openings
from pushlog.intake.log_text import LogText
from pushlog.intake.read import raw
from pushlog.intake.unwrap import time_zones
from pushlog.intake.unwrap.line_prefix import LinePrefix
from pushlog.intake.unwrap.log import unwrap
from pushlog.knowledge.decorations import decorations, read_decorations
from pushlog.model import Clock, Outcome
from pushlog.pipeline import Options, analyze_raw
from tests.examples import examples
from tests.logs import DONE, HEADER, A, B, countdown, log

FORMS = decorations().forms
PUSH = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{B}: Pushed", *countdown(A, 5), f"{A}: Pushed", DONE]


def dress(form, line):
    """A line in a form's sample."""
    before, _, after = form.sample.partition(form.inside)
    return f"{before}{line}{after}"


def dressed(form, lines):
    """A log in a form, with the line that its logs hold somewhere."""
    return [dress(form, line) for line in ([*lines, "+ echo done", form.marks[0]] if form.marks else lines)]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_form_is_taken_off_its_sample_and_named(form):
    bare = unwrap("\n".join(dressed(form, PUSH)).encode(), openings())
    assert bare.text.data[:].decode().split("\n")[: len(PUSH)] == PUSH
    assert bare.decoration == form.system


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_push_in_any_form_is_the_same_push(form):
    bare, wrapped = log(PUSH).pushes[0], log(dressed(form, PUSH)).pushes[0]
    assert wrapped.outcome is bare.outcome
    assert wrapped.reference == bare.reference
    assert [(x.id, x.state, x.attempts, x.retry_wait, x.lines) for x in wrapped.layers] == [
        (x.id, x.state, x.attempts, x.retry_wait, x.lines) for x in bare.layers
    ]


@pytest.mark.parametrize(
    "form", [form for form in FORMS if (form.clock or form.alone) and not form.escaped], ids=lambda form: form.id
)
def test_a_command_and_its_error_alone_are_read_behind_a_form(form):
    command, error = "+ docker push r.example.com/acme/app:1.4", "denied: requested access to the resource is denied"
    (push,) = log(dressed(form, [command, error])).pushes
    assert push.outcome is Outcome.FAILED
    assert push.error.text == error
    assert (push.reference.repository, push.reference.tags) == ("acme/app", ("1.4",))


logs = st.lists(st.sampled_from([HEADER, f"{A}: Preparing", f"{B}: Waiting", f"{A}: Pushed", *countdown(A, 5), DONE]))


@settings(max_examples=examples(60))
@given(logs.map(lambda lines: [HEADER, *lines]), st.sampled_from(FORMS))
def test_any_push_log_in_any_form_gives_the_same_pushes(lines, form):
    def facts(result):
        return [
            (p.lines, p.outcome, p.reference, [(x.id, x.state, x.attempts) for x in p.layers]) for p in result.pushes
        ]

    assert facts(log(dressed(form, lines))) == facts(log(lines))


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


NAMELESS = [
    ("[job 2026-11-23T21:26:{:02d}.847Z] ", "2026-11-23T21:26:01.847+00:00"),
    ("20261123T2126{:02d} ", "2026-11-23T21:26:01.000"),
    ("push> 2026/11/23-21:26:{:02d} | ", "2026-11-23T21:26:01.000"),
    ("Mon Nov 23 21:26:{:02d} UTC 2026 ", None),
    ("23.11.2026 21:26:{:02d} ", None),
    ("11/23/2026 09:26:{:02d} PM ", None),
    ("X1123 21:26:{:02d}.847424       1 push.go:12] ", None),
    ("@17954692{:02d} ", "2026-11-23T21:26:41.000+00:00"),
]


@pytest.mark.parametrize(("prefix", "began"), NAMELESS, ids=[prefix for prefix, _ in NAMELESS])
def test_a_stamp_in_a_prefix_that_nobody_knows_gives_the_time(prefix, began):
    result = log([prefix.format(second) + line for second, line in enumerate(PUSH, 1)])
    push = result.pushes[0]
    assert (result.source.decoration, push.clock, push.outcome) == ("timestamp", Clock.STAMPED, Outcome.SUCCEEDED)
    assert (push.duration.seconds, push.duration.began) == (len(PUSH) - 1, began)


def test_beside_a_stamp_the_levels_may_differ():
    levels = ["[main] INFO  push - ", "[worker-7] WARN  push - "]
    result = log([f"21:26:{n:02d},847 {levels[n % 2]}{line}" for n, line in enumerate(PUSH)])
    assert (result.pushes[0].outcome, result.pushes[0].duration.seconds) == (Outcome.SUCCEEDED, len(PUSH) - 1)


def test_a_level_is_another_one_on_the_line_of_the_error():
    lines = [HEADER, f"{A}: Preparing", f"{B}: Preparing"]
    result = log(*(f"[INFO] DOCKER> {line}" for line in lines), "[ERROR] DOCKER> denied: no permission")
    assert (result.source.decoration, result.pushes[0].outcome) == ("prefix", Outcome.FAILED)


def test_dockers_digest_line_behind_gos_time_is_not_taken_for_a_line_of_crane():
    result = log(*(f"2026/11/23 21:26:44 {line}" for line in (HEADER, DONE, DONE)))
    assert (result.source.decoration, result.pushes[0].outcome) == ("timestamp", Outcome.SUCCEEDED)


def test_a_time_over_noon_goes_on():
    hours = ["11:59:58 AM", "12:00:01 PM", "01:00:01 PM"]
    lines = [f"[{hour}] {line}" for hour, line in zip(hours, PUSH, strict=False)]
    assert log(lines).pushes[0].duration.seconds == 3603


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


@pytest.mark.parametrize(
    ("zone", "began"),
    [
        ("Europe/Berlin", "2026-12-31T23:59:50.000+01:00"),
        ("+05:30", "2026-12-31T23:59:50.000+05:30"),
        ("UTC", "2026-12-31T23:59:50.000+00:00"),
    ],
)
def test_a_stamp_without_a_zone_is_in_the_one_that_was_told(zone, began):
    lines = [f"2026-12-31 23:59:50,000 {line}" for line in PUSH]
    told = analyze_raw(raw("x", "\n".join(lines).encode()), Options(zone=time_zones.zone(zone)))
    assert told.pushes[0].duration.began == began


def test_a_stamp_with_a_zone_keeps_it():
    lines = [f"2026-12-31T23:59:50Z {line}" for line in PUSH]
    told = analyze_raw(raw("x", "\n".join(lines).encode()), Options(zone=time_zones.zone("Europe/Berlin")))
    assert told.pushes[0].duration.began == "2026-12-31T23:59:50.000+00:00"


@pytest.mark.parametrize("name", ["Middle/Earth", "", "../etc/passwd", "Europe", "+25:00"])
def test_a_zone_that_is_none_is_said(name):
    with pytest.raises(UserError, match="no time zone is called"):
        time_zones.zone(name)


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
    bare = unwrap(data, openings())
    assert bare.text.lines <= LogText(data).lines
    # Files of some stores are refused with a word.
    with contextlib.suppress(InputError):
        analyze_raw(raw("x", data))


def test_no_row_takes_the_sample_of_another_system_whole():
    for form in FORMS:
        first = next(f for f in FORMS if re.match(f.pattern.encode(), form.sample.encode()) and f.marks == form.marks)
        assert first.system == form.system, f"{form.id} is taken by {first.id}"


def test_every_row_that_comes_with_pushlog_takes_its_sample():
    text = files("pushlog.knowledge").joinpath("decorations.toml").read_text("utf-8")
    assert read_decorations(text, "decorations.toml") == decorations()


def test_a_wrong_row_is_said_with_file_row_and_key():
    row = '[[decoration]]\nid = "x"\nsystem = "x"\npattern = "a"\nsample = "b"\ninside = "b"\nsource = "s"\n'
    with pytest.raises((UserError, ValueError), match=r"mine\.toml:\d+: row 'x': key 'sample'"):
        read_decorations(row, "mine.toml")


def test_every_form_may_stand_before_every_other_and_before_itself():
    for outer, inner in itertools.product(FORMS, FORMS):
        assert LinePrefix((outer, inner)).pattern


def test_a_job_of_gitlab_in_the_log_of_another_is_read():
    stamps = "2026-11-23T21:36:34.310111Z 01O 2026-11-23T21:42:33.436879Z 01O "
    lines = [HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE]
    (push,) = analyze_raw(raw("x", "".join(f"{stamps}{line}\n" for line in lines).encode())).pushes
    assert push.outcome is Outcome.SUCCEEDED


def test_a_daemons_own_log_is_left_as_it_is():
    line = (
        'time="2026-11-23T21:26:44Z" level=error msg="Upload failed, retrying: received unexpected HTTP status: 502"\n'
    )
    log = unwrap((line * 5).encode(), openings())
    assert (log.decoration, log.text.data[:]) == (None, (line * 5).encode())
