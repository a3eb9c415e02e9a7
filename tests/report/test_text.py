"""The terminal report: what it says, that it fits, and that nothing from a log reaches the terminal as a command."""

import itertools
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.cells import cell_len

from pushlog.model import (
    Clock,
    Concurrency,
    Diagnosis,
    Duration,
    Evidence,
    Failure,
    Family,
    Log,
    Missed,
    Outcome,
    Progress,
    Reference,
    Severity,
    State,
    Store,
)
from pushlog.pipeline import analyze
from pushlog.report.stored import logs as stored
from pushlog.report.text import Detail, render
from pushlog.report.visible import visible
from tests import diagnoses as made
from tests import golden
from tests.records import diagnosis, layer, log

WIDTHS = (40, 60, 80, 100, 120, 200)
HOSTILE = (
    "\x1b[2J\x1b[31mred",
    "\x1b]0;owned\x07\x1b]8;;http://evil.example\x1b\\link",
    "\x9b31m\x90q\x9c\x85",
    "[bold red]x[/bold red] [link=http://evil.example]y[/link] [/]",
    "\u202egnp.exe\u2066\u2069\u200f\u061c",
    "a\rb\x08\x08\x7f\x00\x0b\x0c\u2028\u2029c",
    "lone \ud800 and \udfff",
    "\t\ttabs\tand `ticks \\ and :boom: emoji \U0001f4a5",
    "wide 日本語の文字列がここにある" * 9,
    "e\u0301\u0301" * 99,
    "x" * 5000,
    "two\nlines\n\n\nand more",
    "",
    " ",
)
# Everything a terminal could act on; a report's own line feeds are its only control characters.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def stories() -> dict[str, Sequence[Log]]:
    return {
        "body limit": [log(made.body_limit())],
        "sixty layers": [log(made.long_success())],
        "cut off": [log(made.cut_off())],
        "containerd": [log(made.containerd_failure())],
        "no layers": [log(made.no_layers())],
        "bare": [log(made.bare())],
        "no push": [log()],
        "nothing": [],
        "many": [log(made.body_limit(), made.long_success(), name="a/b/" * 30 + "c.log"), log()],
        **{f"hostile {at}": [made.hostile(payload)] for at, payload in enumerate(HOSTILE)},
    }


STORIES = stories()
told = pytest.mark.parametrize("logs", STORIES.values(), ids=STORIES)


def full(push: Diagnosis, **how: bool) -> str:
    return render([log(push)], detail=Detail.EVERYTHING, **how)


def is_unbreakable(line: str) -> bool:
    """Whether the line is one word of a command, or a place: neither would be what it is if it were broken."""
    return re.fullmatch(r""" {4,11}(?:'[^']*'|"[^"]*"|\S)+(?: \\)?| *--> .*""", line) is not None


def waiting(number: int) -> Log:
    states = itertools.cycle((State.WAITING, State.PUSHED, State.WAITING))
    layers = [layer(f"{at:012x}", state, None) for at, state in zip(range(number), states, strict=False)]
    return log(diagnosis(layers, Outcome.INTERRUPTED))


@told
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_asked_and_none_ends_in_blanks(logs: Sequence[Log], width: int, ascii_only: bool) -> None:
    lines = render(logs, width=width, ascii_only=ascii_only).split("\n")
    assert max(cell_len(line) for line in lines if not is_unbreakable(line)) <= width
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines[-1] == ""


@told
def test_nothing_from_a_log_commands_the_terminal(logs: Sequence[Log]) -> None:
    assert UNSAFE.findall(render(logs)) == []


