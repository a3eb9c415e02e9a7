"""Marks glued to the first and last line of a text, and elements of HTML around each line, are none of its words."""

import html

import pytest

from pushlog.intake.unwrap.enclosing_marks import without_enclosing_marks
from tests.logs import DONE, HEADER, A, log

ERROR = 'Get "https://r.example.com/v2/": dial tcp: lookup r.example.com: no such host'
LINES = [HEADER, f"{A}: Preparing", ERROR]
TEXT = "\n".join(LINES)

AROUND = [
    ("```", "```"),
    ("```bash ", "```"),
    ("<pre>", "</pre>"),
    ('<pre class="log"><code>', "</code></pre>"),
    ("[code]", "[/code]"),
    ('[quote="joe"]', "[/quote]"),
    ("{code}", "{code}"),
    ("{noformat}", "{noformat}"),
    ('"', '"'),
    ("'", "'"),
    ("`", "`"),
    ("**", "**"),
]


@pytest.mark.parametrize(("begin", "end"), AROUND)
def test_marks_glued_to_a_text_are_taken_off(begin, end):
    assert without_enclosing_marks(f"{begin}{TEXT}{end}\n".encode()).decode() == f"{TEXT}\n"


@pytest.mark.parametrize(("begin", "end"), AROUND)
def test_a_push_between_marks_is_the_same_push(begin, end):
    bare, marked = log(LINES).pushes[0], log([f"{begin}{HEADER}", *LINES[1:-1], f"{ERROR}{end}"]).pushes[0]
    assert (marked.outcome, marked.reference, marked.lines) == (bare.outcome, bare.reference, bare.lines)
    assert marked.error.text == bare.error.text


@pytest.mark.parametrize(
    "line", ["<p>{}</p>", '<div class="line">{}</div>', "<li>{}</li>", "{}<br>", "<code>{}</code><br/>"]
)
def test_elements_around_each_line_are_taken_off(line):
    page = "\n".join(line.format(html.escape(part)) for part in LINES)
    assert without_enclosing_marks(page.encode()).decode() == TEXT


def test_numbers_of_a_table_are_taken_off():
    rows = [f'<tr><td class="n">{number}</td><td>{html.escape(part)}</td></tr>' for number, part in enumerate(LINES, 1)]
    assert without_enclosing_marks("\n".join(rows).encode()).decode() == TEXT


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{TEXT}\n```",
        f"```console\n{TEXT}\n```",
        f"Run ```docker push``` then\n{TEXT}",
        f'"time","message"\n"12:00","{HEADER}"',
        f"<html><body>\n<p>{HEADER}</p>\n<p>{DONE}</p>\n</body></html>",
        f"<h1>Push</h1>\n<p>{HEADER}</p>\n<p>{DONE}</p>",
        f"{HEADER}\nerror parsing HTTP 413 response body: <html>\n<p>413</p>\n</html>",
        "`docker push` fails\nwith `denied`",
        '"a"',
        "",
    ],
)
def test_what_only_looks_like_such_marks_stays(text):
    assert without_enclosing_marks(text.encode()).decode() == text
