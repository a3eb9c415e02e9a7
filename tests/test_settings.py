"""Settings: which file counts, what it may do, and which of option, environment and file goes first."""

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import time
import tomllib

import jsonschema
import pytest

from pushlog import settings as module
from pushlog.faults import UserError
from pushlog.settings import CONFIG_FILE, EXAMPLE, SETTINGS, load_settings, variable
from tests.paths import SAMPLES

FAILED = str(SAMPLES / "push-log.txt")
SUPPRESS = '[[suppress]]\nrule = "{}"\nreason = "we know"\n'


@pytest.fixture
def project(tmp_path):
    """A project with a folder inside, where commands run."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    return tmp_path


def called(folder, *arguments, **environment):
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PUSHLOG_")}
    return subprocess.run(
        [sys.executable, "-m", "pushlog", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**bare, **environment},
    )


def result(folder, *arguments, **environment):
    done = called(folder, "analyze", FAILED, "-f", "json", *arguments, **environment)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)["logs"][0]


def rules_of(log):
    return {finding["name"] for push in log["pushes"] for finding in push["findings"]}


def test_the_nearest_file_counts(project):
    (project / "pushlog.toml").write_text('fail-on = "failed"', "utf-8")
    assert load_settings(None, str(project / "inner" / "deep")).values == {"fail-on": "failed"}
    (project / "inner" / "pyproject.toml").write_text('[tool.pushlog]\nfail-on = "warning"', "utf-8")
    assert load_settings(None, str(project / "inner" / "deep")).values == {"fail-on": "warning"}
    (project / "inner" / "pushlog.toml").write_text("strict = true", "utf-8")
    assert load_settings(None, str(project / "inner" / "deep")).values == {"strict": True}


def test_a_project_without_settings_is_passed_over(project):
    (project / "pushlog.toml").write_text("strict = true", "utf-8")
    (project / "inner" / "pyproject.toml").write_text("[project]\nname = 'x'", "utf-8")
    assert load_settings(None, str(project / "inner")).values == {"strict": True}


def test_nothing_above_the_root_of_the_project_counts(project):
    (project / "pushlog.toml").write_text("strict = true", "utf-8")
    (project / "inner" / ".git").mkdir()
    assert load_settings(None, str(project / "inner" / "deep")).path is None


def test_no_toml_is_read_where_no_file_is(project):
    code = (
        "import sys; from pushlog.settings import load_settings; load_settings(None); "
        "assert 'tomllib' not in sys.modules and 'pushlog.knowledge.tables' not in sys.modules"
    )
    (project / "inner" / "pyproject.toml").write_text("[project]\nname = 'x'", "utf-8")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=project / "inner")


def test_a_file_of_another_user_is_passed_over(project, monkeypatch):
    (project / "pushlog.toml").write_text("strict = true", "utf-8")
    monkeypatch.setattr(module, "_foreign_owner", lambda path, _: 666 if "pushlog.toml" in path else None)
    settings = load_settings(None, str(project))
    assert settings.values == {}
    assert "another user" in settings.passed_over[0]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")
def test_whose_file_it_is_decides(project):
    path = project / "pushlog.toml"
    path.write_text("strict = true", "utf-8")
    os.chown(path, 4711, -1)
    assert load_settings(None, str(project)).values == {}
    os.chown(project, 4711, -1)  # the working directory is theirs, too: their checkout, and they run us in it
    assert load_settings(None, str(project)).values == {"strict": True}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("faill-on = 'failed'", "pushlog.toml:1: key 'faill-on': is not known here; did you mean 'fail-on'?"),
        ("\nfail-on = 'failled'", "pushlog.toml:2: key 'fail-on': must be one of never, failed, warning"),
        ("strict = 1", "key 'strict': must be true or false"),
        ("format = ['json=x.json']", "names a file to write"),
        ("format = 'report.html'", "names a file to write"),
        ("format = 'report/'", "names a file to write"),
        ("rules = '../rules.toml'", "names a file outside its folder"),
        ("rules = '/etc/rules.toml'", "names a file outside its folder"),
        ("daemon-config = '/etc/docker/daemon.json'", "names a file outside its folder"),
        ("time-limit = 1", "counts only in a file that --config names"),
        ("limit = 'size=1'", "counts only in a file that --config names"),
        ("rules-url = 'javascript:alert(1)'", "must begin with https://"),
        ("on-verdict = 'touch x'", "key 'on-verdict': is not known here"),
        ("no-redact = true", "key 'no-redact': is not known here"),
        ("output = 'x'", "key 'output': is not known here"),
        ("[[suppress]]\nrule = 'no-clock'", "key 'reason': is missing"),
        ("[[suppress]]\nrule = 'no-clock'\nreason = 'x'\nuntil = 'soon'", "key 'until': must be a date"),
        ("x =", "pushlog.toml:1: not valid TOML"),
    ],
)
def test_what_a_found_file_may_not_do_is_refused_with_its_line(project, text, why):
    (project / "pushlog.toml").write_text(text, "utf-8")
    with pytest.raises(UserError, match="--isolated reads no settings") as error:
        load_settings(None, str(project))
    assert why in str(error.value)


def test_a_link_out_of_the_folder_is_outside(project):
    (project / "inner" / "mine.toml").symlink_to("/etc/hostname")
    (project / "inner" / "pushlog.toml").write_text("rules = 'mine.toml'", "utf-8")
    with pytest.raises(UserError, match="outside its folder"):
        load_settings(None, str(project / "inner"))


def test_a_file_that_is_named_may_do_more(project):
    path = project / "ci.toml"
    path.write_text("limit = 'size=1'\ndaemon-config = '/etc/docker/daemon.json'\nformat = ['json=x.json']", "utf-8")
    values = load_settings(str(path)).values
    assert values["limit"] == ["size=1"]
    assert values["daemon-config"] == "/etc/docker/daemon.json"


def test_an_option_goes_before_the_environment_and_that_before_the_file(project):
    (project / "pushlog.toml").write_text('fail-on = "failed"', "utf-8")
    inner = project / "inner"
    assert called(inner, FAILED).returncode == 1
    assert called(inner, FAILED, PUSHLOG_FAIL_ON="never").returncode == 0
    assert called(inner, FAILED, "--fail-on", "failed", PUSHLOG_FAIL_ON="never").returncode == 1
    assert called(inner, FAILED, "--isolated").returncode == 0
    (project / "other.toml").write_text("exit-class = true", "utf-8")
    assert called(inner, FAILED, "--config", str(project / "other.toml")).returncode == 14
    assert called(inner, FAILED, PUSHLOG_CONFIG=str(project / "other.toml")).returncode == 14


def test_a_wrong_value_of_the_environment_is_told_with_its_variable(project):
    done = called(project, FAILED, PUSHLOG_FAIL_ON="nver")
    assert done.returncode == 2
    assert "PUSHLOG_FAIL_ON" in done.stderr


def test_several_values_of_the_environment_are_separated_by_blanks(project):
    done = called(project, FAILED, PUSHLOG_IGNORE="no-clock size-figures-basis", PUSHLOG_FORMAT="json")
    assert not {"no-clock", "size-figures-basis"} & rules_of(json.loads(done.stdout)["logs"][0])


def test_what_is_hidden_is_said_and_changes_no_verdict(project):
    before = result(project)
    (project / "pushlog.toml").write_text('ignore = ["proxy-body-limit", "PL3"]', "utf-8")
    after = result(project)
    assert "proxy-body-limit" in rules_of(before) - rules_of(after)
    assert any("not shown: 1 x proxy-body-limit (ignore in pushlog.toml)" in note for note in after["source"]["notes"])
    for name in ("outcome", "error", "verdict", "advice", "layers"):
        assert [push[name] for push in before["pushes"]] == [push[name] for push in after["pushes"]]
    assert called(project, FAILED, "--fail-on", "failed").returncode == 1
    assert called(project, FAILED, "--exit-class").returncode == 14
    done = called(project, FAILED)
    assert "FAILED" in done.stdout
    assert done.stderr == "pushlog: pushlog.toml hides 1 finding of severity error; --isolated shows all\n"
    assert called(project, FAILED, "--config", "pushlog.toml").stderr == ""
    (project / "pushlog.toml").write_text('ignore = ["no-clock"]', "utf-8")
    assert called(project, FAILED, "--ignore", "proxy-body-limit").stderr == ""
    assert called(project, FAILED, PUSHLOG_IGNORE="proxy-body-limit").stderr == ""


def test_only_what_is_selected_is_shown(project):
    log = result(project, "--select", "proxy-body-limit")
    assert rules_of(log) == {"proxy-body-limit"}
    assert all("--select" in note for note in log["source"]["notes"] if "not shown" in note)


def test_a_suppression_says_why_and_ends_on_its_day(project):
    path = project / "pushlog.toml"
    path.write_text(SUPPRESS.format("size-figures-basis") + "until = 2999-12-31\n", "utf-8")
    log = result(project)
    assert "size-figures-basis" not in rules_of(log)
    assert "not shown: 1 x size-figures-basis (pushlog.toml:2: we know, until 2999-12-31)" in log["source"]["notes"]
    path.write_text(SUPPRESS.format("size-figures-basis") + "until = 2020-01-31\n", "utf-8")
    log = result(project)
    assert "size-figures-basis" in rules_of(log)
    assert any("ended on 2020-01-31" in note for note in log["source"]["notes"])


@pytest.mark.parametrize(("image", "hidden"), [("registry.example.com:5000/*", True), ("ghcr.io/*", False)])
def test_a_suppression_may_be_for_some_images(project, image, hidden):
    text = SUPPRESS.format("size-figures-basis") + f'image = "{image}"\n'
    (project / "pushlog.toml").write_text(text, "utf-8")
    assert ("size-figures-basis" not in rules_of(result(project))) is hidden


@pytest.mark.parametrize("text", ['ignore = ["no-clok"]', SUPPRESS.format("no-clok")])
def test_a_rule_that_is_none_is_refused(project, text):
    (project / "pushlog.toml").write_text(text, "utf-8")
    done = called(project, FAILED)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'no-clock'?" in done.stderr


def test_rules_that_a_found_file_adds_are_said(project):
    (project / "mine.toml").write_text("", "utf-8")
    (project / "pushlog.toml").write_text('rules = "mine.toml"', "utf-8")
    assert "pushlog.toml adds the rules of mine.toml" in result(project / "inner")["source"]["notes"]
    done = called(project, FAILED)
    assert done.stderr == "pushlog: pushlog.toml adds the rules of mine.toml; --isolated reads no settings\n"
    assert called(project, FAILED, "--isolated").stderr == ""


def test_an_audit_counts_all_and_says_which_rules_are_added(project):
    (project / "mine.toml").write_text("", "utf-8")
    text = 'rules = "mine.toml"\nignore = ["proxy-body-limit"]\nfail-on = "failed"'
    (project / "pushlog.toml").write_text(text, "utf-8")
    done = called(project, "audit", FAILED, "--out", "out", "-j", "1")
    assert done.returncode == 1
    assert "adds the rules of mine.toml" in done.stderr
    assert json.loads((project / "out" / "audit.json").read_text("utf-8"))["totals"]["failed"] == 1


def test_config_shows_every_value_and_its_origin(project):
    (project / "pushlog.toml").write_text('strict = true\n[[suppress]]\nrule = "eof"\nreason = "why"', "utf-8")
    out = called(project, "config", PUSHLOG_FAIL_ON="failed", PUSHLOG_FAILON="x").stdout
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert lines["strict"][1:] == ["True", f"{project / 'pushlog.toml'}:1"]
    assert lines["fail-on"][1:] == ["failed", "PUSHLOG_FAIL_ON"]
    assert lines["timezone"][1:] == ["default"]
    assert lines["suppress"][1:] == ["eof", "pushlog.toml:3", "why"]
    assert "PUSHLOG_FAILON: is no setting; did you mean 'PUSHLOG_FAIL_ON'" in out


def test_every_setting_is_an_option_of_analyze():
    helped = called(".", "analyze", "--help").stdout
    assert [key.name for key in SETTINGS if f"--{key.name}" not in helped] == []
    assert variable("fail-on") == "PUSHLOG_FAIL_ON"


def test_the_explanation_names_every_key_and_its_example_is_right(project):
    out = called(project, "explain", "settings").stdout
    assert [key.name for key in CONFIG_FILE if key.name not in out] == []
    path = project / "pushlog.toml"
    path.write_text(EXAMPLE, "utf-8")
    (entry,) = load_settings(None, str(project)).suppressions
    assert entry.until == dt.date(2027, 1, 31)
    schema = json.loads(called(project, "schema", "config").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(tomllib.loads(EXAMPLE), default=str)), schema)


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 200_000 + " = 1\nfail-on = 'x'",
        "[" + ".".join("a" * 100_000) + "]\nb = 1",
        "x = " + "[" * 5000,
        "x = " + "{a = " * 5000,
        "\n".join(f"[a{'.a' * (number % 900)}.b{number}]" for number in range(1000)),
    ],
    ids=["long-key", "long-header", "lists-in-lists", "tables-in-tables", "many-tables"],
)
def test_a_file_made_to_take_time_is_given_up(project, text):
    (project / "pyproject.toml").write_text(f"# pushlog\n{text}", "utf-8")
    began = time.process_time()
    with contextlib.suppress(UserError):
        load_settings(None, str(project))
    assert time.process_time() - began < 5


def test_what_a_file_holds_acts_on_no_terminal(project):
    evil = "\\u001b]0;x\\u0007\\u001b[2J\\nsettings file: none"
    text = f'timezone = "{evil}"\nformat = "json"\n[[suppress]]\nrule = "size-figures-basis"\nreason = "{evil}"\n'
    (project / "pushlog.toml").write_text(text, "utf-8")
    shown = called(project, "config").stdout + called(project, FAILED).stderr
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line == "settings file: none"] == []
    (project / "pushlog.toml").write_text(text.partition("\n")[2], "utf-8")
    for arguments in ((), ("-f", "text", "-v")):
        assert "\x1b" not in called(project, FAILED, *arguments).stdout
