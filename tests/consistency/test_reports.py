"""No report contradicts itself: every check on every sample, and on every capture where they are."""

from pathlib import Path

import pytest

from pushlog.faults import InputError
from pushlog.pipeline import analyze
from tests import golden
from tests.consistency.checks import contradictions
from tests.paths import SHARED

# Recordings above this size say nothing new and take long.
LARGEST = 3_000_000
CAPTURES = sorted(
    path
    for folder in ("docker", "ci", "clients", "lab2", "other-side", "whatif")
    for path in (SHARED / "captures" / folder).glob("*/push-log*")
    if path.stat().st_size < LARGEST
)


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_a_sample_is_told_without_contradiction(path):
    assert contradictions(text(path), golden.analyzed(path).pushes) == []


@pytest.mark.skipif(not CAPTURES, reason="no captures here")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.parent.name}/{path.parent.name}")
def test_a_capture_is_told_without_contradiction(path):
    try:
        log = analyze(path)
    except InputError:
        pytest.skip("not a log")
    assert contradictions(text(path), log.pushes) == []
