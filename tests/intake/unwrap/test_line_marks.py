"""Marks before every line of a text are taken off; such as stand before some lines alone are the text's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushlog.intake.unwrap.line_marks import without_line_marks
from pushlog.pipeline import analyze

PUSH = b"""$ docker push r.example.com/acme/app:1.4
The push refers to repository [r.example.com/acme/app]

0a1b2c3d4e5f: Preparing
denied: requested access to the resource is denied
"""


def marked(form: str, first: int = 1) -> bytes:
    lines = PUSH.decode().splitlines()
    return "".join(form.format(n=number, line=line) + "\n" for number, line in enumerate(lines, first)).encode()


def told(data: bytes) -> list[object]:
    """What a person would say of the pushes."""
    pushes = analyze(data).pushes
    return [(push.error and push.error.text, push.reference.tags, len(push.layers), push.lines) for push in pushes]


@pytest.mark.parametrize("form", ["> {line}", ">> {line}", "> > {line}", ">  {line}"])
def test_a_quotation_is_read_without_its_marks(form):
    assert told(marked(form)) == told(PUSH)


@pytest.mark.parametrize("form", ["{n:6}\t{line}", "{n} | {line}", "{n:>3}: {line}", "{n:4}  {line}", "{n} │ {line}"])
@pytest.mark.parametrize("first", [1, 97, 1230])
def test_lines_that_an_editor_counted_are_read_without_their_numbers(form, first):
    assert without_line_marks(marked(form, first)).replace(b" \n", b"\n").split() == PUSH.split()


@pytest.mark.parametrize("form", ["`{line}`", "  `{line}`  ", "| {line} |", "|{line}|"])
def test_code_or_a_cell_on_each_line_is_read_without_its_marks(form):
    assert told(marked(form).replace(b"``\n", b"\n")) == told(PUSH)


def test_the_head_of_a_table_is_no_row():
    (bare,), (cells,) = analyze(PUSH).pushes, analyze(b"| Output |\n|:---|\n" + marked("| {line} |")).pushes
    assert cells.error
    assert bare.error
    assert cells.error.text == bare.error.text
    assert cells.lines == (bare.lines[0] + 2, bare.lines[1] + 2)


KEPT = [
    b"| time | line |\n| --- | --- |\n| 12:00 | The push refers to repository [r.example.com/acme/app] |\n",
    b"`docker push` fails\n`denied`\n",
    b"> docker push app\ndenied: requested access to the resource is denied\n",
    b"1 | one\n3 | three\n",
    b"1: one\n",
    b"1 of 3 layers\n2 of 3 layers\n",
    b"2026-11-23T21:26:44Z one\n2026-11-23T21:26:45Z two\n",
    b"12:01:02 one\n13:01:02 two\n14:01:02 three\n",
]


@pytest.mark.parametrize("text", KEPT)
def test_other_beginnings_of_lines_stay(text):
    assert without_line_marks(text) is text


@given(st.text(st.sampled_from("> 12\n:|\tab"), max_size=60))
def test_lines_keep_their_numbers(text):
    assert without_line_marks(text.encode()).count(b"\n") == text.count("\n")
