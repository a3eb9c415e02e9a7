"""Redraws of other clients that are passed over: the result is that of a reading of every row."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.formats.bulk import redraws
from pushlog.intake.log_text import LogText, plain
from pushlog.intake.numbered_text import NumberedText
from pushlog.pipeline import analyze
from pushlog.report.json import render
from tests.bench import screens
from tests.paths import SAMPLES

NEW_LINE = b"\n"
CLIENTS = ("podman", "buildkit", "compose", "oras", "nerdctl")
# A moment that only a redraw between two others shows, and what is derived from all moments.
BETWEEN = ("at_least", "coverage", "sent", "why", "assumptions")


def drawn(client: str, size: int = 300_000) -> bytes:
    return b"".join(getattr(screens, client)(size))


def told(path: Path) -> Any:
    """Return the result without what depends on the moments between."""

    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: bare(value) for key, value in node.items() if key not in BETWEEN}
        return [bare(item) for item in node] if isinstance(node, list) else node

    return bare(json.loads(render([analyze(str(path))])))


def assert_same(few: Any, every: Any) -> None:
    """Times and rates may differ by the step of a client's clock."""
    if isinstance(every, dict):
        assert few.keys() == every.keys()
        for key in every:
            assert_same(few[key], every[key])
    elif isinstance(every, list):
        assert len(few) == len(every)
        for one, other in zip(few, every, strict=True):
            assert_same(one, other)
    elif isinstance(every, float):
        assert few == pytest.approx(every, rel=0.02)
    else:
        assert few == every


