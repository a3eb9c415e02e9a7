"""Large logs read as small ones do: noise is passed over, rows that tell nothing are left out, nothing else changes."""

import json
import random
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pushlog.formats import prefilter
from pushlog.formats.bulk import reader
from pushlog.formats.docker import lines as docker_lines
from pushlog.intake import check, mapped, read
from pushlog.intake.log_text import LogText
from pushlog.intake.read import raw
from pushlog.model import Basis, Store
from pushlog.pipeline import analyze, analyze_raw, cases
from pushlog.report.json import plain
from pushlog.timeline.clock import infer_clock
from pushlog.timeline.event_table import event_table
from pushlog.timeline.layers import layers
from pushlog.timeline.slots import slots
from tests.examples import examples
from tests.golden import logs
from tests.logs import DIGEST, DONE, HEADER, A, B, exhausted
from tests.wild.test_wild import content, kinds

NOISE = b"INFO: building target //services/api:server (17 of 9000)\n" * 4000


def shifted(value, lines):
    """A result with all of its line numbers that much lower, as far as they tell where something stands."""
    if isinstance(value, dict):
        moved = {key: shifted(item, lines) for key, item in value.items()}
        if isinstance(value.get("line"), int):
            moved["line"] = value["line"] - lines
        if isinstance(value.get("lines"), list):
            moved["lines"] = [line - lines for line in value["lines"]]
        return moved
    return [shifted(item, lines) for item in value] if isinstance(value, list) else value


def said(log, lines=0):
    """The pushes of a result, without what is quoted from around them."""
    pushes = json.loads(json.dumps(plain(log)))["pushes"]
    return [{key: item for key, item in push.items() if key != "excerpt"} for push in shifted(pushes, lines)]


def in_noise(path):
    """Whether a sample can stand in the middle of a log: not one of another encoding, nor one that is all of a log."""
    data = path.read_bytes()
    return data.isascii() and b"The push refers to" in data and not data.startswith(b"{")


@pytest.mark.parametrize("path", [path for path in logs() if in_noise(path)], ids=lambda path: path.stem)
def test_a_push_between_hundreds_of_kilobytes_of_noise_is_the_same_push(path):
    data = path.read_bytes().rstrip(b"\n") + b"\n"
    alone = said(analyze_raw(raw("x", b"INFO: start\n" + data + b"INFO: end\n" * 40)), 1)
    loud = analyze_raw(raw("x", NOISE + data + b"INFO: end\n" * 40 + NOISE))
    # Line numbers in sentences and the clock of the whole are not compared: the noise is part of neither.
    assert [push["layers"] for push in said(loud, 4000)] == [push["layers"] for push in alone]
    assert [push["verdict"] for push in said(loud, 4000)] == [push["verdict"] for push in alone]
    assert [push["lines"] for push in said(loud, 4000)] == [push["lines"] for push in alone]
    assert [push["error"] for push in said(loud, 4000)] == [push["error"] for push in alone]


WORDS = [
    HEADER,
    DONE,
    f"Digest: {DIGEST}",
    f"{A}: Preparing",
    f"{A}: Retrying in 5 seconds",
    f"{A}: Mounted from library/alpine",
    "$ docker push registry.example.com/team/app",
    "+ docker  image  push app",
    '{"status":"Pushing","progressDetail":{},"id":"aaaaaaaaaaaa"}',
]


