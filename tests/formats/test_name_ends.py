"""What ends a name in a sentence is none of it; what stands for the rest of a tag leaves no tag."""

import pytest

from pushlog.formats.name_ends import without_emphasis, without_stop
from pushlog.pipeline import analyze

NAME = "r.example.com/acme/app"


@pytest.mark.parametrize("end", ["", ".", "...", ",", ":"])
@pytest.mark.parametrize("tag", ["1.4", "latest", "0123456", "abcdef0", "41", "beef", "v1.2-rc.1"])
def test_the_end_of_a_sentence_is_no_part_of_a_name(tag, end):
    assert without_stop(f"{NAME}:{tag}{end}") == f"{NAME}:{tag}"


@pytest.mark.parametrize("tag", ["ab3fe...", "3c9d...", "a1..."])
def test_a_short_piece_of_a_hash_with_dots_stands_for_more(tag):
    assert without_stop(f"{NAME}:{tag}") == f"{NAME}:{tag}"


@pytest.mark.parametrize(
    "line",
    [
        "fail: docker push {} exited with error code 1: denied: User is not authorized",
        "$ docker push {}\ndenied: requested access to the resource is denied",
        "Error: failed to push {}: denied: requested access to the resource is denied",
    ],
)
def test_no_tag_is_told_of_one_that_somebody_cut(line):
    (push,) = analyze(line.format(f"{NAME}:ab3fe...").encode()).pushes
    assert (push.reference.repository, push.reference.tags, push.reference.masked) == ("acme/app", (), True)
    (whole,) = analyze(line.format(f"{NAME}:ab3fe12").encode()).pushes
    assert (whole.reference.tags, whole.reference.masked) == (("ab3fe12",), False)


def test_an_emphasis_of_markdown_ends_behind_a_name():
    assert without_emphasis("app:1_", "_push app:1_") == "app:1"
    assert without_emphasis("app:1_", "push app:1_") == "app:1_"
