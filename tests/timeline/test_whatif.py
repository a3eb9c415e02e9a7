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


def test_from_one_upload_at_a_time_no_figure_is_told_but_both_kinds_of_line_are():
    """A line that caps each connection, and one that all share, can't be told apart while one upload runs at a time."""
    capped = {limit: told(cast(limit), limit=limit).duration.seconds for limit in (2, 3, 6)}
    shared = {limit: told(cast(limit, per_layer=2.0 * limit), limit=limit).duration.seconds for limit in (2, 3, 6)}
    estimates = told(cast(1), *(f"concurrency={limit}" for limit in capped), limit=1).what_if
    for limit, estimate in zip(capped, estimates, strict=True):
        assert estimate.seconds is None
        assert estimate.low <= capped[limit] < shared[limit] <= estimate.high
        assert estimate.assumptions[0].startswith("If all uploads shared one line, about")
        assert "if each connection had a limit of its own, about" in estimate.assumptions[0]


def test_where_all_lines_that_fit_agree_a_figure_is_told():
    base = told(cast(3), "concurrency=3", limit=3)
    (estimate,) = base.what_if
    assert estimate.seconds == pytest.approx(base.duration.seconds, rel=0.02)
    assert estimate.low <= estimate.seconds <= estimate.high


BLOBS = [f"{n:x}" * 12 for n in range(1, 10)]


def ticks(limit, layers=BLOBS, each=6, size=6):
    """The Engine API's stream of the containerd store: a tick a line for each unfinished layer, `limit` at a time."""
    messages: list[dict[str, object]] = [{"status": HEADER}]
    queue = list(layers)
    running: dict[str, int] = {}
    while queue or running:
        while queue and len(running) < limit:
            running[queue.pop(0)] = 0
        for layer in list(running):
            running[layer] += 1
            if running[layer] > each:
                del running[layer]
                messages.append({"status": "Pushed", "progressDetail": {}, "id": layer})
            else:
                detail = {"current": running[layer] * size * 1000, "total": each * size * 1000}
                messages.append({"status": "Pushing", "progressDetail": detail, "id": layer})
    messages.append({"status": DONE})
    return "\r\n".join(json.dumps(message) for message in messages).encode()


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7])
def test_a_queue_of_the_containerd_store_tells_its_limit(limit):
    found = told(ticks(limit), f"concurrency={limit + 1}")
    assert (found.concurrency.limit, found.concurrency.limit_from) == (limit, "inferred")
    (estimate,) = found.what_if
    assert estimate.low is not None
    configured = told(ticks(limit), f"concurrency={limit + 1}", limit=limit)
    assert configured.concurrency.limit_from == "daemon-config"
    assert configured.what_if[0].low == estimate.low


@pytest.mark.parametrize("layers", [4, 5, 6, 9])
def test_a_containerd_store_that_starts_all_at_once_tells_no_limit(layers):
    """Docker before 29.7 ignores the option, whatever daemon.json says."""
    for limit in (None, 5, 12):
        found = told(ticks(100, BLOBS[:layers]), "concurrency=1", limit=limit)
        (estimate,) = found.what_if
        assert (estimate.seconds, estimate.low, estimate.high) == (None, None, None)
        assert "obeys `max-concurrent-uploads` only from docker 29.7.0 on" in estimate.assumptions[0]
    assert told(ticks(100, BLOBS[:layers])).concurrency.limit is None


def test_layers_that_end_before_they_are_drawn_are_no_queue():
    """Six layers, all begun at once, one of them done within the first tick: five were seen, but none waited."""
    lines = [json.loads(line) for line in ticks(100, BLOBS[:6]).split(b"\r\n")]
    seen = [line for line in lines if line.get("id") != BLOBS[0] or line["status"] == "Pushed"]
    found = told("\r\n".join(json.dumps(line) for line in seen).encode())
    assert (found.concurrency.observed, found.concurrency.limit) == (5, None)


def test_a_pipe_does_not_show_how_many_were_uploaded():
    rows = [line for blob in BLOBS for line in (f"{blob}: Waiting", f"{blob}: Waiting", f"{blob}: Pushed")]
    found = told("\n".join([HEADER, *rows, DONE]).encode())
    assert (found.store.value, found.concurrency.limit) == ("containerd", None)


def test_layers_that_were_drawn_once_each_are_no_queue_of_one():
    """All within one tick: that each was alone on its line proves nothing."""
    found = told(ticks(100, BLOBS[:6], each=1)).concurrency
    assert (found.observed, found.limit) == (1, None)