@told
def test_with_colour_only_colour_is_added(logs: Sequence[Log]) -> None:
    plain, coloured = render(logs), render(logs, color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert coloured.count("\x1b") > 0


@told
def test_ascii_is_ascii(logs: Sequence[Log]) -> None:
    text = render(logs, ascii_only=True)
    assert text.isascii()
    assert UNSAFE.findall(text) == []


@told
def test_the_same_logs_give_the_same_text_in_any_surroundings(
    logs: Sequence[Log], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = render(logs), render(logs, color=True)
    for key, value in {
        "NO_COLOR": "1",
        "FORCE_COLOR": "1",
        "TERM": "dumb",
        "COLUMNS": "33",
        "TTY_COMPATIBLE": "1",
    }.items():
        monkeypatch.setenv(key, value)
    assert (render(logs), render(logs, color=True)) == before


def test_markup_in_a_log_is_shown_as_it_is() -> None:
    assert "[bold red]x[/bold red]" in render([made.hostile("[bold red]x[/bold red]")])


@pytest.mark.parametrize(
    ("push", "first"),
    [
        (made.body_limit(), "FAILED  nginx in front of the registry refused layer 8fca24a28722:"),
        (made.long_success(), "SUCCEEDED  All 60 layers of acme/monolith are in the registry"),
        (made.cut_off(), "INCOMPLETE  The log ends while layers are still being sent"),
        (made.bare(), "INCOMPLETE  Push incomplete: 0 of 1 layer"),
    ],
    ids=["failed", "succeeded", "incomplete", "without a verdict"],
)
def test_the_verdict_is_the_first_line(push: Diagnosis, first: str) -> None:
    for detail in Detail:
        outcome, told = first.split("  ")
        text = render([log(push)], detail=detail)
        assert text.startswith(f"{outcome}  ")
        assert told in text.splitlines()[0]


@pytest.mark.parametrize("detail", [Detail.ANSWER, Detail.EVERYTHING])
def test_the_last_line_is_the_verdict_again(detail: Detail) -> None:
    refused = render([log(made.body_limit())], detail=detail).splitlines()
    assert refused[-2:] == refused[:2]
    cut = render([log(made.cut_off())], detail=detail).splitlines()
    assert cut[-1] == cut[0]
    success = render([log(made.long_success())], detail=detail).splitlines()
    assert success[-1] == "SUCCEEDED  60 layers: 12 existed, 1 mounted, 47 pushed in 43 s"
    several = render([log(made.body_limit()), log(made.long_success())], detail=detail).splitlines()
    assert several[-1] == several[0] == "FAILED  2 pushes in 2 logs: 1 failed, 1 succeeded"


def test_a_refused_push_is_told_in_few_lines() -> None:
    lines = render([log(made.body_limit())]).splitlines()
    assert len(lines) <= 25
    rows = [line[:9].strip() for line in lines if line and not line.startswith(" ")]
    assert rows == ["FAILED  n", "error", "fix", "again", "layers", "image", "time", "1 more st", "FAILED  n"]
    at = rows_at = lines.index("error    unknown: <html> <head><title>413 Request Entity Too")
    assert lines[at + 2] == "         Large</h1></center> <hr><center>nginx/1.22.1</center>   push-log.txt:57"
    assert lines[rows_at + 3].startswith("fix      On the proxy, in the `server` block")
    assert lines[rows_at + 4] == "           client_max_body_size 0;"
    assert "image    registry.example.com:5000/team/my-api (tag not in the log)" in lines
    assert "1 more step, 1 warning, 1 note (-v): retrying-the-unretryable and 1 more" in lines
    plain = render([log(made.body_limit())], ascii_only=True).splitlines()
    assert "         # 2 pushed 650 kB - x 1 refused 9 MB (8fca24a28722) - manifest not sent" in plain


def test_the_error_stands_whole_in_the_report_of_any_width() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    error = Failure(text=f"failed: {words} https://{'x' * 300}: EOF", line=9, family=Family.EOF)
    push = replace(made.containerd_failure(), error=error)
    for width in WIDTHS:
        shown = render([log(push)], width=width)
        assert "".join(error.text.split()) in "".join(shown.split())


def test_the_place_of_the_error_is_never_cut() -> None:
    name = "runs/" * 30 + "push-log.txt"
    text = render([log(made.containerd_failure(), name=name)], width=40)
    assert f"--> {name}:9\n" in text
    assert "was being sent" in text


def test_a_push_that_went_well_is_told_in_fewer() -> None:
    lines = render([log(made.long_success())]).splitlines()
    assert len(lines) <= 12
    assert "digest   sha256:abababababababababababababababababababababababababababababababab" in lines
    assert all(len(line) <= 80 for line in lines)


def test_quiet_is_the_verdict_alone() -> None:
    logs = [log(made.body_limit(), made.long_success()), log(name="empty.log", lines=3)]
    verdict = "nginx in front of the registry refused layer 8fca24a28722: it is larger than the proxy's body limit"
    assert render(logs, detail=Detail.VERDICT, ascii_only=True).splitlines() == [
        f"FAILED  registry.example.com:5000/team/my-api (tag not in the log) - {verdict} - again: no",
        "SUCCEEDED  ghcr.io/acme/monolith:1.4.2, latest - All 60 layers of acme/monolith are in the registry",
        "NO PUSH  empty.log (3 lines)",
    ]


def test_a_bound_is_told_only_where_it_says_something() -> None:
    push = made.cut_off()
    assert "time  " not in render([log(replace(push, duration=Duration(seconds=None, at_least=4.9)))])
    assert "time     at least 5 s\n" in render([log(replace(push, duration=Duration(seconds=None, at_least=5.0)))])
    retried = replace(push.layers[0], retry_wait=3.0)
    counted = replace(push, layers=(retried, *push.layers[1:]), duration=Duration(seconds=None, at_least=3.0))
    assert "time     at least 3 s, by the retry countdowns\n" in render([log(counted)])


def test_what_was_asked_for_is_answered() -> None:
    lines = render([log(made.long_success())]).splitlines()
    assert "what if  10 uploads at a time: 31 s (28 s to 39 s) instead of 43 s" in lines
    assert "         20 MB/s: can't be estimated from this log" in lines
    assert "         10 uploads at a time: The path had room left." in lines


@pytest.mark.parametrize(
    ("limit", "observed", "told"),
    [
        (2, 2, "daemon.json allows 2 at a time; the log shows 2"),
        (2, None, "daemon.json allows 2 at a time; the log does not show how many there were"),
        (2, 7, "daemon.json allows 2 at a time, the log shows 7: the file is of another daemon"),
        (None, 7, "no limit in daemon.json; the log shows 7"),
    ],
)
def test_the_limit_of_a_given_file_is_told(limit: int | None, observed: int | None, told: str) -> None:
    uploads = Concurrency(observed=observed, limit=limit, limit_from="daemon-config")
    assert f"uploads  {told}" in render([log(replace(made.bare(), concurrency=uploads))], width=120)
    assert "uploads  " not in render([log(made.body_limit())])


def test_all_else_is_one_story_in_its_order() -> None:
    text = full(made.body_limit())
    lines = text.splitlines()
    assert "8fca24a28722   ✗ gave up          5     50 s      ? of 9 MB   3-56" in lines
    assert "ERROR  proxy-body-limit · certain" in lines
    assert "  --> push-log.txt:57" in lines
    assert "  61 | <hr><center>nginx/1.22.1</center>" in lines
    assert "  7-56 | 8fca24a28722: Retrying in 1 second" in lines
    assert "64 of 64 lines understood · pushlog explain proxy-body-limit" in lines
    order = ["error ", "layers ", "client ", "when ", "layer ", "ERROR ", "WARNING ", "NOTE "]
    assert [text.index(f"\n{word}") for word in order] == sorted(text.index(f"\n{word}") for word in order)


def test_a_step_is_told_once() -> None:
    text = full(made.body_limit())
    assert text.count("client_max_body_size 0;") == 1
    assert "\n  2. Not your proxy?" in text
    assert "\n  1. " not in text


def test_a_step_ends_with_a_command_that_can_be_pasted() -> None:
    finding = made.body_limit_findings()[0]
    command = "docker history --no-trunc --format json registry.example.com:5000/team/my-api:1.4.2 | jq -r .CreatedBy"
    push = replace(made.body_limit(), findings=(replace(finding, remedy=(f"Find the instruction: `{command}`.",)),))
    lines = render([log(push)]).splitlines()
    at = lines.index("fix      Find the instruction:")
    assert lines[at + 1].endswith(" \\")
    assert "".join(line.strip().removesuffix("\\") for line in lines[at + 1 : at + 3]) == command
    assert f"           {command}" in render([log(push)], width=120).splitlines()


def test_where_the_first_step_is_no_command_the_next_one_that_is_stands_below() -> None:
    finding = made.body_limit_findings()[0]
    steps = ("Check the name.", "Ask who answers: `curl -sI https://r.example/v2/`.", "Give up.")
    push = replace(made.body_limit(), findings=(replace(finding, remedy=steps),))
    text = render([log(push)])
    assert "fix      Check the name.\n         Ask who answers:\n           curl -sI https://r.example/v2/\n" in text
    assert "1 more step (-v)\n" in text


def test_a_command_is_broken_between_its_words_and_never_inside_quotes() -> None:
    command = "script -qefc 'docker push registry.example.com:5000/data/etl-worker:build-20261123.7' push-log.txt"
    finding = replace(made.body_limit_findings()[0], remedy=(f"Keep what a terminal shows: `{command}`",))
    for width in WIDTHS:
        lines = render([log(replace(made.body_limit(), findings=(finding,)))], width=width).splitlines()
        at = next(at for at, line in enumerate(lines) if line.startswith("           script"))
        pasted = []
        for line in lines[at:]:
            pasted.append(line.strip().removesuffix(" \\"))
            if not line.endswith(" \\"):
                break
        assert " ".join(pasted) == command


def test_the_timeline_shows_each_wait_between_two_attempts() -> None:
    lines = full(made.body_limit(), ascii_only=True).splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("when     "))
    assert [line[9:21] for line in lines[at : at + 3]] == ["f3a1a53fa62a", "f6314e3fade5", "8fca24a28722"]
    assert re.fullmatch(r"#+(~+#){4}", lines[at + 2][23:].strip())
    assert re.search(r" 0 s +inferred: earliest possible times +51 s$", lines[at + 3])
    assert lines[at + 4].strip() == "# uploading - ~ waiting to retry"


def test_without_times_there_is_no_timeline() -> None:
    assert "when  " not in full(made.cut_off())


def test_of_many_layers_those_that_took_longest_are_on_the_timeline() -> None:
    text = full(made.long_success())
    assert "39 shorter not drawn" in text
    assert "measured: recorded with the output" in text


def test_a_note_names_its_lines_and_does_not_quote_them() -> None:
    text = full(made.body_limit())
    assert "NOTE  size-figures-basis · likely\n" in text
    assert text.split("NOTE  ")[1].count("--> push-log.txt:2\n") == 1
    assert "Preparing\n" not in text


def test_the_bar_shows_every_band_and_fills_the_line() -> None:
    line = next(line for line in render([log(made.cut_off())]).splitlines() if line.startswith("layers"))
    assert len(line) == 80
    assert set(line[9:-14]) >= set("▓█▸░?")
    plain = render([log(made.cut_off())], ascii_only=True)
    assert re.search(r"layers   =+#+>+\.+\?+ 2 of 7 layers", plain)


def test_many_plain_layers_are_one_line_after_the_largest() -> None:
    lines = full(made.long_success()).splitlines()
    assert [line.split()[4] for line in lines if " ✓ " in line] == ["54", "56", "57", "58", "59"]
    assert "55 more: 42 pushed, 12 existed, 1 mounted" in lines
    assert len(lines) < 42


def test_of_many_layers_those_with_a_story_have_rows() -> None:
    failed = layer("fa11edfa11ed", State.FAILED, None, attempts=5, retry_wait=50.0)
    plain = [layer(f"{at:012x}", State.PUSHED, None) for at in range(30)]
    lines = full(diagnosis([*plain, failed], Outcome.FAILED)).splitlines()
    assert [line.split()[0] for line in lines if " ✓ " in line or " ✗ " in line] == ["fa11edfa11ed"]
    assert "30 more: pushed" in lines
    assert "30 layers: pushed" in full(diagnosis(plain))


def test_of_very_many_layers_with_a_story_the_first_have_rows() -> None:
    lines = render([waiting(90)], detail=Detail.EVERYTHING).splitlines()
    assert sum("· not started" in line for line in lines) == 20
    assert "70 more: 40 not started, 30 pushed" in lines


def test_columns_that_tell_nothing_are_left_out() -> None:
    lines = render([waiting(3)], detail=Detail.EVERYTHING).splitlines()
    assert next(line for line in lines if line.startswith("layer ")).split() == ["layer", "state", "attempts", "lines"]


def test_long_evidence_is_quoted_by_its_ends() -> None:
    proof = tuple(Evidence(line=n, text=f"line {n}") for n in range(10, 50, 2))
    push = replace(made.body_limit(), findings=(replace(made.body_limit_findings()[0], evidence=proof),))
    lines = full(push).splitlines()
    at = lines.index("  --> push-log.txt:10")
    assert lines[at + 1 : at + 7] == [
        *(f"  {n} | line {n}" for n in (10, 12, 14, 16)),
        "       … 15 more lines",
        "  48 | line 48",
    ]


def test_long_evidence_keeps_its_end() -> None:
    proof = (Evidence(line=5, text=f"begin {'x' * 200}: the end of it"),)
    push = replace(made.body_limit(), findings=(replace(made.body_limit_findings()[0], evidence=proof),))
    line = next(line for line in full(push).splitlines() if line.startswith("  5 | "))
    assert re.fullmatch(r"  5 \| begin x+…x+: the end of it", line)
    assert len(line) == 80


def test_lines_that_nobody_understood_are_counted_and_shown_on_request() -> None:
    assert "\n2 lines not understood (-v)\n" in render([log(made.cut_off())])
    text = full(made.cut_off())
    assert "not understood\n  --> push-log.txt:9\n   9 | Puhsed\n" in text
    assert "18 of 20 lines understood\n" in text


def test_what_cut_the_reading_short_is_never_folded() -> None:
    whole = log(made.cut_off(), notes=("read up to line 20",))
    cut = replace(whole, source=replace(whole.source, incomplete=True))
    assert "note     read up to line 20\n" in render([cut])
    assert "read up to" not in render([whole])


@pytest.mark.parametrize("pushes", [1, 2])
def test_a_line_of_yet_another_push_is_never_folded(pushes: int) -> None:
    push = "The push refers to repository [r.example/app{0}]\n0123456789ab: Pushed\n{0}: digest: sha256:{1} size: 7\n"
    text = "".join(push.format(number, "0" * 64) for number in range(pushes)) + "ok\nFailed to push r.example/other:1\n"
    shown = render([analyze(text.encode())])
    assert f"note     line {text.count(chr(10))} holds words of a push, but is part of none that was found\n" in shown


def test_of_several_logs_each_is_named_that_has_such_a_line_up_to_five() -> None:
    push = "The push refers to repository [r.example/app]\n0123456789ab: Pushed\n1: digest: sha256:{} size: 7\n"
    one = analyze((push.format("0" * 64) + "ok\nFailed to push r.example/other:1\n").encode())
    logs = [replace(one, source=replace(one.source, name=f"{number}.log")) for number in range(9)]
    notes = [line for line in render(logs).splitlines() if line.startswith("note ")]
    assert notes[0] == "note     0.log: line 5 holds words of a push, but is part of none that was found"
    assert notes[5:] == ["note     4 more logs with lines of a push that is not told (-v)"]


def test_in_full_several_pushes_have_headings() -> None:
    first = log(made.body_limit(), made.long_success())
    lines = render([first, log(name="empty.log", lines=3)], detail=Detail.EVERYTHING).splitlines()
    assert lines[0] == "FAILED  2 pushes in 2 logs: 1 failed, 1 succeeded, no push in 1 log"
    assert [line.strip("─ ") for line in lines if line.startswith("──")] == [
        "push-log.txt · push 1 of 2, lines 1-64",
        "push-log.txt · push 2 of 2, lines 1-190",
        "empty.log",
    ]
    assert all(len(line) == 80 for line in lines if line.startswith("──"))


def test_of_several_pushes_those_that_failed_come_first_and_the_rest_is_a_line_each() -> None:
    logs = [log(*[made.long_success()] * 6, made.body_limit(), made.long_success())]
    lines = render(logs).splitlines()
    assert lines[:3] == [
        "FAILED  8 pushes in 1 log: 1 failed, 7 succeeded",
        "",
        "FAILED  nginx in front of the registry refused layer 8fca24a28722: it is larger",
    ]
    folded = "SUCCEEDED  All 60 layers of acme/monolith are in the registry · lines 1-190"
    assert lines[-9:-2] == [folded] * 7
    assert len(lines) < 30


def test_of_very_many_that_went_well_the_rest_is_counted() -> None:
    lines = render([log(*[made.long_success()] * 40)]).splitlines()
    assert len(lines) < 20
    assert "30 more succeeded (-v)" in lines


def test_a_log_without_a_push_says_so_and_what_to_do() -> None:
    text = render([log(name="build.log", lines=12, notes=("12 invalid UTF-8 bytes replaced",))])
    assert text.startswith("NO PUSH  No push was found in build.log (12 lines).")
    assert "docker push IMAGE 2>&1 | tee push-log.txt" in text
    assert "12 invalid UTF-8 bytes replaced" in text
    assert render([]).startswith("NO PUSH")


def test_of_an_input_that_is_no_log_the_advice_is_what_it_is() -> None:
    text = render([log(name="result.json", notes=("this is a result of an analysis, not a log; draw it again",))])
    assert text.count("result of an analysis") == 1
    assert "Is it the right file" not in text
    assert "tee push-log.txt" not in text


def test_of_a_page_the_advice_is_what_it_is_and_its_lines_are_named() -> None:
    note = "this is a text that quotes a push, not the output of one"
    made_log = log(
        name="docs.md", lines=9, notes=(note, "line 5 holds words of a push, but is part of none that was found")
    )
    source = replace(made_log.source, missed=(Missed(line=5, text="$ docker push r.example.com/a/app:1"),))
    result = replace(made_log, source=source)
    text = " ".join(render([result]).split())
    assert "5 $ docker push r.example.com/a/app:1" in text
    assert "This is a text that quotes a push" in text
    assert "too few of them are here" not in text
    assert "part of none" not in text


def test_lines_that_stand_in_the_report_are_not_counted_again_in_a_note() -> None:
    counted = "line 3 holds words of a push, but is part of none that was found"
    made_log = log(name="build.log", lines=3, notes=(counted, "12 invalid UTF-8 bytes replaced"))
    source = replace(made_log.source, missed=(Missed(line=3, text="docker push acme/app"),))
    text = render([replace(made_log, source=source)])
    assert "docker push acme/app" in text
    assert counted not in " ".join(text.split())
    assert "12 invalid UTF-8 bytes replaced" in text


def test_what_is_not_known_is_called_so() -> None:
    text = full(made.bare())
    assert "not named in the log" in text
    assert "no timestamps in the log" in text
    assert "None" not in text


def test_a_measured_time_and_all_tags_up_to_three_are_named() -> None:
    push = replace(
        made.long_success(),
        reference=Reference(registry="ghcr.io", repository="a/b", tags=("1", "2", "3", "4", "5")),
        clock=Clock.STAMPED,
        duration=Duration(seconds=125.0, at_least=125.0),
    )
    text = render([log(push, decoration="github-actions")], detail=Detail.EVERYTHING)
    assert "ghcr.io/a/b:1, 2, 3 and 2 more tags" in text
    assert "time     2 min 05 s, by the log's time stamps" in text
    assert "github-actions" in text


def test_a_part_is_never_rounded_up_to_the_whole() -> None:
    progress = Progress(
        layers_total=1, layers_done=0, bytes_done=999, bytes_total=1000, fraction=0.999, exact=False, why=""
    )
    assert "About 99 % of the bytes." in full(replace(made.bare(), progress=progress))


def test_findings_without_an_error_still_lead_to_a_page() -> None:
    notes = tuple(finding for finding in made.body_limit_findings() if finding.severity is not Severity.ERROR)
    assert "pushlog explain retrying-the-unretryable\n" in full(diagnosis(findings=notes))


def test_rich_loads_only_when_a_report_is_drawn() -> None:
    code = "import sys, pushlog.report.text; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_colours_that_can_be_read_on_black_and_on_white_are_used() -> None:
    for detail in Detail:
        text = render([log(made.body_limit(), made.cut_off())], color=True, detail=detail)
        codes = {int(code) for part in re.findall(r"\x1b\[([\d;]*)m", text) for code in part.split(";") if code}
        # Bold, dim, red, green, magenta; neither yellow, blue nor cyan.
        assert codes <= {0, 1, 2, 22, 31, 32, 35}


def test_a_bar_of_the_timeline_is_not_dimmed() -> None:
    text = render([log(made.body_limit())], color=True, detail=Detail.EVERYTHING)
    line = next(line for line in text.splitlines() if "f3a1a53fa62a" in line and "█" in line)
    assert "\x1b[2m█" not in line


def test_a_limit_that_the_containerd_store_did_not_obey_is_no_silence() -> None:
    push = replace(
        made.bare(),
        store=Store.CONTAINERD,
        concurrency=Concurrency(observed=21, limit=None, limit_from="daemon-config"),
    )
    assert "uploads  the log shows 21 at a time: daemon.json sets no limit" in render([log(push)])


@pytest.mark.parametrize(("name", "shown"), [("a.log", "a.log:1"), ("runs/" * 20 + "a.log", "lines 1-190")])
def test_the_place_of_a_push_that_went_well_is_whole_or_left_out(name: str, shown: str) -> None:
    logs = [log(made.long_success(), name=name), log(made.body_limit())]
    assert f" · {shown}\n" in render(logs)


# The story of a sample as its expected result holds it.
SAMPLED = {path.stem: stored(golden.expected_file(path).read_text("utf-8"), path.name) for path in golden.logs()}
ALONE = {name: logs[0] for name, logs in SAMPLED.items() if len(logs[0].pushes) == 1}


@pytest.mark.parametrize("name", SAMPLED)
def test_the_error_of_a_real_log_stands_whole_on_80_columns(name: str) -> None:
    logs = SAMPLED[name]
    shown = "".join(render(logs).split())
    errors = [push.error.text for one in logs for push in one.pushes if push.error is not None]
    assert [text for text in errors if "".join(visible(text).split()) not in shown] == []


@pytest.mark.parametrize(("outcome", "most"), [(Outcome.FAILED, 25), (Outcome.SUCCEEDED, 12)])
def test_nine_of_ten_real_logs_are_answered_on_one_screen(outcome: Outcome, most: int) -> None:
    lengths = [render([one]).count("\n") for one in ALONE.values() if one.pushes[0].outcome is outcome]
    assert len(lengths) > 20
    assert sum(length <= most for length in lengths) >= 0.9 * len(lengths)


def test_a_tag_is_told_where_the_log_names_no_repository() -> None:
    found = analyze(f"1.5: digest: sha256:{64 * 'a'} size: 1776\n".encode())
    lines = render([found], width=90, color=False, ascii_only=False).splitlines()
    assert lines[0] == "SUCCEEDED  The image with the tag 1.5 is in the registry"
    assert "image    not named in the log (tag 1.5)" in lines
