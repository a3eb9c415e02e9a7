"""Recordings of the other clients against a registry with faults, scored; skipped where there are none."""

import json
import re
from functools import cache

import pytest

from pushlog.knowledge.clients import clients
from pushlog.model import Client, Clock, Family, Outcome
from pushlog.pipeline import analyze
from tests.paths import SHARED

FOLDER = SHARED / "captures" / "clients"
CASES = sorted(FOLDER.glob("*/truth.json"))
FAMILIES = {
    "reset": Family.CONNECTION_RESET,
    "blip": Family.CONNECTION_RESET,
    "503": Family.SERVER_ERROR,
    "413": Family.SIZE_LIMIT,
    "denied": Family.PERMISSION,
    "unauthorized": Family.AUTH,
    "429": Family.RATE_LIMIT,
    "manifest-invalid": Family.MANIFEST_INVALID,
}
# They share all lines but those of an error; the log of one that worked, or was killed, need not tell which it was.
SAME_LINES = {Client.PODMAN, Client.BUILDAH, Client.SKOPEO}

pytestmark = pytest.mark.skipif(not CASES, reason="no recordings of other clients here")


@cache
def analyzed(path):
    return analyze(path)


@pytest.fixture(params=CASES, ids=lambda path: path.parent.name)
def capture(request):
    """What is true of a recording, and what is read from it."""
    truth = json.loads(request.param.read_text("utf-8"))
    return truth, analyzed(request.param.with_name("push-log.txt"))


def test_client_outcome_family_and_image_are_right(capture):
    truth, found = capture
    own = Client(truth["client"])
    assert found.source.coverage == 1.0
    for one in found.pushes:
        assert one.client is own or (own in SAME_LINES and one.client is Client.UNKNOWN)
        wanted = {"shop/web", "shop/worker"} if own is Client.COMPOSE else {"team/client-test", None}
        assert one.reference.repository in wanted
    if truth["exit_code"] == 0:
        assert {one.outcome for one in found.pushes} == {Outcome.SUCCEEDED}
    elif truth["exit_code"] < 0:  # killed: the client printed nothing then
        assert {one.outcome for one in found.pushes} == {Outcome.INCOMPLETE}
    else:
        failed = [one for one in found.pushes if one.outcome is Outcome.FAILED]
        assert failed
        assert {one.error.family for one in failed if one.error} == {FAMILIES[truth["fault"]]}
        assert all(one.outcome in (Outcome.FAILED, Outcome.INTERRUPTED) for one in found.pushes)


def test_what_is_said_is_the_client_s_own(capture):
    _, found = capture
    for one in found.pushes:
        facts = clients()[one.client]
        if one.error:
            assert one.findings[0].name == one.error.family.value or one.error.family is Family.SIZE_LIMIT
        for finding in one.findings if not facts.uses_docker_engine else ():
            assert not re.search(r"\bDocker\b(?! Hub)|\bdaemon\b", f"{finding.title} {finding.explanation}")


def test_no_time_is_longer_than_it_took(capture):
    truth, found = capture
    for one in found.pushes:
        assert one.duration.at_least <= truth["seconds"]
        if one.clock is Clock.STAMPED:
            assert one.duration.seconds is not None
            assert one.duration.seconds <= truth["seconds"] + 1
