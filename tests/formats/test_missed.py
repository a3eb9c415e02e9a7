"""What holds words of a push and ends in none is named, and nothing else is."""

import pytest

from pushlog.pipeline import analyze
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
    ],
)
def test_lines_with_words_of_a_push(log, lines):
    assert missed(log) == lines


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
