"""Lines that a program or a page joined in one stand apart again, and text that only looks like them stays."""

import json

import pytest

from pushlog.formats.dialects import openings
from pushlog.intake.unwrap.log import unwrap
from tests.logs import DONE, HEADER, A, B, log

LINES = ["Pushed: r.example.com/charts/web:1.4.2", "Digest: sha256:" + "ab12" * 16]


def read(text):
    """The lines of a log that was joined."""
    return unwrap(text.encode(), openings()).text.data[:].decode().rstrip("\n").split("\n")


@pytest.mark.parametrize("end", [r"\n", r"\r\n", "<br>", "<br/>", "<br />"])
def test_joined_lines_stand_apart(end):
    whole = [HEADER, f"{A}: Preparing", f"{B}: Preparing", DONE]
    assert read(end.join(whole)) == whole


@pytest.mark.parametrize("end", [r"\n", "<br>"])
def test_another_client_in_joined_lines_is_read(end):
    (push,) = log([f"{end.join(['', *LINES, ''])}"]).pushes
    assert (push.client, push.outcome, push.reference.tags) == ("helm", "succeeded", ("1.4.2",))


def test_the_words_of_a_program_before_the_first_line_stand_apart_too():
    assert read(rf"Error: exit status 1, output: {HEADER}\n{A}: Preparing\ndenied: no") == [
        "Error: exit status 1, output:",
        HEADER,
        f"{A}: Preparing",
        "denied: no",
    ]


def test_entities_and_tags_of_a_page_go():
    assert read(f"<p>{HEADER}<br>Head &quot;https://r.example.com/v2/&quot;: EOF</p>") == [
        HEADER,
        'Head "https://r.example.com/v2/": EOF',
    ]


@pytest.mark.parametrize(
    "line",
    [
        rf'expected := "{HEADER}\n{A}: Preparing\n"',
        rf"{HEADER} C:\new\name",
        f"<h1>Push</h1><p>{HEADER}<br>{A}: Preparing</p>",
    ],
)
def test_what_only_looks_like_joined_lines_stays(line):
    assert read(line) == [line]


def test_records_with_lanes_inside_joined_lines_are_counted_by_themselves():
    rows = [(HEADER, "a"), (HEADER, "b"), (f"{A}: Preparing", "a"), (f"{B}: Preparing", "b"), ("denied: no", "a")]
    records = [{"message": message, "pod_name": pod} for message, pod in rows]
    text = "\n".join(["output:", json.dumps(records, indent=1), "done"])
    analyzed = log([text.replace("\n", r"\n")])
    assert all(push.lines[0] >= 1 for push in analyzed.pushes)
