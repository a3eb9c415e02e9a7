"""The words of `docker push` are written once."""

import re

import pytest

from pushlog.knowledge.push_words import docker_push, push_words
from tests.paths import ROOT


def test_the_grammar_of_docker_has_the_same_words() -> None:
    grammar = (ROOT / "grammars" / "docker.lark").read_text("utf-8")
    assert grammar.count(docker_push(" +")) == grammar.count("docker(?") == 2


def test_no_module_writes_the_nouns_before_the_verb_again() -> None:
    nouns = re.compile(r"\bimage ?\|plugin|plugin ?\|image")
    assert [path for path in (ROOT / "pushlog").rglob("*.py") if nouns.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "command",
    [
        "docker push",
        "docker image push",
        "docker plugin push",
        "docker.exe push",
        "docker --context=ci push",
        "docker --config /tmp/docker image push",
        "docker -D -H tcp://203.0.113.7:2375 push",
    ],
)
def test_every_form_of_the_command_is_read(command: str) -> None:
    assert re.fullmatch(docker_push(), command)


@pytest.mark.parametrize("command", ["docker pull", "docker manifest push", "docker run push", "docker --help"])
def test_other_commands_are_not(command: str) -> None:
    assert re.fullmatch(docker_push(), command) is None


def test_nouns_of_others_are_read_where_asked_for() -> None:
    assert re.fullmatch(push_words(also=("compose",)), "compose push")
    assert re.fullmatch(push_words(), "compose push") is None
