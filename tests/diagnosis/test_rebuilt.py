"""Pushes rebuilt from the logs of a registry or a proxy alone."""

import pytest

from pushlog.intake.side_files import SideFile
from pushlog.model import Client, Family, Outcome, State
from pushlog.pipeline import Options
from pushlog.rebuild import analyze_others
from tests.diagnosis.test_hops import CONFIG, FIRST, OTHER, SECOND, sent, tagged
from tests.side_logs import access, digest, request, upload


def rebuilt(*lines):
    return analyze_others(Options(with_=(SideFile("access.log", ("\n".join(lines) + "\n").encode()),))).pushes


WHOLE = [*sent(FIRST, 8, digest("a"), 250268), *sent(CONFIG, 9, digest("c"), 587), tagged(10)]


def test_a_whole_push_with_its_blobs_bytes_time_and_tag():
    (push,) = rebuilt(*WHOLE)
    assert (push.outcome, push.client) == (Outcome.SUCCEEDED, Client.DOCKER)
    assert (push.reference.repository, push.reference.tags) == ("acme/app", ("2.0",))
    assert [(layer.id, layer.state, layer.bytes_total) for layer in push.layers] == [
        ("a" * 12, State.PUSHED, 250268),
        ("c" * 12, State.PUSHED, 587),
    ]
    assert push.duration.seconds == 2.0
    assert push.duration.began == "2026-11-29T01:00:08.000Z"
    assert push.lines == (1, 7)


def test_each_client_of_a_repository_has_its_own_push():
    lines = [
        *sent(FIRST, 8, digest("a"), user="alice"),
        *sent(OTHER, 8, digest("b"), user="bob"),
        tagged(9, "1", "alice"),
    ]
    first, second = rebuilt(*lines)
    assert (first.outcome, second.outcome) == (Outcome.SUCCEEDED, Outcome.INCOMPLETE)
    assert [finding.data["user"] for push in (first, second) for finding in push.findings] == ["alice", "bob"]


def test_a_push_that_was_refused_says_with_which_words():
    broken = access(9, request("PATCH", upload(FIRST, 8)), 413)
    (push,) = rebuilt(access(8, request("POST", "blobs/uploads/"), 202), broken)
    assert push.outcome is Outcome.FAILED
    assert push.verdict.endswith("after 0 of 1 blob: the last error is PATCH an upload: 413")
    assert push.error is not None
    assert (push.error.text, push.error.line, push.error.family, push.error.http_status) == (
        "PATCH an upload: 413",
        2,
        Family.SIZE_LIMIT,
        413,
    )


def test_blobs_that_were_there_are_no_uploads():
    there = access(8, request("HEAD", f"blobs/{digest('a')}"), 200)
    mounted = access(8, request("POST", f"blobs/uploads/?mount=sha256%3A{'b' * 64}&from=acme%2Fbase"), 201)
    (push,) = rebuilt(there, mounted, *sent(SECOND, 9, digest("c")), tagged(10))
    assert [layer.state for layer in push.layers] == [State.EXISTS, State.MOUNTED, State.PUSHED]


@pytest.mark.parametrize(
    "line",
    [
        access(8, request("GET", f"blobs/{digest('a')}"), 200),
        access(8, request("HEAD", "manifests/2.0"), 200),
        access(8, "GET /v2/", 200),
    ],
)
def test_a_client_that_only_pulls_is_no_push(line):
    assert rebuilt(line) == ()


def test_after_a_minute_without_a_request_another_push_begins():
    first = sent(FIRST, 8, digest("a"))
    assert len(rebuilt(*first, *sent(SECOND, 60, digest("b")), tagged(61))) == 1
    assert len(rebuilt(*first, *sent(SECOND, 90, digest("b")), tagged(91))) == 2


def test_a_log_without_a_push_says_what_it_is():
    log = analyze_others(Options(with_=(SideFile("a.log", b"hello\n"),)))
    assert log.pushes == ()
    assert "none of the first 1 line" in log.source.notes[0]
