"""A log of the other side that is given as the log of a push says where it belongs."""

import pytest

from pushlog.formats.other_side.dockerd import DOCKERD
from pushlog.formats.other_side.formats import FORMATS
from pushlog.model import HopName
from pushlog.pipeline import analyze


def notes(*lines: str) -> tuple[str, ...]:
    log = analyze(("\n".join(lines) + "\n").encode())
    assert not log.pushes
    return log.source.notes


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_each_format_is_named_and_sent_behind_with(form):
    (note,) = (note for note in notes(form.sample, form.sample) if "--with" in note)
    assert f" {form.name}, not what a client printed" in note
    assert "`pushlog analyze push-log.txt --with FILE`" in note
    assert ("rebuilds its pushes" in note) is (form.hop is not HopName.DAEMON)


def test_its_lines_with_words_of_a_push_are_shown_with_it():
    log = analyze((DOCKERD.sample + "\n").encode())
    assert [entry.line for entry in log.source.missed] == [1]


@pytest.mark.parametrize(
    "lines",
    [
        ("Step 1/2 : FROM debian", "a", "b", DOCKERD.sample),
        ('192.0.2.7 - - [29/Nov/2026:01:38:08 +0000] "GET /blobs/ HTTP/1.1" 200 12 "-" "curl/8"',),
        ('time="2026-11-29T01:38:08Z" level=info msg="wrote /blobs/ and /manifests/"',),
    ],
    ids=["one line of many", "another site", "another program"],
)
def test_look_alikes_are_not_told_so(lines):
    assert not any("--with" in note for note in notes(*lines))


def test_a_push_beside_its_lines_stays_a_push():
    client = (
        "The push refers to repository [registry.example.com/acme/app]",
        DOCKERD.sample,
        DOCKERD.sample,
        "5f70bf18a086: Pushed",
        f"2.0: digest: sha256:{'a' * 64} size: 738",
    )
    log = analyze(("\n".join(client) + "\n").encode())
    assert len(log.pushes) == 1
    assert not any("--with" in note for note in log.source.notes)