def found(data):
    """The stretches of a log that is not read whole, and what is beside them."""
    stretches = prefilter.candidate_ranges(data)
    assert stretches is not None
    return stretches


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("at", [0, 1000, prefilter.BLOCK - 3, prefilter.BLOCK])
def test_a_line_of_a_push_is_found_wherever_it_stands(word, at):
    data = NOISE[: 57 * (at // 57)] + word.encode() + b"\n" + NOISE
    ((low, high),), beside = found(data)
    assert low <= data.index(word.encode()) < high
    assert [start for start, _ in beside] == [high]


LONE = [
    "failed to push image: timeout",
    "Error pushing image team/app: timeout",
    "[INFO] Pushing image registry.example.com/team/app:1",
    "CalledProcessError: Command '['docker', 'push', 'team/app']' returned non-zero exit status 1.",
    "[ERROR] Failed to execute goal io.fabric8:docker-maven-plugin:0.43.4:push (default) on project app",
    "Execution failed for task ':app:dockerPushImage'.",
    "denied: requested access to the resource is denied",
    "unauthorized: authentication required",
    "error parsing HTTP 413 response body: invalid character '<'",
    "received unexpected HTTP status: 502 Bad Gateway",
    "name unknown: The repository with name 'app' does not exist in the registry with id '1'",
    "$ helm push app-1.0.tgz oci://registry.example.com/charts",
    "$ crane push app.tar registry.example.com/team/app:1",
    "$ oras push registry.example.com/team/app:1 app.txt",
    "$ docker manifest push team/app:1",
    "$ singularity push app.sif oras://registry.example.com/team/app:1",
]


@pytest.mark.parametrize("line", LONE)
def test_a_line_that_tells_of_a_push_without_its_output_is_found(line):
    data = NOISE + line.encode() + b"\n" + NOISE
    ((low, high),), _ = found(data)
    assert low <= data.index(line.encode()) < high


def test_of_noise_the_end_is_read_where_a_job_stopped():
    ((low, high),), beside = found(NOISE)
    assert (len(NOISE) - low) // prefilter.SHORT == 1
    assert (high, beside) == (len(NOISE), ())


def test_an_error_at_the_end_of_a_long_log_without_a_push_is_named():
    log = analyze(NOISE + b"Error response from daemon: Get https://registry.example.com/v2/: EOF\n")
    assert [missed.line for missed in log.source.missed] == [4001]
    log = analyze(NOISE + b"$ docker push team/app:1\n" + b"INFO: x\n" * 30 + NOISE)
    assert [missed.line for missed in log.source.missed] == [4001]


def facts(data):
    """What is told of the pushes in some lines, without the lines themselves: a log may be turned round."""
    pushes = said(analyze_raw(raw("x", data)))
    return [(push["client"], push["verdict"], push["error"] and push["error"]["text"]) for push in pushes]


def fragments():
    """Of each kind of log from the world the first that a push is in; a question is so short that it is read whole."""
    for path, kind in kinds():
        for log in kind["log"] if path.stem != "asked-about" else ():
            data = content(log).rstrip(b"\n") + b"\n"
            if log["pushes"] and not data.startswith((b"{", b"[")) and len(data) < prefilter.SHORT // 4:
                yield pytest.param(data, id=f"{path.parent.name}/{path.stem}/{log['name']}")
                break


@pytest.mark.parametrize("data", list(fragments()))
def test_what_is_left_of_a_push_is_read_in_a_long_log_as_in_a_short_one(data):
    assert facts(NOISE + data + NOISE) == facts(NOISE[:5700] + data + NOISE[:5700])


def test_a_short_log_is_read_whole():
    assert prefilter.candidate_ranges(b"short") is None


def test_stretches_are_whole_lines():
    data = NOISE + f"{A}: Pushed\n".encode() + NOISE
    ((low, high),), ((below, end),) = found(data)
    assert data[low - 1 : low] == data[high - 1 : high] == data[end - 1 : end] == b"\n"
    assert below == high


def test_an_error_of_many_lines_is_read_to_its_end_though_no_word_of_docker_is_near_that():
    page = ["error parsing HTTP 502 response body: invalid character '<' looking for beginning of value: \"<html>"]
    page += [f"<p>{number:04} {'x' * 80}</p>" for number in range(200)]
    push = [HEADER, f"{A}: Preparing", f"{A}: Retrying in 1 second", *page, '</html>"']
    log = "".join(f"2026-11-23T21:26:44.{number:03}4166Z {line}\n" for number, line in enumerate(push))
    quiet, (loud,) = analyze(log.encode()).pushes[0], analyze(NOISE + log.encode() + NOISE).pushes
    assert quiet.error
    assert loud.error
    assert len(loud.error.text) > 2 * prefilter.BELOW + prefilter.BLOCK
    assert loud.error.text == quiet.error.text


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.booleans()), max_size=12))
def test_what_is_beside_is_all_that_is_near_but_not_read(parts):
    read: list[tuple[int, int]] = []
    beside: list[tuple[int, int]] = []
    at = 0
    for gap, size, is_read in parts:
        at += gap
        (read if is_read else beside).append((at, at + size))
        at += size
    shown = list(prefilter._merged(sorted([*read, *beside])))
    left = [n for low, high in prefilter._subtract(shown, read) for n in range(low, high)]
    assert left == [n for low, high in beside for n in range(low, high)]


