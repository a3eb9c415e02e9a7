"""What holds words of a push and ends in none is named, and nothing else is."""

import pytest

from pushlog.formats.lone_words import COMMAND, COMMAND_WORDS, REFUSED, REFUSED_WORDS
from pushlog.formats.missed import _firsts
from pushlog.intake.log_text import LogText
from pushlog.intake.read import raw
from pushlog.pipeline import analyze, analyze_raw
from tests.golden import analyzed, logs

PUSH = (
    "The push refers to repository [r.example/app]\n0123456789ab: Pushed\n1: digest: sha256:" + "0" * 64 + " size: 7\n"
)


def missed(log: str) -> list[int]:
    return [entry.line for entry in analyze(log.encode()).source.missed]


@pytest.mark.parametrize(
    ("log", "lines"),
    [
        ("one\n$ docker push $IMAGE\nthree\n", [2]),
        ("one\nand it said 0123456789ab: Pushed there\n", [2]),
        ("npm ci\nadded 4 packages\n", []),
        ("cat > push.sh <<EOF\ndocker push r.example/app:1\nEOF\n", []),
        ("Usage:  docker push [OPTIONS] NAME[:TAG]\n", []),
        (PUSH, []),
        ("$ docker push r.example/app:1\n" + PUSH, []),
        # The last line of a push below a refusal: one of them is of another push.
        (PUSH.replace("1: digest", "denied: requested access to the resource is denied\n1: digest"), [3]),
        ("Failed to push image r.example/other:1\n" + PUSH, [1]),
        (PUSH + "failed to push r.example/other:\n", [4]),
        (PUSH + "ERROR: Failed to push r.example/other:1 to registry\n", [4]),
        (PUSH + "docker push r.example/other:1 failed\n", [4]),
        ("ERROR: Failed to push r.example/other:1 to registry\n", [1]),
        # What tells of the same image, of no image, or of git.
        ("Failed to push image r.example/app:1, retrying\n" + PUSH, []),
        (PUSH + "Failed to push image\n", []),
        (PUSH + "error: failed to push refs/heads/main\n", []),
        (PUSH + "error: failed to push some refs to 'https://git.example/app'\n", []),
    ],
)
def test_lines_with_words_of_a_push(log, lines):
    assert missed(log) == lines


@pytest.mark.parametrize(
    "line",
    [
        "and then podman push $IMAGE",
        "and then docker-compose push",
        "it failed to push the thing",
        "it said error pushing image",
        "with pushing image: it began",
        "ran img push",
        'spawn "docker", "push"',
        "run fabric8-maven-plugin:4.1:push",
        "Push failed. Attempt 2",
        "Not continuing with push after error",
        'said msg="Upload failed, retrying"',
        "buildx bake failed with: got unexpected status: 502",
        "Pushing image 'app'",
        "POST /v1.24/images/app/push HTTP/1.1",
        "POST /v1.17/images/app/push?tag=",
        "at sbtdocker.DockerPush",
        "the push for image app failed",
        "Failed to push image",
        "RegistryUnauthorizedException: Unauthorized for app",
        "Image push failed: 0123456789ab",
    ],
)
def test_words_of_a_command_are_found_wherever_they_stand_in_a_line(line):
    assert next(_firsts(LogText(f"one\n{line}\n".encode()), COMMAND, COMMAND_WORDS, 0, 1000)).start() >= 4


@pytest.mark.parametrize(
    "line",
    [
        "requested access to the resource is denied",
        "Token exchange failed for project 'p'",
        "permission_denied: write_package",
        "installation not allowed to Create organization package",
        "unauthorized to access repository: team/app, action: push",
        "initiating layer upload to /v2/app/blobs/uploads/ in r.example.com: StatusCode: 404",
        "PUT https://r.example.com/v1/repositories/team/app/ returned 404",
        "MANIFEST_BLOB_UNKNOWN",
        "push access denied, repository does not exist",
        "no token in bearer response",
        "tag invalid: The image tag '1' already exists",
        "cannot be overwritten because the repository is immutable",
    ],
)
def test_words_of_a_refusal_are_found_wherever_they_stand_in_a_line(line):
    text = LogText(f"one\nit says: {line}\n{line}\n".encode())
    assert [match.start() for match in _firsts(text, REFUSED, REFUSED_WORDS, 0, 1000)] == [13, 14 + len(line)]


def test_output_of_docker_is_no_rest_of_an_error():
    log = f"error pushing image: failed to push to destination r.example/other:1:\n{PUSH}"
    assert [push.lines for push in analyze(log.encode()).pushes] == [(1, 1), (2, 4)]


def test_a_run_of_lines_is_named_once_and_no_log_is_named_without_end():
    rows = "".join(f"Then it failed to push image {n}\n" for n in range(500))
    assert len(missed(rows)) == 1
    apart = ("Then it failed to push an image\n" + "-\n" * 9) * 300
    assert len(missed(apart)) == 20


@pytest.mark.parametrize("path", logs(), ids=lambda path: path.stem)
def test_no_sample_misses_a_line(path):
    assert analyzed(path).source.missed == ()


def test_a_secret_in_such_a_line_is_hidden():
    log = "$ docker login -u ci -p ghp_" + "aB3" * 12 + " && docker push $IMAGE\n"
    text = analyze(log.encode()).source.missed[0].text
    assert "aB3aB3" not in text


def test_a_page_is_told_as_one_beside_its_lines():
    page = "---\ntitle: Push\n---\n\n```\n$ docker push r.example.com/a/app:1\n```\n"
    first, second = analyze_raw(raw("page.md", page.encode())).source.notes
    assert first.startswith("this is a text that quotes a push")
    assert second == "line 6 holds words of a push, but is part of none that was found"
