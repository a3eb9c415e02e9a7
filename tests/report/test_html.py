"""The HTML report: what it shows, and that no log can make it do anything else."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from pushlog.model import Basis, Clock, Evidence, Fate, Log, Outcome, PathStep, State, Throughput
from pushlog.report import html
from tests.diagnoses import (
    bare,
    body_limit,
    body_limit_findings,
    containerd_failure,
    cut_off,
    hostile,
    log,
    long_success,
    no_layers,
)
from tests.document import Document, shape

EVERYTHING: dict[str, Sequence[Log]] = {
    "refused": [log(body_limit())],
    "long": [log(long_success())],
    "cut off": [log(cut_off())],
    "containerd": [log(containerd_failure())],
    "no layers": [log(no_layers())],
    "bare": [log(bare())],
    "no push": [log(name="empty.txt", notes=("12 invalid UTF-8 bytes replaced",))],
    "several": [log(body_limit(), long_success(8), cut_off()), log(name="empty.txt")],
    "hostile": [hostile("<script>alert(1)</script>")],
}


@pytest.fixture(params=EVERYTHING)
def logs(request: pytest.FixtureRequest) -> Sequence[Log]:
    return EVERYTHING[request.param]


@pytest.fixture
def folder(logs: Sequence[Log], tmp_path: Path) -> Path:
    html.write_folder(logs, tmp_path / "report")
    return tmp_path / "report"


def links(document: Document) -> list[str]:
    """Where a reader can go; the icon is a picture inside the page."""
    return [value for tag, name, value in document.attributes if name == "href" and tag != "link"]


def test_a_page_answers_in_order_what_happened_how_far_where_the_time_went_and_why() -> None:
    text = Document(html.render([log(body_limit())])).text
    heads = [
        "Push failed · push-log.txt · lines 1\u201364 nginx in front of the registry refused layer",
        "unknown: <html> <head><title>413 Request Entity Too Large</title></head>",
        "line 57 of push-log.txt",
        "Pushing again will not help.",
        "What now: On the proxy, in the server block that serves /v2/ , lift the limit: client_max_body_size 0;",
        "Image registry.example.com:5000/team/my-api Tag not in the log Layers 2 of 3 layers",
        "How far it got",
        "Where the time went",
        "Why Error",
        "All layers",
        "How this log was read Client docker, graphdriver store",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


def test_every_tag_is_closed_in_order(logs: Sequence[Log]) -> None:
    assert Document(html.render(logs)).open == []


def test_ids_are_unique_and_every_reference_inside_the_page_has_its_target(logs: Sequence[Log]) -> None:
    document = Document(html.render(logs))
    ids = Counter(document.values("id"))
    assert [name for name, number in ids.items() if number > 1] == []
    named = {part for value in document.values("aria-labelledby") for part in value.split()}
    linked = {value[1:] for value in links(document)}
    assert named | linked <= set(ids)


def test_links_stay_inside_the_page(logs: Sequence[Log]) -> None:
    document = Document(html.render(logs))
    assert all(value.startswith("#") for value in links(document))
    assert [value for tag, name, value in document.attributes if tag == "link"][:1] == ["icon"]
    assert document.values("src") == []


def test_there_is_no_script_no_event_handler_and_no_style_attribute(logs: Sequence[Log]) -> None:
    document = Document(html.render(logs))
    assert document.values("style") == []
    assert "script" not in document.tags
    assert not [name for _, name, _ in document.attributes if name.startswith("on")]


def test_the_single_page_forbids_everything_but_its_own_style() -> None:
    text = html.render([log(body_limit())])
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" in text
    assert text.count("<style>") == 1
    assert "@media print" in text


def test_the_folder_has_no_inline_style(folder: Path) -> None:
    document = Document((folder / "index.html").read_text(encoding="utf-8"))
    assert document.values("style") == []
    assert "style" not in document.tags
    assert ("link", "href", "report.css") in document.attributes


def test_the_folder_holds_the_page_and_its_stylesheet_and_nothing_else(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "report.css"]
    assert "url(" not in (folder / "report.css").read_text(encoding="utf-8")


def test_a_folder_is_written_over_an_older_one(tmp_path: Path) -> None:
    html.write_folder([log(no_layers())], tmp_path)
    html.write_folder([log(body_limit())], tmp_path)
    assert "8fca24a28722" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_the_same_logs_give_the_same_bytes(logs: Sequence[Log]) -> None:
    html.environment.cache_clear()
    first = html.render(logs)
    html.environment.cache_clear()
    assert html.render(logs) == first


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        "</style><svg/onload=alert(1)>",
        "</title></textarea></pre></details><img src=x onerror=alert(1)>",
        '" onload="alert(1)',
        "' autofocus onfocus='alert(1)",
        "javascript:alert(1)",
        "{{7*7}}{%raw%}{#x#}",
        "]]><!--",
        "&lt;b&gt;&#60;b&#62;",
        "\x1b]0;X\x07\x1b[2J\x9b31m\u202egnp\u2066\ud800",
    ],
)
def test_hostile_text_changes_no_tag_and_no_attribute(payload: str) -> None:
    text = html.render([hostile(payload)])
    assert shape(text) == shape(html.render([hostile("harmless")]))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]", text)


def test_a_log_of_sixty_layers_stays_small() -> None:
    assert len(html.render([log(long_success(60))]).encode()) < 100_000


def test_a_line_of_a_megabyte_does_not_swell_the_page() -> None:
    assert len(html.render([hostile("x" * 1_000_000)]).encode()) < 200_000


def test_the_waterfall_has_a_block_for_each_interval_and_names_each_countdown() -> None:
    text = html.render([log(body_limit())])
    assert text.count('class="uploading"><title>') == 7
    assert re.findall(r'class="inbar[ a-z]*">([^<]*)<', text) == ["5 s", "10 s", "15 s", "20 s"]
    assert "attempt 5: uploading" in text


def test_the_axis_says_whether_times_are_measured() -> None:
    measured = replace(body_limit(), clock=Clock.STAMPED)
    assert "inferred: earliest possible times" in html.render([log(body_limit())])
    assert "measured: the log's time stamps" in Document(html.render([log(measured)])).text


@pytest.mark.parametrize("clock", Clock)
def test_without_times_there_is_no_section_of_times(clock: Clock) -> None:
    text = Document(html.render([log(replace(cut_off(), clock=clock))])).text
    assert "Where the time went" not in text
    assert "Clock" in text


def test_what_if_is_answered_without_a_drawing_too() -> None:
    push = replace(
        long_success(), clock=Clock.NONE, layers=tuple(replace(x, intervals=()) for x in long_success().layers)
    )
    text = Document(html.render([log(push)])).text
    assert "Where the time went" in text
    assert "10 uploads at a time 1 31 s" in text


def test_the_waterline_says_what_is_unknown() -> None:
    text = Document(html.render([log(cut_off())])).text
    assert "1 existed size not printed" in text
    assert "2 never started size unknown" in text
    assert "Drawn by number of layers" in text


def test_the_waterline_is_drawn_by_bytes_too_where_sizes_are_known() -> None:
    text = html.render([log(body_limit())])
    assert "by size" in text
    assert "by size" not in Document(html.render([log(cut_off())])).text


def test_many_layers_without_times_are_counted_instead_of_drawn() -> None:
    text = Document(html.render([log(long_success())])).text
    assert "13 layers (12 existed, 1 mounted)" in text


def test_evidence_is_quoted_with_its_neighbours_and_linked_to_the_quoted_log() -> None:
    text = html.render([log(body_limit())])
    assert '<a class="ln" href="#p1-L57">57</a>' in text
    assert 'id="p1-L57"' in text
    assert "<mark>unknown: &lt;html&gt;</mark>" in text
    assert "<span>&lt;body&gt;</span>" in text


def test_long_evidence_is_shortened_and_says_by_how_much() -> None:
    assert "41 lines not shown" in html.render([log(body_limit())])


def test_a_command_at_the_end_of_a_remedy_stands_alone() -> None:
    text = html.render([log(body_limit())])
    assert re.search(r'<pre class="command"[^>]*><code>client_max_body_size 0;</code></pre>', text)
    assert "<code>server</code> block" in text


def test_a_push_that_went_well_is_told_nothing_to_do() -> None:
    noted = replace(long_success(), findings=body_limit_findings())
    assert "What now" not in Document(html.render([log(noted)])).text


def test_without_an_error_the_first_warning_says_what_to_do() -> None:
    finding = replace(body_limit_findings()[1], remedy=("Look at what ended the job.",))
    assert (
        "What now: Look at what ended the job."
        in Document(html.render([log(replace(cut_off(), findings=(body_limit_findings()[2], finding)))])).text
    )


def test_a_note_folds_its_quote_and_what_went_wrong_shows_it() -> None:
    text = html.render([log(body_limit())])
    quotes = re.findall(r'<article class="finding (\w+)".*?</article>', text, re.DOTALL)
    folded = re.findall(r'<article class="finding (\w+)"(?:(?!</article>).)*<details class="proof">', text, re.DOTALL)
    assert (quotes, folded) == (["error", "warning", "info"], ["info"])


def test_columns_that_tell_nothing_are_left_out() -> None:
    heads = '<th scope="col" role="columnheader" class="n">Attempts</th>'
    assert heads in html.render([log(body_limit())])
    assert heads not in html.render([log(long_success())])


def test_each_layer_is_drawn_beside_the_largest_with_what_of_it_was_sent() -> None:
    text = html.render([log(containerd_failure())])
    bars = re.findall(r'<rect width="([\d.]+)%" height="8" rx="2" class="([a-z-]+)"/>', text)
    assert bars == [("100", "rest"), ("56.36", "refused"), ("16.36", "rest"), ("5.45", "in-flight")]


def test_an_upload_read_to_its_end_is_not_said_to_be_more_than_the_layer() -> None:
    push = containerd_failure()
    over = replace(push, layers=(replace(push.layers[0], bytes_done=55_100_000),))
    assert "all of 55 MB" in Document(html.render([log(over)])).text
    assert "55.1 MB" not in html.render([log(over)])


def test_where_the_log_lay_is_not_passed_on() -> None:
    page = html.render([log(no_layers(), name="/home/someone/jobs/42/push-log.txt")])
    assert "someone" not in page
    assert f"pushlog {version('pushlog')} · push-log.txt sha256" in Document(page).text


def test_every_rule_shows_its_name_code_and_confidence() -> None:
    text = Document(html.render([log(body_limit())])).text
    assert "proxy-body-limit" in text
    assert "Certain · PL102 · lines 57\u201358 , 61" in text


def test_an_error_that_no_rule_explains_is_shown_as_printed() -> None:
    assert "blobs/uploads/1&#34;: EOF" in html.render([log(containerd_failure())])


def test_each_tag_is_shown_with_its_digest() -> None:
    text = Document(html.render([log(long_success())])).text
    digest = f"sha256:{'ab' * 32}"
    assert f"Digest of 1.4.2 {digest} Digest of latest {digest}" in text
    assert text.index("Digest of") < text.index("How far it got")


def test_lines_that_were_not_understood_are_shown() -> None:
    text = Document(html.render([log(cut_off())])).text
    assert "18 of 20 lines" in text
    assert "Puhsed" in text


def test_what_to_do_instead_is_a_command_to_paste() -> None:
    note = "this is a text that quotes a push, not the output of one; capture that: `docker push IMAGE 2>&1 | tee LOG`"
    page = html.render([log(name="docs.md", notes=(note,))])
    assert '<pre class="command" tabindex="0"' in page
    assert "<code>docker push IMAGE 2&gt;&amp;1 | tee LOG</code>" in page
    assert "`" not in Document(page).text


def test_a_log_without_a_push_is_not_taken_for_a_success() -> None:
    text = Document(html.render([log(name="empty.txt", notes=("12 invalid UTF-8 bytes replaced",))])).text
    assert "No push found in empty.txt" in text
    assert "not a success" in text
    assert "12 invalid UTF-8 bytes replaced" in text


def test_no_logs_at_all_still_give_a_page() -> None:
    assert "No push found in 0 logs" in html.render([])


def test_several_pushes_have_an_index_that_tells_how_each_ended() -> None:
    text = Document(html.render(EVERYTHING["several"])).text
    assert "3 pushes in 2 logs: 1 failed, 1 incomplete, 1 succeeded" in text
    assert "No push in empty.txt" in text


@pytest.mark.parametrize(("successes", "folded"), [(5, 0), (6, 6)])
def test_more_than_six_pushes_fold_those_that_went_well(successes: int, folded: int) -> None:
    pushes = [long_success(4)] * successes + [no_layers()]
    assert html.render([log(*pushes)]).count('<details class="fold">') == folded


def test_a_push_that_failed_after_some_tags_says_that_these_were_sent() -> None:
    failed = replace(long_success(4), outcome=Outcome.FAILED)
    assert "sent for 2 tags" in html.render([log(failed)])


def test_a_line_that_a_terminal_drew_many_times_is_quoted_with_each_of_its_texts() -> None:
    texts = ("a: Retrying in 1 second", "a: Pushing", "a: Retrying in 1 second")
    finding = replace(body_limit_findings()[0], evidence=tuple(Evidence(line=5, text=text) for text in texts))
    text = html.render([log(replace(body_limit(), findings=(finding,), excerpt=()))])
    assert text.count('id="p1-L5"') == 1
    assert text.count("<mark>a: Pushing</mark>") == text.count("<mark>a: Retrying in 1 second</mark>") == 2


def test_bytes_over_time_are_drawn_where_every_sent_layer_has_a_size_and_a_time() -> None:
    assert "Half of 1.432 GB was accepted by 29 s, all of it by 39 s." in html.render([log(long_success())])
    assert "accepted by" not in html.render([log(body_limit())])


def test_bytes_over_time_are_drawn_from_the_figures_of_a_log_that_has_them() -> None:
    push = replace(body_limit(), sent=((0.0, 0), (0.2, 500), (1.0, 1000), (50.0, 1000)))
    text = html.render([log(push)])
    assert 'd="M0 44H0V44H1.6V23H7.8V2H390.6V2H400V44Z" class="grown"' in text
    assert "1 kB read when the log ends." in text
    assert "Half of 1 kB was read by 0.2 s, all of it by 1 s." in html.render(
        [log(replace(push, outcome=Outcome.SUCCEEDED))]
    )
    assert "bytes read so far" in text


def test_bytes_over_time_fall_where_an_upload_broke_off() -> None:
    push = replace(containerd_failure(), sent=((0.0, 0), (1.0, 1000), (2.0, 400), (4.0, 900)))
    assert "Up to 1 kB handed over; where the line falls, an upload broke off" in html.render([log(push)])


def test_speed_says_what_was_counted_and_that_it_is_a_bound() -> None:
    speed = Throughput(bytes=650_000, seconds=50.0, bytes_per_second=13_000.0, basis=Basis.UNCOMPRESSED, at_most=True)
    text = Document(html.render([log(replace(body_limit(), throughput=speed))])).text
    assert "Speed at most 13 kB/s 650 kB before compression in 50 s of uploading" in text


def test_what_the_push_had_to_wait_for_is_named_and_underlined() -> None:
    steps = [PathStep(layer=item.id, start=at, end=at + 1.0) for at, item in enumerate(body_limit().layers)]
    text = html.render([log(replace(body_limit(), critical_path=tuple(steps)))])
    assert text.count('<li class="held">') == 3
    words = Document(text).text
    assert "Critical path f3a1a53fa62a → 8fca24a28722 → f6314e3fade5" in words
    assert "Critical path" not in html.render([log(body_limit())])


def test_a_long_critical_path_is_told_by_its_ends() -> None:
    steps = tuple(PathStep(layer=f"{at:012x}", start=at, end=at + 1.0) for at in range(10, 15))
    text = Document(html.render([log(replace(body_limit(), critical_path=steps))])).text
    assert "00000000000a → … → 00000000000e 5 layers" in text


def test_the_compressed_size_stands_beside_one_that_counts_something_else() -> None:
    layers = (replace(body_limit().layers[0], bytes_stored=90_000), *body_limit().layers[1:])
    assert "400 kB 90 kB compressed" in Document(html.render([log(replace(body_limit(), layers=layers))])).text


def test_thousands_of_layers_draw_no_more_than_can_be_seen() -> None:
    text = html.render([log(long_success(3000))])
    assert "Drawn are the 60 layers that took longest" in text
    (drawn,) = re.findall(r' d="([^"]*)" class="grown"/></svg>\n</svg>', text)
    assert drawn.count("V") <= 402


def test_what_failed_comes_first_and_a_filter_needs_no_script() -> None:
    text = html.render([log(long_success(4), long_success(4), cut_off(), body_limit())])
    document = Document(text)
    assert [value for tag, name, value in document.attributes if tag == "article" and value.startswith("push ")] == [
        "push failed",
        "push incomplete",
        "push succeeded",
        "push succeeded",
    ]
    assert [value for value in document.values("id") if value.startswith("show-")] == [
        "show-all",
        "show-failed",
        "show-incomplete",
        "show-succeeded",
    ]
    assert "Show all 1 failed 1 incomplete 2 succeeded" in document.text
    assert "show-" not in Document(html.render([log(*[long_success(4)] * 9)])).values("id")


def test_notes_are_folded_under_their_names() -> None:
    text = html.render([log(body_limit())])
    assert '<details class="noted"><summary>1 note: size-figures-basis</summary>' in text


def test_nothing_is_said_twice() -> None:
    finding = body_limit_findings()[0]
    push = replace(body_limit(), verdict=finding.title)
    text = Document(html.render([log(push)])).text
    body = text.partition("What now:")[0].rpartition("*/")[2]
    assert body.count(finding.title) == 1
    for step in ("lift the limit:", "Find its instruction and shrink it:"):
        assert text.count(step) == 1
    assert text.partition("How far it got")[2].count(finding.title) == 0


def test_a_chat_shows_what_the_page_says() -> None:
    document = Document(html.render([log(body_limit())]))
    described = {key: value for tag, key, value in document.attributes if tag == "meta" and "nginx" in value}
    assert described["content"].startswith("nginx in front of the registry refused layer 8fca24a28722")
    assert "Push failed: team/my-api" in document.values("content")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-23T21:29:20.529+00:00", "2026-11-23 21:29 UTC"),
        ("2026-11-29T00:57:48.183Z", "2026-11-29 00:57 UTC"),
        ("2026-11-23T21:29:20+02:00", "2026-11-23 21:29 +02:00"),
        ("2026-11-23", "2026-11-23"),
        ("soon", "soon"),
    ],
)
def test_a_moment_reads_as_people_write_it(text: str, shown: str) -> None:
    push = replace(body_limit(), duration=replace(body_limit().duration, began=text))
    assert f"Date {shown}" in Document(html.render([log(push)])).text


def test_layers_that_never_started_share_a_line() -> None:
    waiting = [
        replace(layer, state=State.WAITING, fate=Fate.NOT_STARTED, bytes_total=None) for layer in long_success(6).layers
    ]
    push = replace(cut_off(), layers=tuple(waiting), outcome=Outcome.FAILED)
    page = Document(html.render([log(push)])).text
    assert f"6 layers not started: {waiting[0].id}, " in page


def test_each_upload_of_a_layer_is_numbered_and_its_end_is_labelled() -> None:
    text = html.render([log(body_limit())])
    assert re.findall(r'class="try roomy">(\d)<', text) == ["1", "2", "3", "4", "5"]
    assert "0.4 s · 250 kB" in text


def test_the_size_of_what_was_refused_is_no_label_of_the_bar() -> None:
    bars = re.findall(r'class="onbar ([a-z-]+)[ a-z]*">([^<]*)<', html.render([log(body_limit())]))
    assert ("pushed", "2 pushed · 650 kB") in bars
    assert not [label for stand, label in bars if stand == "refused" and "MB" in label]


def test_a_line_drawn_again_is_numbered_once() -> None:
    texts = ("a: Retrying in 1 second", "a: Pushing")
    finding = replace(body_limit_findings()[0], evidence=tuple(Evidence(line=5, text=text) for text in texts))
    text = html.render([log(replace(body_limit(), findings=(finding,), excerpt=()))])
    assert text.count('title="line 5, drawn again"') == 2


def test_each_assumption_is_tied_to_the_changes_that_rest_on_it() -> None:
    text = Document(html.render([log(long_success())])).text
    assert "10 uploads at a time 1 31 s" in text
