"""An error inside a line: its text, without the words and marks around it; and lines that are no error."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.formats.errors.bystanders import is_bystander
from pushlog.formats.errors.wrapped import error_in, unlabelled
from pushlog.knowledge.base import shipped

DENIED = "denied: requested access to the resource is denied"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f"**{DENIED}**", DENIED),
        (f'time="2026-02-03T10:00:02Z" level=error msg="{DENIED}" image=app', DENIED),
        (r'msg="Get \"https://r.example.com/v2/\": EOF"', 'Get "https://r.example.com/v2/": EOF'),
        (f"Push failed ({DENIED}), giving up", DENIED),
        (f"[ERROR] DOCKER> Unable to push 'acme/app:1' : {DENIED} [{DENIED}]", DENIED),
        (f"could not push: {DENIED} -> [Help 1]", DENIED),
        ("[ERROR] EOF", "EOF"),
        (r"unknown: <html>\n<body>\n</body>\n</html>\n", "unknown: <html>\n<body>\n</body>\n</html>"),
        (
            r"""[ERROR] error parsing HTTP 403 response body: invalid character '<': "<html>\r\n</html>\r\n" """,
            r"""error parsing HTTP 403 response body: invalid character '<': "<html>\r\n</html>\r\n" """.strip(),
        ),
        (r"b'unauthorized: authentication required\n'", "unauthorized: authentication required"),
    ],
)
def test_the_text_is_what_the_registry_said(line, text):
    found = error_in(line, shipped())
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("line", ["the connection ended with EOF", "access was denied", "unknown", "Done: EOF reached"])
def test_a_word_or_two_in_a_sentence_are_no_error(line):
    found = error_in(line, shipped())
    assert found is None or found.head == ""


def test_away_from_a_push_only_labels_may_introduce_an_error():
    assert error_in(f"The registry said {DENIED}", shipped(), is_near=False) is None
    assert error_in(f"[ERROR] {DENIED}", shipped(), is_near=False) is not None


@pytest.mark.parametrize("line", ["ERROR: the moon is full", "**the moon is full**", "docker : the moon is full"])
def test_a_text_that_nobody_knows_loses_its_labels(line):
    assert unlabelled(line).text == "the moon is full"


@pytest.mark.parametrize(
    "line",
    [
        "ann@host:~$ ",
        "PS C:\\ci> docker images",
        "+ docker images",
        "make: *** [Makefile:12: push] Error 1",
        "Error: Process completed with exit code 1.",
        "script returned exit code 1",
        "Finished: FAILURE",
        "real\t0m3.210s",
        "Terminated",
        "What does it mean?",
        "Deployed to staging",
    ],
)
def test_prompts_and_reports_are_no_error(line):
    assert is_bystander(line)


@pytest.mark.parametrize("line", ["permission denied", "Internal Server Error", "the moon is full", "invalid tag"])
def test_other_lines_may_be_one(line):
    assert not is_bystander(line)


@given(st.text(alphabet="e:. /\\\"'[]{}<>*-+=1aE\n", max_size=3000))
def test_any_line_is_looked_at_in_linear_time(line):
    begin = time.perf_counter()
    error_in(line, shipped())
    unlabelled(line)
    is_bystander(line)
    assert time.perf_counter() - begin < 1