def both(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    monkeypatch.setattr(redraws, "LARGE", 1 << 40)
    every_row = told(path)
    monkeypatch.setattr(redraws, "LARGE", 0)
    return told(path), every_row


@pytest.mark.parametrize("client", CLIENTS)
def test_a_long_push_reads_the_same(client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "push.log"
    path.write_bytes(drawn(client))
    few, every = both(path, monkeypatch)
    assert_same(few, every)
    assert few["logs"][0]["pushes"]


def as_cast(log: bytes, size: int) -> bytes:
    """The log as an asciicast, an event for so many bytes."""
    head = json.dumps({"version": 2, "width": 120, "height": 40})
    parts = [log[start : start + size] for start in range(0, len(log), size)]
    events = (json.dumps([number / 100, "o", part.decode("latin-1")]) for number, part in enumerate(parts))
    return "\n".join((head, *events, "")).encode()


def as_json_log(log: bytes, size: int) -> bytes:
    """The log as the daemon keeps it, an object for each line or so many bytes of it."""
    lines = (
        line[start : start + size] for line in log.splitlines(keepends=True) for start in range(0, len(line), size)
    )
    moments = (f"2026-11-29T10:{number // 6000 % 60:02}:{number / 100 % 60:05.2f}Z" for number in count())
    return "".join(
        json.dumps({"log": line.decode("latin-1"), "stream": "stdout", "time": moment}) + "\n"
        for line, moment in zip(lines, moments, strict=False)
    ).encode()


@pytest.mark.parametrize("size", [70, 4000])
@pytest.mark.parametrize("kept", [as_cast, as_json_log])
def test_a_long_push_reads_the_same_in_records(
    kept: Callable[[bytes, int], bytes], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines are those of the file. What is shown of one that holds several frames may be another of them."""
    path = tmp_path / "push.log"
    path.write_bytes(kept(drawn("podman"), size))

    def results() -> list[object]:
        return [
            (
                (push.outcome, push.reference, push.lines, push.clock, push.duration),
                [(layer.id, layer.state, layer.fate, layer.attempts, layer.lines) for layer in push.layers],
                [(finding.rule, [proof.line for proof in finding.evidence]) for finding in push.findings],
            )
            for push in analyze(str(path)).pushes
        ]

    every = results()
    monkeypatch.setattr(redraws, "LARGE", 0)
    monkeypatch.setattr(redraws, "TIMED", 0)
    assert results() == every
    assert len(every) == 1


@given(
    cuts=st.lists(st.integers(0, 400), max_size=8, unique=True).map(sorted),
    offsets=st.lists(st.integers(0, 400), max_size=20).map(sorted),
)
def test_offsets_move_with_what_is_left(cuts: list[int], offsets: list[int]) -> None:
    pairs = np.array(cuts[: len(cuts) // 2 * 2], dtype=np.int64).reshape(-1, 2)
    is_left = np.ones(401, dtype=bool)
    for low, high in pairs.tolist():
        is_left[low:high] = False
    few = NumberedText(b"", cuts=pairs)
    assert few.moved(np.array(offsets, dtype=np.int64)).tolist() == [int(is_left[:place].sum()) for place in offsets]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*tty*.txt")), ids=lambda path: path.stem)
def test_a_sample_reads_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, every = both(path, monkeypatch)
    assert few == every


@pytest.mark.parametrize("client", CLIENTS)
def test_most_redraws_are_passed_over(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pushlog.formats.dialects import Thinner, _is_progress

    monkeypatch.setattr(redraws, "LARGE", 0)
    text = redraws.without_redraws(LogText(drawn(client)), _is_progress)
    assert sum(stop - start for start, stop in text.parts) < 0.4 * len(text.data)
    assert text.parts[0][0] == 0
    assert text.parts[-1][1] == len(text.data)
    few = Thinner()(LogText(drawn(client)), is_timed=False)
    assert few is not None
    assert len(few.data) < 0.2 * len(text.data)


def test_the_floods_of_docker_are_left_to_their_own_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from pushlog.formats.dialects import Thinner, _is_progress
    from tests.bench.inputs import terminal

    monkeypatch.setattr(redraws, "LARGE", 0)
    text = LogText(b"".join(terminal(300_000)))
    assert redraws.without_redraws(text, _is_progress) is text
    thin = Thinner()
    assert thin(text, is_timed=False) is None
    assert thin.bare is text.data


# What a log may hold, each in a flood or alone: frames, rows over one another, words that count, ends of lines.
DRAWN = st.sampled_from(
    (
        b"\x1b[2A\x1b[Jrow [==>  ] 1 MB\r\nrow [=>   ] 2 MB\r\n",
        b"\rrow [==>  ] 3 MB",
        b"\r\x1b[Krow [==>  ] 4 MB\r\n",
        b"\x1b[1A\rrow [=>] 5 MB\r\x1b[1B",
        b"error: it broke\n",
        b"\n",
        b"word",
    )
)


@given(floods=st.lists(st.tuples(DRAWN, st.integers(1, 200)), max_size=8))
def test_what_is_left_keeps_its_lines(floods: list[tuple[bytes, int]]) -> None:
    data = b"".join(drawn * times for drawn, times in floods)
    text = LogText(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redraws, "LARGE", 0)
        passed = redraws.passed_over(text, lambda line: line.startswith("row "))
        assert passed is not None
        few = redraws.thinned(text, passed)
    if few is None:
        return
    assert few.lines == text.lines
    assert len(few.numbers) == few.rows.lines
    lines = [line.split(b"\r") for line in data.split(b"\n")]
    for piece in few.pieces(0, len(few.data)):
        assert any(piece.text in plain(part) for part in lines[piece.line - 1]), piece
    words = b"error: it broke"
    assert bytes(few.data).count(words) == data.count(words)


def test_the_lines_of_a_long_push_are_those_of_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words between two frames and behind all of them are quoted with the number of the line that they stand on."""
    frames = drawn("podman").split(b"\x1b[12A\x1b[J")
    frames[len(frames) // 2] += (
        b'time="2026-11-29T10:00:00Z" level=warning msg="Failed, retrying in 1s ... (1/3). Error: EOF"\r\n'
    )
    log = b"\x1b[12A\x1b[J".join(frames) + b"Error: writing blob: denied: requested access is denied\r\n"
    monkeypatch.setattr(redraws, "LARGE", 0)
    path = tmp_path / "push.log"
    path.write_bytes(log)
    result = analyze(str(path))
    lines = log.decode().split("\n")
    evidence = [proof for finding in result.pushes[0].findings for proof in finding.evidence]
    assert len({proof.line for proof in evidence}) > 1
    for proof in evidence:
        assert proof.text in lines[proof.line - 1]
    assert result.source.lines == log.count(b"\n")


def test_a_line_too_long_is_named_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = drawn("podman") + b"x" * 70_000 + b"\n"
    monkeypatch.setattr(redraws, "LARGE", 0)
    path = tmp_path / "push.log"
    path.write_bytes(log)
    notes = analyze(str(path)).source.notes
    assert any(note.startswith(f"line {log.count(NEW_LINE)} cut at 64 KiB") for note in notes), notes


def test_a_line_between_two_redraws_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each retry that a client announces counts, wherever it stands between thousands of frames."""
    log = drawn("podman")
    frames = log.split(b"\x1b[12A\x1b[J")
    retry = b'time="2026-11-29T10:00:0%dZ" level=warning '
    retry += b'msg="Failed, retrying in 1s ... (%d/3). Error: writing blob: EOF"\r\n'
    for number, at in enumerate((30, 31, 150), 1):
        frames[at] += retry % (number, number)
    path = tmp_path / "push.log"
    path.write_bytes(b"\x1b[12A\x1b[J".join(frames))
    few, every = both(path, monkeypatch)
    assert few == every
    assert few["logs"][0]["pushes"][0]["layers"][0]["attempts"] == 4


def test_an_error_among_redraws_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = drawn("podman")
    cut = log[: log.index(b"\r\n", len(log) // 2) + 2]
    path = tmp_path / "push.log"
    path.write_bytes(cut + b"Error: writing blob: uploading layer chunked: denied: requested access is denied\r\n")
    few, every = both(path, monkeypatch)
    assert few == every
    assert few["logs"][0]["pushes"][0]["outcome"] == "failed"
