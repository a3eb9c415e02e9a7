"""Markdown: what comes first, what is cut when it is too much, and that a log stays text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pushlog.model import Evidence, Log, Outcome
from pushlog.report import markdown
from pushlog.report.waterline import FILLS
from pushlog.report.words import Stand
from tests.diagnoses import body_limit, body_limit_findings, containerd_failure, cut_off, hostile, log, long_success
from tests.stories import EVERYTHING, PAYLOADS, STORIES, controls

GITHUB_LIMIT = 1024 * 1024 - 2
OURS = {"<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"}
# Links, pictures and emphasis that no output of ours has: they could only come from a log.
FOREIGN = {"link_open", "image", "em_open", "s_open", "hr", "blockquote_open"}


def tokens(text: str) -> list[Token]:
    """The page as a Markdown reader with tables and HTML takes it apart."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    flat = []
    for token in reader.parse(text):
        flat.append(token)
        flat += token.children or []
    return flat


def shape(logs: Sequence[Log]) -> Counter[str]:
    """The page without its words and its code: a sentence decides with its backticks what is set as code."""
    kinds = ("heading_open", "table_open", "tr_open", "td_open", "ordered_list_open", "bullet_list_open")
    return Counter(token.type for token in tokens(markdown.render(logs)) if token.type in kinds)


def test_the_page_says_in_order_what_happened_how_far_why_and_what_now() -> None:
    text = markdown.render([log(body_limit())])
    heads = [
        "# ✗ Push failed: `registry.example.com:5000/team/my-api`",
        "**nginx in front of the registry refused layer `8fca24a28722`",
        "\n57 | unknown: <html>\n   | <head><title>413",
        "`push-log.txt:57`",
        "**What now:** On the proxy, in the `server` block",
        "```sh\nclient_max_body_size 0;\n```",
        "Pushing again will not help.",
        "| Layers | 2 of 3 layers |",
        "## Error: A proxy refused the upload for its size",
        "> 57 | unknown: <html>",
        "1. On the proxy, in the `server` block",
        "   client_max_body_size 0;",
        "<summary>3 layers, and how the log was read</summary>",
        "| `8fca24a28722` | gave up |",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


def test_a_bar_shows_how_far_it_got_and_says_what_its_letters_mean() -> None:
    text = markdown.render([log(body_limit())])
    pushed, refused = FILLS[Stand.PUSHED], FILLS[Stand.REFUSED]
    assert f"`{pushed * 27}{refused * 13}` 2 of 3 layers: `{pushed}` 2 pushed, `{refused}` 1 refused" in text


def test_what_is_only_noted_opens_on_a_click() -> None:
    text = markdown.render([log(body_limit())])
    assert "<details>\n<summary>Note: The figures count uncompressed bytes</summary>" in text
    assert "## Warning: Docker spent 50 seconds" in text


def test_several_pushes_are_counted_first() -> None:
    text = markdown.render(STORIES["several"])
    assert text.startswith("# 4 pushes in 3 logs: 3 failed, 1 succeeded\n")
    assert "## ○ No push found: `a/empty.txt`" in text


def test_an_error_that_no_finding_explains_is_quoted() -> None:
    assert "```text\n9 | failed to do request: Put" in markdown.render([log(containerd_failure())])


def test_lines_that_were_not_understood_are_quoted() -> None:
    assert "Not understood:\n\n```text\n9 | Puhsed\n10 | ???\n```" in markdown.render([log(cut_off())])


def test_a_fence_is_longer_than_any_run_of_backticks_inside() -> None:
    finding = replace(body_limit_findings()[0], evidence=(Evidence(line=1, text="`````` end"),), remedy=("Do: `a b`",))
    text = markdown.render([log(replace(body_limit(), findings=(finding,), excerpt=()))])
    assert "```````text\n> 1 | `````` end\n```````\n" in text


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_log_changes_no_structure(payload: str) -> None:
    text = markdown.render([hostile(payload)])
    assert shape([hostile(payload or "x")]) == shape([hostile("x")])
    found = tokens(text)
    assert not {token.type for token in found} & FOREIGN
    html = [tag for token in found if token.type.startswith("html_") for tag in re.findall(r"<[^>]*>", token.content)]
    assert set(html) <= OURS
    assert not controls(text)


@pytest.mark.parametrize("logs", EVERYTHING.values(), ids=EVERYTHING)
def test_no_line_is_a_command_of_a_ci_system(logs: Sequence[Log]) -> None:
    for line in markdown.render(logs).splitlines():
        assert not line.strip().startswith(("::", "/"))
        assert not re.search(r"##\w*\[", line)


def test_nobody_is_mentioned() -> None:
    for token in tokens(markdown.render([hostile("@team and @all, see #12 and !3")])):
        # Neither GitHub nor GitLab looks for names in code.
        if token.type == "text" and "team" in token.content:
            assert not re.search(r"[@#!]\w", token.content)


def test_pipes_stay_inside_their_cells() -> None:
    found = tokens(markdown.render([hostile("a|b")]))
    rows = [token for token in found if token.type in ("tr_open", "td_open", "th_open")]
    cells = Counter("".join("r" if token.type == "tr_open" else "c" for token in rows).split("r")[1:])
    assert set(cells) == {"ccc", "ccccccc"}


def crowd(number: int) -> list[Log]:
    bad = replace(body_limit(), layers=body_limit().layers * 100)
    good = replace(long_success(), outcome=Outcome.SUCCEEDED)
    return [log(*[good] * number, *[bad] * number)]


def test_too_much_is_cut_and_the_page_says_what_was_left_out() -> None:
    text = markdown.render(crowd(200))
    assert len(text.encode()) < GITHUB_LIMIT
    assert text.count("✗ Push failed") == text.count("✓ Push succeeded") == 200
    assert text.count("### Error: ") == 200
    left = re.search(r"Left out, because a job summary has a limit of 1 MiB: (\d+) layer tables\. ", text)
    assert left
    assert int(left[1]) + text.count("how the log was read</summary>") == 400
    assert text.count("<details>") == text.count("</details>") > 10


def test_of_thousands_of_pushes_those_that_failed_are_kept_with_their_causes() -> None:
    text = markdown.render([log(*[long_success(1)] * 3000, body_limit())])
    assert len(text.encode()) < GITHUB_LIMIT
    assert "### Error: A proxy refused the upload for its size" in text
    assert re.search(r"Left out, .*: \d+ pushes, 3001 layer tables\.", text)
    assert text.count("✓ Push succeeded") > 500


def test_wide_signs_count_in_bytes() -> None:
    text = markdown.render([log(*[replace(body_limit(), advice="漢" * 1990)] * 300)])
    assert 900_000 < len(text.encode()) < GITHUB_LIMIT
