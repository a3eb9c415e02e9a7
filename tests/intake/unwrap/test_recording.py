"""Recordings of a terminal: asciicast 2 and 3, typescripts with and without their timing file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.faults import InputError
from pushlog.formats.dialects import openings
from pushlog.intake.read import raw
from pushlog.intake.unwrap.log import unwrap
from pushlog.model import Capture, Clock, Outcome
from pushlog.pipeline import Options, analyze_raw
from tests.logs import DONE, HEADER, A, B

# Seconds after the start, and what the terminal was sent then.
DRAWN = [
    (0.5, f"{HEADER}\r\n"),
    (0.6, f"\r\n\x1b[1A\x1b[2K\r{A}: Preparing \r\x1b[1B"),
    (0.6, f"\r\n\x1b[1A\x1b[2K\r{B}: Preparing \r\x1b[1B"),
    (1.0, f"\x1b[2A\x1b[2K\r{A}: Pushing [=>  ]  1MB/9MB\r\x1b[2B"),
    (2.5, f"\x1b[1A\x1b[2K\r{B}: Pushed \r\x1b[1B"),
    (4.0, f"\x1b[2A\x1b[2K\r{A}: Pushed \r\x1b[2B"),
    (4.25, f"{DONE}\r\n"),
]


def cast(version, events=DRAWN, status=None):
    """DRAWN as an asciicast."""
    size = {"width": 120, "height": 30} if version == 2 else {"term": {"cols": 120, "rows": 30}}
    lines = [json.dumps({"version": version, **size, "timestamp": 1795469204})]
    before = 0.0
    for at, data in events:
        lines.append(json.dumps([round(at - before, 6) if version == 3 else at, "o", data]))
        before = at
    if status is not None:
        lines.append(json.dumps([0.1 if version == 3 else before + 0.1, "x", str(status)]))
    return "\n".join(lines).encode() + b"\n"


def typescript(events=DRAWN, *, advanced=False):
    """DRAWN as a typescript and its timing file."""
    header = 'Script started on 2026-11-23 21:26:44+00:00 [TERM="xterm" COLUMNS="120" LINES="30"]\n'
    footer = '\nScript done on 2026-11-23 21:27:44+00:00 [COMMAND_EXIT_CODE="1"]\n'
    steps, before = [], 0.0
    for at, data in events:
        size = len(data.encode())
        steps.append(f"{'O ' if advanced else ''}{at - before:.6f} {size}")
        before = at
    if advanced:
        steps[1:1] = ["H 0.000000 TERM xterm", "S 0.000000 SIGWINCH ROWS=30 COLS=120"]
    return (header + "".join(data for _, data in events) + footer).encode(), "\n".join(steps) + "\n"


def told(data, timing=None):
    """The analysis of a recording."""
    return analyze_raw(raw("push.cast", data), Options(timing=timing))


def measured(push):
    return push.clock, push.outcome, push.duration.seconds, {x.id: (x.start, x.end) for x in push.layers}


EXPECTED = (Clock.RECORDED, Outcome.SUCCEEDED, 3.75, {A: (0.1, 3.5), B: (0.1, 2.0)})


@pytest.mark.parametrize("version", [2, 3])
def test_an_asciicast_carries_the_true_times(version):
    result = told(cast(version))
    assert result.source.capture is Capture.ASCIICAST
    assert measured(result.pushes[0]) == EXPECTED


def test_the_lines_of_an_asciicast_are_those_of_its_file():
    push = told(cast(2)).pushes[0]
    assert push.lines == (2, 8)
    assert push.layers[0].lines == (3, 7)


def test_an_exit_event_is_noted():
    assert "ended with status 1" in told(cast(3, status=1)).source.notes[0]


@pytest.mark.parametrize("advanced", [False, True], ids=["classic", "advanced"])
def test_a_typescript_with_its_timing_file_carries_the_true_times(advanced):
    data, timing = typescript(advanced=advanced)
    result = told(data, timing)
    assert result.source.capture is Capture.TYPESCRIPT
    assert measured(result.pushes[0]) == EXPECTED


def test_a_typescript_alone_is_a_terminal_capture_without_times():
    data, _ = typescript()
    result = told(data)
    assert result.source.capture is Capture.TYPESCRIPT
    assert result.source.coverage == 1.0
    assert "--timing" in result.source.notes[0]
    assert result.pushes[0].clock is not Clock.RECORDED


@pytest.mark.parametrize(
    ("timing", "said"),
    [("hello\nworld\n", "timing file is none"), ("0.1 x\n0.2 nope\n\n", "line 1 is not"), ("0.1 5\n0.2 no", "")],
)
def test_a_timing_file_that_is_none_says_so(timing, said):
    data, _ = typescript()
    if said:
        with pytest.raises(InputError, match=said):
            unwrap(data, openings(), timing)
    else:
        unwrap(data, openings(), timing)


def test_a_timing_file_without_a_typescript_says_so():
    with pytest.raises(InputError, match="no typescript"):
        unwrap(b"hello\n", openings(), "0.1 5\n")


def test_a_recording_that_was_cut_keeps_what_is_there():
    whole = cast(2)
    push = told(whole[: whole.rindex(b"Pushed") - 3]).pushes[0]
    assert push.outcome is Outcome.INCOMPLETE
    assert push.duration.seconds == 2.0


def test_lines_that_are_no_events_are_counted_and_passed_over():
    data = cast(2).replace(b'[1.0, "o"', b'{"not": "an event"}\n[1.0, "o"', 1)
    assert told(data).source.notes == ("1 lines of the recording can't be read",)


@given(st.binary(max_size=200))
def test_a_recording_with_any_bytes_inside_survives(data):
    told(b'{"version": 2, "width": 80, "height": 24}\n' + data)
    told(b"Script started on Mon\n" + data)
