"""Messages of the Engine in a line of text, as JSON or as Python prints them, and what only looks like one."""

import subprocess
import sys

import pytest

from pushlog.formats.docker.messages import messages

ONE = {"status": "Pushed", "id": "5f70bf18a086"}
# Rows without an end, each of which takes another way through the reader.
TORN = ('{"status":', "{'status': ", '{"status":{},x', "{'status':'a',", '{"id":"')


def found(line: str) -> list[dict[str, object]]:
    return [message for _, _, message in messages(line)]


NO_VALUES = ("{{}}", "{'a', {}}", "{[]: 1}", "{{}: 1}", "-'a'", "1 + 'a'", "9" * 5000, "f()", "*[]")


@pytest.mark.parametrize("value", NO_VALUES)
def test_a_dict_that_is_none_is_no_message_and_what_follows_is_read(value):
    assert found(f"x {{'status': 'Pushed', 'progressDetail': {value}}} {ONE}") == [ONE]


@pytest.mark.parametrize("torn", TORN)
def test_a_message_behind_one_without_an_end_is_read(torn):
    assert ONE in found(f"x {torn} {ONE}")


@pytest.mark.parametrize("torn", TORN[:4])
def test_a_line_of_beginnings_without_an_end_is_given_up(torn, monkeypatch):
    tried: list[int] = []
    monkeypatch.setattr("pushlog.formats.docker.messages._BRACES", Braces(tried))
    assert found("x " + torn * 4000) == []
    assert len(tried) < 10


class Braces:
    """Stands for a pattern that finds nothing, and keeps where it was asked to."""

    def __init__(self, tried: list[int]) -> None:
        self.tried = tried

    def finditer(self, _: str, start: int, __: int) -> list[object]:
        self.tried.append(start)
        return []


def test_python_warns_of_nothing_that_a_log_holds():
    line = r"x {'status': 'C:\d', 'id': 1if 2else 3} {'status': 'C:\d'}"
    code = f"from pushlog.formats.docker.messages import messages; print(list(messages({line!r})))"
    done = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stderr, done.stdout.count("status")) == ("", 1)
