"""A push is read alike behind whatever a system puts before its lines, and between a job's head and its tail."""

from collections.abc import Iterator

import pytest

from pushlog.knowledge.decorations import decorations
from pushlog.pipeline import analyze
from tests.examples import examples

Facts = list[tuple[object, ...]]
DIGEST = "sha256:" + "3c9d" * 16
# Short logs of several clients; what tells of the push stands on few lines, in some on one alone.
LOGS = {
    "docker": [
        "The push refers to repository [r.example.com/acme/app]",
        "0a1b2c3d4e5f: Preparing",
        "0a1b2c3d4e5f: Pushed",
        f"1: digest: {DIGEST} size: 527",
    ],
    "docker-refused": [
        "$ docker push r.example.com/acme/app:1",
        "The push refers to repository [r.example.com/acme/app]",
        "0a1b2c3d4e5f: Preparing",
        "denied: requested access to the resource is denied",
    ],
    "buildx": [
        "#9 ERROR: denied: requested access to the resource is denied",
        "------",
        " > pushing r.example.com/acme/app:1 with docker:",
        "------",
        "ERROR: failed to build: denied: requested access to the resource is denied",
    ],
    "buildx-terminal": [
        "[+] Building 9.0s (9/9) FINISHED",
        " => ERROR exporting to image                              3.0s",
        " => => pushing layers                                     2.0s",
        "------",
        " > exporting to image:",
        "------",
        "ERROR: failed to solve: failed to push r.example.com/acme/app:1: unexpected status: 401 Unauthorized",
    ],
    "kaniko": [
        "INFO[0003] Pushing image to r.example.com/acme/app:1.4",
        f"2026/02/03 11:08:22 pushed blob: {DIGEST}",
        f"INFO[0009] Pushed r.example.com/acme/app@{DIGEST}",
    ],
    "podman": [
        "+ make release",
        "Error: writing blob: initiating layer upload to /v2/acme/app/blobs/uploads/ in r.example.com: denied: no",
        "make: *** [Makefile:3: release] Error 125",
    ],
    "oras": [
        f"Uploading {DIGEST[7:19]} app.tar",
        f'Error response from registry: HEAD "https://r.example.com/v2/acme/blobs/{DIGEST}": 403: Forbidden',
        "make: *** [Makefile:3: release] Error 1",
    ],
    "imgpkg": ["dir: .", "file: app.yml", f"Pushed 'r.example.com/acme/app@{DIGEST}'", "Succeeded"],
    "test-that-compares": [
        "E       AssertionError: assert 'x' == 'y'",
        "E         - The push refers to repository [r.example.com/acme/app]",
        "E         + denied: requested access to the resource is denied",
        "1 failed, 12 passed in 0.31s",
    ],
    "test-that-expects": [
        "  1) pusher",
        "       denied:",
        "     AssertionError: expected 'x' to equal 'The push refers to repository [r.example.com/acme/app]'",
        '       expected "" to include "0a1b2c3d4e5f: Pushed"',
    ],
    "test-that-differs": [
        "- should report denied *** FAILED ***",
        '  "[The push refers to repository [r.example.com/acme/app]]" was not equal to "[]" (PushSpec.scala:12)',
    ],
    "here-document": ["cat > push.sh <<EOF", "docker push r.example.com/acme/app:1", "EOF", "chmod +x push.sh"],
    "commit": ["HEAD is now at 0a1b2c3 Retry docker push: it failed with denied: requested access is denied", "done"],
}
# Prefixes that no row knows, and what a job of some systems begins and ends with.
UNKNOWN = [
    "web-7d9f main ",
    "ci/web-7d9f[main]: ",
    "web_push.1.abcdefgh@node-1    | ",
    "\x1b[36mweb-7d9f\x1b[0m \x1b[32mmain\x1b[0m ",
    "2026-11-23 21:26:44,847 - push - INFO - ",
    "2026-11-23T21:26:44Z app[1781e] fra [info] ",
    "21:26:44 INF ",
    "push 2026-11-23T21:26:44.847Z ",
    "#12 44.123 ",
]
JOBS = {
    "github": (["##[group]Run make release", "##[endgroup]"], ["##[error]Process completed with exit code 1."]),
    "gitlab": (
        ["section_start:1795469206:step_script", "\x1b[32;1m$ make release\x1b[0;m"],
        ["section_end:1795469306:step_script", "\x1b[31;1mERROR: Job failed: exit code 1\x1b[0;m"],
    ),
    "bitbucket": (
        ["+ make release"],
        ["Build teardown started.", "Searching for files matching artifact pattern x/**"],
    ),
    "concourse": (["selected worker: worker-1"], ["failed"]),
}
# The usual suite takes one in so many of them.
STEP = 1 if examples(1) > 1 else 5


def facts(lines: list[str]) -> Facts:
    return [
        (
            push.client.value,
            push.outcome.value,
            push.reference,
            [(layer.id, layer.state.value) for layer in push.layers],
            push.error and (push.error.text, push.error.family.value),
        )
        for push in analyze("\n".join(lines).encode()).pushes
    ]


def prefixes() -> Iterator[tuple[str, str]]:
    for form in decorations().forms:
        before, _, after = form.sample.partition(form.inside)
        if not form.escaped and (form.clock or "(?P<lane>" in form.pattern):
            yield before, after
    yield from ((prefix, "") for prefix in UNKNOWN)


@pytest.mark.parametrize(("number", "name"), list(enumerate(LOGS)), ids=LOGS)
def test_a_log_says_the_same_behind_every_prefix(number: int, name: str) -> None:
    lines = LOGS[name]
    plain = facts(lines)
    some = list(prefixes())[number % STEP :: STEP]
    wrong = [before for before, after in some if facts([f"{before}{line}{after}" for line in lines]) != plain]
    assert wrong == []


@pytest.mark.parametrize("name", LOGS)
def test_a_log_says_the_same_between_the_head_and_the_tail_of_a_job(name: str) -> None:
    plain = facts(LOGS[name])
    assert [job for job, (head, tail) in JOBS.items() if facts([*head, *LOGS[name], *tail]) != plain] == []
