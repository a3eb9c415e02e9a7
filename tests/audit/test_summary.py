"""What an audit says of many pushes: totals, incidents, habits, bytes uploaded again; and the pages that say it."""

import json
import re
from dataclasses import replace

import pytest

from pushlog.audit import index, markdown, push_list
from pushlog.audit.frames import frames
from pushlog.audit.rows import rows, unread
from pushlog.audit.schema import TABLES
from pushlog.audit.summary import document, summary
from pushlog.audit.tables import Tables
from pushlog.model import Clock, Duration, Failure, Family, Outcome, Reference, State
from tests.records import diagnosis, layer, log

A, B = "aaaaaaaaaaaa", "bbbbbbbbbbbb"


def failed(began=None, family=Family.SERVER_ERROR, repository="team/app", *, helps=True, registry="hub.example"):
    return push(
        began,
        Outcome.FAILED,
        repository,
        registry=registry,
        error=Failure(text=f"unexpected: {family}", line=9, family=family, http_status=503, retry_helps=helps),
    )


def push(
    began=None, outcome=Outcome.SUCCEEDED, repository="team/app", layers=(), *, registry="hub.example", error=None
):
    seconds = 12.0 if began else None
    return replace(
        diagnosis(layers, outcome),
        reference=Reference(registry=registry, repository=repository, tags=("1.0",)),
        error=error,
        clock=Clock.STAMPED if began else Clock.NONE,
        duration=Duration(seconds=seconds, at_least=12.0, began=began and f"2026-10-01T{began}+00:00"),
    )


def found(*pushes, extra=()):
    """The tables of logs of one push each."""
    tables = Tables()
    for n, one in enumerate(pushes):
        many = one if isinstance(one, tuple) else (one,)
        made = log(*many, name=f"job-{n:03}.log")
        made = replace(made, source=replace(made.source, sha256=f"{n:016x}" + "0" * 48))
        told = rows(made, made.source.name, "", None)
        for table in TABLES:
            for row in told[table]:
                tables.add(table, row)
    for row in extra:
        tables.add("sources", row)
    return frames(tables)


def told(*pushes, **more):
    return summary(found(*pushes, **more))


def test_pushes_are_counted_by_their_ends_in_all_and_over_time():
    many = told(push("10:00:00"), push("10:59:59"), failed("11:00:00"), push(None, Outcome.INTERRUPTED))
    totals = many.totals
    assert (totals.pushes, totals.succeeded, totals.failed, totals.interrupted, totals.dated) == (4, 2, 1, 1, 3)
    assert totals.failure_rate == 0.5
    assert [(p.begins, p.pushes, p.succeeded) for p in many.periods] == [
        ("2026-10-01T10:00Z", 2, 2),
        ("2026-10-01T11:00Z", 1, 0),
    ]


def test_failures_are_counted_by_kind_registry_and_repository():
    many = told(
        failed(), failed(family=Family.QUOTA, repository="team/web", helps=False), failed(registry=None), push()
    )
    assert [(k.family, k.pushes, k.registries, k.retry_helps) for k in many.kinds] == [
        ("server-error", 2, 2, 2),
        ("quota", 1, 1, 0),
    ]
    assert [(r.registry, r.pushes, r.failed) for r in many.registries] == [("hub.example", 3, 2), ("not named", 1, 1)]
    assert many.registries[0].families == {"quota": 1, "server-error": 1}
    worst = many.repositories[0]
    assert (worst.repository, worst.pushes, worst.failed) == ("team/app", 2, 1)


def test_the_same_failure_close_in_time_is_one_incident():
    burst = [failed(f"10:{minute:02}:00", repository=f"team/{minute}") for minute in range(0, 40, 10)]
    (one,) = told(*burst, push("10:05:00"), push("11:00:00")).incidents
    assert (one.family, one.pushes, one.logs, one.others_succeeded) == ("server-error", 4, 4, 1)
    assert (one.first, one.last) == ("2026-10-01T10:00:00Z", "2026-10-01T10:30:00Z")
    assert one.repositories == ("team/0", "team/10", "team/20", "team/30")


@pytest.mark.parametrize(
    "pushes",
    [
        [failed("10:00:00"), push("10:08:00"), failed("10:16:00"), push("10:20:00"), failed("10:32:00")],
        [failed("10:00:00"), failed("10:01:00")],
        [failed("10:00:00"), failed("10:01:00", Family.DNS), failed("10:02:00", Family.TLS)],
        [failed("10:00:00"), failed("10:01:00", registry="b"), failed("10:02:00", registry="c")],
        [(failed("10:00:00"), failed("10:01:00"), failed("10:02:00"))],
        [failed(), failed(), failed()],
    ],
    ids=["apart", "too few", "other failures", "other registries", "one log", "no dates"],
)
def test_what_is_no_incident(pushes):
    assert told(*pushes).incidents == ()


