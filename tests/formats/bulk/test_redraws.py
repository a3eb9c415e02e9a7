"""Redraws of other clients that are passed over: the result is that of a reading of every row."""

import json
from pathlib import Path
from typing import Any

import pytest

from pushlog.formats.bulk import redraws
from pushlog.intake.log_text import LogText
from pushlog.pipeline import analyze
from pushlog.report.json import render
from tests.bench import screens
from tests.paths import SAMPLES

CLIENTS = ("podman", "buildkit", "compose", "oras")
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


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*tty*.txt")), ids=lambda path: path.stem)
def test_a_sample_reads_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few, every = both(path, monkeypatch)
    assert few == every


@pytest.mark.parametrize("client", CLIENTS)
def test_most_redraws_are_passed_over(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pushlog.formats.dialects import _is_progress

    monkeypatch.setattr(redraws, "LARGE", 0)
    text = redraws.without_redraws(LogText(drawn(client)), _is_progress)
    assert sum(stop - start for start, stop in text.parts) < 0.4 * len(text.data)
    assert text.parts[0][0] == 0
    assert text.parts[-1][1] == len(text.data)


def test_the_floods_of_docker_are_left_to_their_own_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from pushlog.formats.dialects import _is_progress
    from tests.bench.inputs import terminal

    monkeypatch.setattr(redraws, "LARGE", 0)
    text = LogText(b"".join(terminal(300_000)))
    assert redraws.without_redraws(text, _is_progress) is text


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