@given(st.lists(st.sampled_from(["", "a", "\n", "\r\n", "bc" * 20]), max_size=60), st.data())
def test_lines_are_counted_the_same_by_blocks(parts, data):
    text = LogText("".join(parts).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pushlog.intake.log_text._BLOCK", 16)
        feeds = [found.start() for found in re.finditer(b"\n", text.data)]
        offset = data.draw(st.integers(0, max(len(text.data) - 1, 0)))
        line = 1 + sum(feed < offset for feed in feeds)
        assert text.line_of(offset) == max(1, min(line, text.lines))
        offsets = np.array([offset] if text.data else [], dtype=np.int64)
        assert text.lines_of(offsets).tolist() == [line] * len(offsets)
        for number in range(1, text.lines + 1):
            assert text.line_of(text.start_of(number)) == number
            assert text.data[text.start_of(number) : text.stop_of(number)].count(b"\n") == 0


@given(st.lists(st.sampled_from(["a", " ", "\n", "\r", "bc" * 20]), max_size=40), st.integers(0, 9), st.integers(0, 99))
def test_pieces_stand_at_the_same_places_whether_or_not_an_escape_follows(parts, start, more):
    data = "".join(parts).encode()
    stop = min(len(data), start + more)
    broken = [part for part in re.split(rb"[\r\n]", data[start:stop]) if part]
    spans = list(LogText(data).spans(start, stop))
    assert [data[low:high] for low, high in spans] == broken
    assert list(LogText(data[:stop] + b"\x1b[0m").spans(start, stop + 4))[: len(spans) - 1] == spans[:-1]


def terminal(rng, rows):
    """A terminal's capture in which layers move, stand, break off and are done."""
    ids = [f"{number:012x}" for number in range(1, 6)]
    figures = dict.fromkeys(ids, 0)
    drawn = [f"{HEADER}\r\n", *(f"{layer}: Preparing \r\n" for layer in ids)]
    for _ in range(rows):
        layer = rng.choice(ids)
        what = rng.random()
        if what < 0.01:
            figures[layer] = 0
            drawn += [f"\x1b[1A\x1b[2K\r{layer}: Retrying in {n} second{'s' * (n > 1)} \r\x1b[1B" for n in (3, 2, 1)]
        else:
            figures[layer] += rng.choice([0, 1, 7]) if what < 0.98 or not figures[layer] else -1
            drawn.append(f"\x1b[1A\x1b[2K\r{layer}: Pushing [=>   ]  {figures[layer] % 1000}kB/900kB\r\x1b[1B")
        if what > 0.995:
            drawn.append("something else\r\n")
    return "".join(drawn).encode()


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([Store.GRAPHDRIVER, Store.CONTAINERD]), st.sampled_from([2000, 1 << 20]))
def test_what_is_left_out_changes_neither_clock_nor_layers(seed, store, chunk):
    text = LogText(terminal(random.Random(seed), 1500))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "CHUNK", chunk)
        every, telling = docker_lines.read(text).events, docker_lines.read(text, keep_redraws=False).events
    assert len(telling) <= len(every)
    kept = np.flatnonzero(np.isin(every.start, telling.start))
    assert every.current[kept].tolist() == telling.current.tolist()
    results = []
    for events in (every, telling):
        clock = infer_clock(
            events, store=store, throttled=True, breaks=np.empty(0, dtype=np.int64), failed=True, waited=0.0
        )
        table = event_table(events, clock.at)
        held = slots(table, store)
        found = layers(
            events,
            table,
            held,
            store=store,
            basis=Basis.UNKNOWN,
            mounts={},
            failed=(),
            end=clock.end,
            is_measured=False,
        )
        results.append((clock.end, clock.at, found))
    assert results[0][0] == results[1][0]
    assert results[0][1][kept].tolist() == results[1][1].tolist()
    assert results[0][2] == results[1][2]


