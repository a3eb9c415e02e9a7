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
    assert f"layer     {C} (was {B}, same place): grown from 6 MB to 9 MB" in text
    assert "size      11 MB then, 14 MB now, grown" in text


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
    assert "time      10 s then, 30 s now, slower" in text
    assert f"layer     {A}: slower, 10 s then, 30 s now" in text
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
