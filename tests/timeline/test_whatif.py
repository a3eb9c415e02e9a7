"""What if: how long a push would have taken with another setting, line or image; and the uploads at the same time."""

import json

import pytest

from pushlog.faults import UserError
from pushlog.intake.read import raw
from pushlog.pipeline import Options, analyze_raw
from pushlog.timeline.changes import change
from pushlog.timeline.concurrency import setting
from tests.logs import DONE, HEADER, push

LAYERS = [f"{n:012x}" for n in range(6)]


def cast(limit, per_layer=2.0):
    """A recording of six equal layers over a line that caps every connection, `limit` at a time."""
    events = [(0.0, f"{HEADER}\r\n")]
    rows = []

    def draw(at, layer, words):
        if layer not in rows:
            rows.append(layer)
            events.append((at, "\r\n"))
        up = len(rows) - rows.index(layer)
        events.append((at, f"\x1b[{up}A\x1b[2K\r{layer}: {words}\r\x1b[{up}B"))

    for layer in LAYERS:
        draw(0.01, layer, "Preparing ")
    for layer in LAYERS[limit:]:
        draw(0.02, layer, "Waiting ")
    done = []
    for number, layer in enumerate(LAYERS):
        start = 0.05 + per_layer * (number // limit)
        done += [(start + per_layer * n / 10, layer, f"Pushing [=>  ]  {n}MB/10MB") for n in range(1, 10)]
        done.append((start + per_layer, layer, "Pushed "))
    for at, layer, words in sorted(done):
        draw(at, layer, words)
    events.append((max(at for at, _, _ in done) + 0.1, f"{DONE}\r\n"))
    head = json.dumps({"version": 2, "width": 100, "height": 30})
    return "\n".join([head, *(json.dumps([at, "o", data]) for at, data in events)]).encode()


def told(data, *asked, limit=None):
    """The push in a recording, asked about these changes."""
    options = Options(max_uploads=limit, what_if=tuple(change(text) for text in asked))
    return analyze_raw(raw("push.cast", data), options).pushes[0]


def test_more_uploads_at_a_time_are_foreseen_within_the_interval():
    two, three = told(cast(2), "concurrency=3", limit=2), told(cast(3), "concurrency=2", limit=3)
    assert two.duration.seconds == pytest.approx(6.15, abs=0.1)
    assert three.duration.seconds == pytest.approx(4.15, abs=0.1)
    faster, slower = two.what_if[0], three.what_if[0]
    assert faster.low <= three.duration.seconds <= faster.high
    assert slower.low <= two.duration.seconds <= slower.high


def test_a_layer_that_would_have_been_there_takes_no_time():
    base = told(cast(1), limit=1)
    (estimate,) = told(cast(1), f"reuse={LAYERS[0]},{LAYERS[1]}", limit=1).what_if
    assert estimate.change == {"reuse": [LAYERS[0], LAYERS[1]]} or estimate.change["reuse"]
    assert estimate.seconds < base.duration.seconds


def test_an_answer_names_its_assumptions():
    (estimate,) = told(cast(2), "concurrency=5", limit=2).what_if
    assert estimate.assumptions


def test_a_log_without_times_tells_no_seconds():
    lines = "\n".join([HEADER, *(f"{x}: Preparing" for x in LAYERS), *(f"{x}: Pushed" for x in LAYERS), DONE])
    (estimate,) = told(lines.encode(), "concurrency=5").what_if
    assert (estimate.seconds, estimate.low, estimate.high) == (None, None, None)
    assert estimate.assumptions


@pytest.mark.parametrize(
    "text", ["", "concurrency", "concurrency=0", "concurrency=x", "bandwidth=fast", "magic=1", "reuse="]
)
def test_a_change_that_is_none_says_what_there_is(text):
    with pytest.raises(UserError, match="--what-if"):
        change(text)


def test_the_daemons_setting_is_read(tmp_path):
    config = tmp_path / "daemon.json"
    config.write_text('{"max-concurrent-uploads": 3}', "utf-8")
    assert setting(str(config)) == 3
    config.write_text("{}", "utf-8")
    assert setting(str(config)) == 5


@pytest.mark.parametrize("text", ["[]", "{", '{"max-concurrent-uploads": -1}', '{"max-concurrent-uploads": "3"}'])
def test_a_daemon_json_that_is_none_says_so(tmp_path, text):
    config = tmp_path / "daemon.json"
    config.write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"daemon\.json"):
        setting(str(config))


def test_layers_that_waited_tell_the_limit():
    lines = [
        HEADER,
        *(f"{x}: Preparing" for x in LAYERS),
        f"{LAYERS[5]}: Waiting",
        *(f"{x}: Pushed" for x in LAYERS),
        DONE,
    ]
    found = push(lines).concurrency
    assert (found.observed, found.limit, found.limit_from) == (5, 5, "inferred")