@pytest.mark.parametrize("keep_redraws", [True, False])
def test_threads_that_share_a_large_log_find_the_same_rows_as_one(monkeypatch, keep_redraws):
    text = LogText(terminal(random.Random(7), 3000))
    monkeypatch.setattr(reader, "LARGE", 0)
    monkeypatch.setattr(reader, "LARGE_CHUNK", 2000)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    shared = docker_lines.read(text, keep_redraws=keep_redraws)
    monkeypatch.setattr(reader, "at_once", map)
    alone = docker_lines.read(text, keep_redraws=keep_redraws)
    assert len(shared.events) > 200
    for name in ("ids", "start", "until", "layer", "current", "all_layers", "place"):
        assert list(getattr(shared.events, name)) == list(getattr(alone.events, name))
    assert shared.others.tolist() == alone.others.tolist()


def test_rows_that_only_move_a_figure_on_are_left_out_but_for_tables():
    rows = "".join(f"\x1b[1A\x1b[2K\r{A}: Pushing [=>   ]  {n}kB/900kB\r\x1b[1B" for n in range(1, 800))
    data = f"{HEADER}\r\n{A}: Preparing \r\n{rows}{A}: Pushed \r\n{DONE}\r\n".encode()
    (case,) = cases(data)
    assert len(case.events) == 801
    few = docker_lines.read(LogText(data), keep_redraws=False).events
    assert len(few) < 100
    assert len(few.all_layers) == 801


@pytest.fixture
def small_steps(monkeypatch):
    """Every file counts as a large one."""
    monkeypatch.setattr(mapped, "LARGE", 1)
    monkeypatch.setattr(check, "_CHUNK", 100)


@pytest.mark.usefixtures("small_steps")
def test_a_large_file_is_mapped_and_read_the_same(tmp_path):
    path = tmp_path / "log"
    lines = [HEADER, f"{A}: Preparing", f"{B}: Preparing", f"{A}: Pushed", *exhausted(B), "denied: no → \xff"]
    path.write_bytes("\n".join(lines).encode("utf-8") + b"\xff\0\n")
    mapped_log, in_memory = analyze(str(path)), analyze(path.read_bytes())
    assert not isinstance(read.read(str(path)).data, bytes)
    assert replace(mapped_log.source, name="", dated=in_memory.source.dated) == replace(in_memory.source, name="")
    assert mapped_log.pushes == in_memory.pushes


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_invalid_bytes_are_counted_the_same_in_chunks(data):
    text = data.decode("utf-8", "surrogateescape")
    wrong = sum(0xDC80 <= ord(char) <= 0xDCFF for char in text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "_CHUNK", 7)
        notes = check._checked(data, is_text=True).notes
    told = next((int(note.split()[0]) for note in notes if "invalid" in note), 0)
    assert told == wrong


@pytest.mark.parametrize("at", [0, (1 << 24) - 5, (1 << 24) + 3])
@pytest.mark.parametrize("is_mapped", [False, True])
def test_words_are_found_wherever_they_stand_also_over_a_border_of_what_is_given_back(
    tmp_path, monkeypatch, at, is_mapped
):
    text = b"." * at + b"PRIVATE KEY" + b"." * 100
    path = tmp_path / "log"
    path.write_bytes(text)
    monkeypatch.setattr(mapped, "LARGE", 1 if is_mapped else len(text) + 1)
    with path.open("rb") as file:
        data = mapped.contents(file)
    assert isinstance(data, bytes) != is_mapped
    assert mapped.find(data, b"PRIVATE KEY", 0, len(data)) == at
    assert mapped.find(data, b"PRIVATE KEY", at + 1, len(data)) == -1
    assert mapped.holds(data, b"PRIVATE KEY", 0, len(data))
    assert not mapped.holds(data, b"PRIVATE KEYS", 0, len(data))
    assert not mapped.holds(data, b"PRIVATE KEY", 0, at + 10)
