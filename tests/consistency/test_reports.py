"""No report contradicts itself: every check on every sample, and on every capture where they are."""

import pytest

from pushlog.faults import InputError
from pushlog.pipeline import analyze
from tests import golden
from tests.consistency.checks import CHECKS
from tests.paths import SHARED

# The other side's logs are no pushes; recordings above this size say nothing new and take long.
LARGEST = 3_000_000
CAPTURES = sorted(
    path
    for folder in ("docker", "clients", "lab2", "whatif")
    for path in (SHARED / "captures" / folder).glob("*/push-log*")
    if path.stat().st_size < LARGEST
)


def contradictions(log):
    return [f"{check.__name__}: {wrong}" for push in log.pushes for check in CHECKS for wrong in check(log, push)]


@pytest.mark.parametrize("path", golden.logs(), ids=lambda path: path.stem)
def test_a_sample_is_told_without_contradiction(path):
    assert contradictions(golden.analyzed(path)) == []


@pytest.mark.skipif(not CAPTURES, reason="no captures here")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.parent.name)
def test_a_capture_is_told_without_contradiction(path):
    try:
        log = analyze(path)
    except InputError:
        pytest.skip("not a log")
    assert contradictions(log) == []
