"""Two pushes, or two audits, side by side."""

import json
import sys

import pytest

from pushlog import cli
from pushlog.audit.run import Plan, audit
from tests.audit.test_run import threads  # noqa: F401 - a thread does the work of the audits here
from tests.logs import DONE, HEADER, A, B, C
from tests.paths import SAMPLES

FAILED = SAMPLES / "push-log.txt"


@pytest.fixture
def run(monkeypatch, capfd, tmp_path):
    """Compare two logs, given as lines: the exit status, and the document or the text."""

    def called(old, new, *options):
        paths = []
        for name, side in (("old.log", old), ("new.log", new)):
            path = side
            if isinstance(side, list):
                path = tmp_path / name
                path.write_text("".join(f"{line}\n" for line in side), "utf-8")
            paths.append(str(path))
        monkeypatch.setattr(sys, "argv", ["pushlog", "compare", *paths, *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return ended.value.code, json.loads(out) if "json" in options else out + err

    return called


def pushed(*layers):
    return [HEADER, *(line for layer, size in layers for line in bar(layer, size)), DONE]


def bar(layer, size):
    return [f"{layer}: Preparing", f"{layer}: Pushing [====>      ]  {size}/{size}", f"{layer}: Pushed"]


def test_layers_are_reused_uploaded_again_new_or_gone(run):
    old = pushed((A, "5MB"), (B, "6MB"), (C, "7MB"))
    new = [HEADER, f"{A}: Preparing", f"{A}: Layer already exists", *bar(B, "6MB"), *bar("eeeeeeeeeeee", "1MB"), DONE]
    status, told = run(old, new, "-f", "json")
    (one,) = told["repositories"]
    assert status == 0
    assert one["reuse"] == {
        "reused": 1,
        "again": 1,
        "again_bytes": 6_000_000,
        "new": 1,
        "new_bytes": 1_000_000,
        "gone": 1,
    }


def test_a_layer_that_grew_is_named_with_what_it_was(run):
    _, text = run(pushed((A, "5MB"), (B, "6MB")), pushed((A, "5MB"), (C, "9MB")))
    assert f"layer         {C} (was {B}, same place): grown 6 MB → 9 MB" in text
    assert "size          11 MB then, 14 MB now, grown" in text


def stamped(layer, seconds):
    return [
        f"2026-10-01T10:00:00.0000000Z {HEADER}",
        f"2026-10-01T10:00:00.0000000Z {layer}: Preparing",
        f"2026-10-01T10:00:00.0000000Z {layer}: Pushing [>   ]  1MB/9MB",
        f"2026-10-01T10:00:{seconds:02}.0000000Z {layer}: Pushed",
        f"2026-10-01T10:00:{seconds:02}.0000000Z {DONE}",
    ]


def test_a_layer_that_took_longer_is_named_where_the_clock_is_measured(run):
    _, text = run(stamped(A, 10), stamped(A, 30))
    assert "time          10 s then, 30 s now, slower" in text
    assert f"layer         {A}: slower 10 s → 30 s" in text
    assert "slower" not in run(stamped(A, 10), stamped(A, 11))[1]


def test_new_and_gone_failures_are_told_both_ways(run):
    good, bad = pushed((A, "5MB")), [HEADER, f"{A}: Preparing", "denied: requested access to the resource is denied"]
    assert run(good, bad, "-f", "json")[1]["new_failures"] == ["permission at registry.example.com"]
    assert run(bad, good, "-f", "json")[1]["gone_failures"] == ["permission at registry.example.com"]
    assert "new failures" not in run(bad, bad)[1]


def test_a_stored_result_is_a_side_too(run, tmp_path, monkeypatch):
    stored = tmp_path / "old.json"
    monkeypatch.setattr(sys, "argv", ["pushlog", "analyze", str(FAILED), "-f", f"json={stored}"])
    with pytest.raises(SystemExit):
        cli.main()
    _, told = run(stored, FAILED, "-f", "json")
    assert told["old"] == told["new"]
    assert told["repositories"][0]["layers"] == []


def test_two_audits_are_compared_repository_by_repository(run, tmp_path):
    other = [line.replace("team/app", "team/web") for line in pushed((B, "6MB"))]
    bad = [HEADER, f"{A}: Preparing", "denied: requested access to the resource is denied"]
    for name, logs in (("old", [pushed((A, "5MB")), other]), ("new", [pushed((A, "5MB")), bad])):
        (tmp_path / name).mkdir()
        for n, lines in enumerate(logs):
            (tmp_path / name / f"{n}.log").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        audit([str(tmp_path / name)], Plan(out=tmp_path / f"{name}-audit"))
    status, told = run(tmp_path / "old-audit", tmp_path / "new-audit", "-f", "json")
    assert status == 0
    assert [(c["repository"], c["reuse"]["again"], c["new_failures"]) for c in told["repositories"]] == [
        ("team/app", 1, ["permission"])
    ]
    assert told["only_old"] == ["registry.example.com/team/web"]


@pytest.mark.parametrize(
    ("side", "status", "said"),
    [("gone.log", 2, "gone.log: can't be read"), (str(SAMPLES), 2, "is no folder of an audit")],
)
def test_a_side_that_is_none_is_a_wrong_call(run, side, status, said):
    ended, text = run(side, FAILED)
    assert ended == status
    assert said in text


def test_without_a_push_on_both_sides_there_is_nothing_to_compare(run):
    assert run(["make: done"], FAILED)[0] == 3


def test_nothing_is_said_to_have_changed_between_a_log_and_itself(run):
    _, text = run(FAILED, FAILED)
    assert not {"grown", "slower"} & set(text.replace(",", " ").split())


def denied(name="team/app"):
    lines = [HEADER.replace("team/app", name), f"{A}: Preparing"]
    return [*lines, "denied: requested access to the resource is denied"]


def test_different_images_are_said_to_be_so_and_not_compared(run):
    other = [line.replace("team/app", "data/train") for line in pushed((B, "6MB"))]
    status, told = run(pushed((A, "5MB")), other, "-f", "json")
    assert status == 0
    assert told["different"].startswith("Different images, with no layer in common: registry.example.com/team/app and ")
    text = run(pushed((A, "5MB")), other)[1]
    assert text.startswith("Different images")
    assert "uploaded again" not in text
    renamed = [line.replace("team/app", "data/train") for line in pushed((A, "5MB"))]
    assert run(pushed((A, "5MB")), renamed, "-f", "json")[1]["different"] == "", "they share a layer"
    assert run(pushed((A, "5MB")), pushed((B, "6MB")), "-f", "json")[1]["different"] == "", "the same name"


def test_a_new_failure_can_fail_a_job_and_an_old_one_does_not(run):
    assert run(pushed((A, "5MB")), denied(), "--fail-on", "new-failure")[0] == 1
    assert run(denied(), denied(), "--fail-on", "new-failure")[0] == 0
    assert run(denied(), pushed((A, "5MB")), "--fail-on", "new-failure")[0] == 0
    assert run(pushed((A, "5MB")), denied())[0] == 0


def test_what_matters_stands_first(tmp_path, run):
    def job(name, seconds):
        lines = pushed((A, "5MB"))
        stamped = [f"2026-10-01T10:00:{int(n * seconds / len(lines)):02}Z {line}" for n, line in enumerate(lines)]
        return [line.replace("team/app", name) for line in stamped]

    sides = {
        "old": [job("a/same", 4), job("b/slower", 4), pushed((A, "5MB"))],
        "new": [job("a/same", 4), job("b/slower", 40), denied()],
    }
    for name, logs in sides.items():
        (tmp_path / name).mkdir()
        for n, lines in enumerate(logs):
            (tmp_path / name / f"{n}.log").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        audit([str(tmp_path / name)], Plan(out=tmp_path / f"{name}-audit"))
    audits = tmp_path / "old-audit", tmp_path / "new-audit"
    told = run(*audits, "-f", "json")[1]
    assert [change["repository"] for change in told["repositories"]] == ["team/app", "b/slower", "a/same"]
    text = run(*audits)[1]
    assert text.startswith("New: permission at registry.example.com\n")
    assert "unknown then" not in text


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_a_page_and_markdown_tell_the_same_and_nothing_of_a_stranger_acts(run, tmp_path, name):
    evil = "<script>alert(1)</script>|`@all"
    path = tmp_path / f"c.{name}"
    old = pushed((A, "5MB"), (B, "6MB"))
    new = [*pushed((A, "5MB"), (B, "9MB"))[:-1], f"denied: {evil}"]
    assert run(old, new, "-f", f"{name}={path}")[0] == 0
    page = path.read_text("utf-8")
    assert "New: permission at registry.example.com" in page
    assert "6 MB → 9 MB" in page
    assert "<script" not in page


def test_a_page_needs_nothing_else(run, tmp_path):
    path = tmp_path / "c.html"
    run(denied(), pushed((A, "5MB")), "-f", f"html={path}", "-f", "json")
    page = path.read_text("utf-8")
    assert "default-src 'none'" in page
    assert not any(word in page for word in (' src="', ' href="http', ' style="', "<link"))


def test_a_format_that_there_is_none_of_is_named(run):
    status, text = run(FAILED, FAILED, "-f", "markdwn")
    assert status == 2
    assert "did you mean 'markdown'" in text