def retrying(began):
    """A push that was left while Docker still had uploads to go."""
    return push(began, Outcome.INCOMPLETE, layers=[layer(A, State.RETRYING, attempts=2, retry_wait=5.0)])


def test_pushing_again_before_dockers_retries_are_used_up_is_a_habit_across_logs():
    (habit,) = told(retrying("10:00:00"), retrying("10:01:00"), push("10:02:00"), retrying("12:00:00")).habits
    assert (habit.habit, habit.across, habit.within) == ("premature-restart", 2, 0)


@pytest.mark.parametrize(
    "pushes",
    [
        [retrying("10:00:00"), push("10:31:00")],
        [retrying("10:00:00"), push("10:01:00", repository="other/app")],
        [push("10:00:00", Outcome.INCOMPLETE, layers=[layer(A, State.RETRYING, attempts=5)]), push("10:01:00")],
        [retrying(None), push(None)],
    ],
    ids=["much later", "another image", "retries used up", "no dates"],
)
def test_what_is_no_premature_restart(pushes):
    assert told(*pushes).habits == ()


def test_the_same_incurable_failure_again_is_a_habit_and_a_curable_one_is_not():
    vain = [failed(f"10:0{n}:00", Family.PERMISSION, helps=False) for n in range(3)]
    (habit,) = told(*vain).habits
    assert (habit.habit, habit.across) == ("retrying-the-unretryable", 2)
    assert told(failed("10:00:00"), failed("10:01:00")).habits == ()


def test_layers_pushed_to_a_repository_more_than_once_were_uploaded_again():
    twice = [layer(A, size=1000), layer(B, size=None)]
    many = told(push(layers=twice), push(layers=twice), push(layers=twice), push(repository="o", layers=twice))
    (again,) = many.again
    assert (again.repository, again.layers, again.uploads, again.bytes, again.unsized) == ("team/app", 2, 4, 2000, 2)


def test_layers_that_the_registry_had_were_not_uploaded_again():
    had = [layer(A, State.EXISTS, size=1000), layer(B, State.MOUNTED, size=1000)]
    assert told(push(layers=[layer(A, size=1000)]), push(layers=had), push(layers=had)).again == ()


def test_nothing_at_all_is_a_summary_too():
    empty = told()
    assert empty.totals.pushes == 0
    assert markdown.render(empty).startswith("# No push in 0 logs")
    assert json.loads(document(empty))["totals"]["failure_rate"] == 0


HOSTILE = '<script>alert(1)</script>|`\x1b[2J\u202e@all" onload=x'


def hostile():
    bad = failed("10:00:00", repository=HOSTILE, registry=HOSTILE)
    bad = replace(bad, error=replace(bad.error, text=HOSTILE))
    return found(bad, bad, bad, push("10:01:00"), extra=unread(HOSTILE, HOSTILE, HOSTILE)["sources"])


def drawn(tmp_path, found):
    index.write(summary(found), found, tmp_path)
    return (tmp_path / "index.html").read_text("utf-8")


def test_the_index_shows_what_strangers_wrote_and_runs_none_of_it(tmp_path):
    page = drawn(tmp_path, hostile())
    assert "&lt;script&gt;alert(1)" in page
    assert page.count("<script") == 1
    assert not re.search(r'<[^>]* (on\w+|style)="', page)
    assert "<style" not in page
    assert not set("\x1b\u202e") & set(page)


def test_markdown_says_what_strangers_wrote_and_none_of_it_is_markup():
    page = markdown.render(summary(hostile()))
    assert "<script" not in page
    assert "@all" not in page
    assert not set("\x1b\u202e") & set(page)


def test_the_index_links_what_went_wrong_and_needs_no_script_for_it(tmp_path):
    page = drawn(tmp_path, found(push("10:00:00"), failed("10:01:00")))
    assert '<a href="push/0000000000000001-0.html">failed</a>' in page
    assert set(re.findall(r'(?:src|href)="([^"#]+)"', page)) == {
        "push/report.css",
        "audit.css",
        "audit.js",
        "push/0000000000000001-0.html",
    }
    assert {path.name for path in tmp_path.iterdir()} == {"index.html", "audit.css", "audit.js"}


def test_the_index_stays_small_whatever_the_number_of_pushes(tmp_path, monkeypatch):
    monkeypatch.setattr(push_list, "BUDGET", 1000)
    monkeypatch.setattr(index, "SHOWN", 5)
    page = drawn(tmp_path, found(*[push("10:00:00") for _ in range(30)], failed("09:00:00")))
    assert page.count("<tr><td>") == 4
    assert page.count('<tr data-cause="') == 1, "what went wrong is kept first"
    listed = (tmp_path / "pushes.js").read_text("utf-8").count("],[") + 1
    assert 5 < listed < 31
    assert f"{31 - listed} further pushes would make this page too big" in page


def test_a_page_without_dates_says_why_it_shows_no_course_of_time(tmp_path):
    assert "No log carries a date" in drawn(tmp_path, found(push(), failed()))
