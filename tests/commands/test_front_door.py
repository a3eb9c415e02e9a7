"""The way in: a call that names no command, help, typos, an error text to explain, completion and the manual page."""

import os
import shutil
import subprocess
import sys

import pytest

from pushlog import cli
from pushlog.front_door import OPTIONS, routed
from pushlog.knowledge.signatures import signatures
from pushlog.manual.error_page import error_page
from pushlog.manual.rule_pages import page
from pushlog.suggest import did_you_mean
from tests.paths import SAMPLES
from tests.payloads import CSI, OSC

FAILED = str(SAMPLES / "push-log.txt")
COMMANDS = ("analyze", "audit", "explain", "rules")


@pytest.fixture
def run(monkeypatch, capfd):
    """Call pushlog with these arguments; answers its exit status, standard output and standard error."""

    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["pushlog", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        return ended.value.code, out, err

    return called


def piped(*arguments, stdin=b"", **environment):
    command = [sys.executable, "-m", "pushlog", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, env={**os.environ, **environment})


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["gone.txt"], ["analyze", "gone.txt"]),
        (["logs/a", "-f", "json"], ["analyze", "logs/a", "-f", "json"]),
        ([FAILED], ["analyze", FAILED]),
        (["-"], ["analyze", "-"]),
        (["--exit-class", FAILED], ["analyze", "--exit-class", FAILED]),
        (["*.log"], ["analyze", "*.log"]),
        (["audit", "gone.txt"], ["audit", "gone.txt"]),
        (["--version"], ["--version"]),
        (["-h"], ["-h"]),
        (["help"], ["--help"]),
        (["help", "audit"], ["audit", "--help"]),
        (["analyse"], ["analyse"]),
    ],
)
def test_a_call_without_a_command_analyzes(arguments, meant):
    assert routed(arguments, COMMANDS, OPTIONS) == meant


def test_a_file_is_analyzed_by_its_name_alone(run):
    status, out, err = run(FAILED)
    assert (status, err) == (0, "")
    assert out == run("analyze", FAILED)[1]


def test_a_pipe_is_analyzed_without_any_argument():
    log = (SAMPLES / "push-log.txt").read_bytes()
    bare, named = piped(stdin=log), piped("analyze", "-", stdin=log)
    assert bare.returncode == 0
    assert bare.stdout == named.stdout == piped("analyze", stdin=log).stdout


def test_alone_on_a_terminal_it_shows_its_help(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    status, out, err = run()
    assert (status, err) == (0, "")
    assert out == run("--help")[1] == run("-h")[1] == run("help")[1]
    assert "pushlog push-log.txt" in out
    assert "..." not in out.partition("Read logs:")[2].partition("Examples:")[0], "a summary is cut"


def test_analyze_on_a_terminal_says_what_to_give_it(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    status, out, err = run("analyze")
    assert (status, out) == (2, "")
    assert "name a log" in err


def test_the_help_of_a_command_groups_its_options_and_has_examples(run):
    out = run("help", "analyze")[1]
    headings = [line for line in out.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == [
        "Arguments:",
        "Output:",
        "Exit status:",
        "Files beside the log:",
        "What if:",
        "Limits:",
        "Settings:",
        "Options:",
        "Examples:",
        "Exit statuses:",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["analyse", FAILED], "did you mean 'analyze'?"),
        (["foo"], "no command and no file is called 'foo'; 'pushlog --help' lists the commands"),
        (["explain", "retry-exhasted"], "did you mean 'retry-exhausted'?"),
        (["explain", "PL11"], "did you mean 'PL"),
        (["recipe", "gitlab"], "did you mean 'gitlab-ci'?"),
        ([FAILED, "-f", "htlm"], "did you mean 'html'?"),
        ([FAILED, "--exitclass"], "--exit-class"),
        ([str(SAMPLES)], f"is a folder; pushlog audit {SAMPLES} reads all logs in it"),
    ],
)
def test_a_typo_is_answered_with_what_was_meant(run, arguments, said):
    status, out, err = run(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_word_that_is_like_none_has_no_suggestion():
    assert did_you_mean("xyzzy", ["html", "json"]) == ""
    assert did_you_mean("HTLM", ["html", "json"]) == "; did you mean 'html'?"


def test_explain_without_a_word_lists_the_rules(run):
    assert run("explain") == run("rules")


def test_an_error_text_is_explained_without_a_log(run):
    status, out, _ = run("explain", "denied: requested access to the resource is denied")
    assert status == 0
    labels = [line.split()[0] for line in out.splitlines() if line and not line.startswith(" ")][1:]
    assert labels == ["family", "cause", "retry", "again?", "steps", "source", "more"]
    assert "permission (PL002)" in out
    assert "never retried" in out
    assert "again?  No." in out


def test_an_error_text_may_be_unquoted_or_piped_in(run):
    text = "denied: requested access to the resource is denied"
    out = run("explain", text)[1]
    assert run("explain", *text.split())[1] == out
    assert piped("explain", "-", stdin=text.encode()).stdout.decode("utf-8") == out


def test_what_the_text_names_stands_in_the_steps():
    url = "https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/shop/web/blobs/uploads/"
    text = error_page(f"unexpected status from POST request to {url}: 401 Unauthorized", 80) or ""
    assert "aws ecr get-login-password --region us-east-1" in " ".join(text.split())


def test_a_text_that_is_also_a_rule_is_the_rule(run):
    assert run("explain", "EOF")[1].startswith("eof (PL015, error)")


def test_a_text_with_two_meanings_has_both():
    text = error_page("unexpected EOF", 80) or ""
    assert text.startswith("2 meanings")
    assert "Or, when `Retrying in …` stands above it" in text


def test_what_is_close_is_named_where_the_text_is_unknown():
    text = error_page("requested acess to the ressource is denied", 80) or ""
    assert "not in the catalogue" in text
    assert "(permission)" in text
    assert error_page("what is this", 80) is None


@pytest.mark.parametrize("row", signatures(), ids=lambda row: row.id)
def test_every_row_of_the_catalogue_explains_its_sample(row):
    text = error_page(row.sample[0], 80)
    assert text is not None
    assert f"({row.family.value})" in text or f"family  {row.family.value} " in text
    assert [line for line in text.splitlines() if len(line) > 80 and " " in line.strip()[:40]] == []


@pytest.mark.parametrize("text", ["denied: {} requested access to the resource is denied", "{}", "foo {} bar"])
def test_an_error_text_does_not_act_on_the_terminal(run, text):
    payload = "".join(f"\x1b[{sequence}" for sequence in CSI) + "".join(f"\x1b]{sequence}\x07" for sequence in OSC)
    _, out, err = run("explain", text.format(payload))
    assert "\x1b" not in out + err
    assert "\x07" not in out + err


@pytest.mark.parametrize("width", [40, 80, 100])
def test_the_pages_of_rules_have_the_width_of_the_terminal(width):
    rule_page = page("proxy-body-limit", width)
    assert rule_page is not None
    assert max(map(len, rule_page.text.splitlines())) <= width


def completed(shell, words, **more):
    line = " ".join(words)
    environment = {
        "_PUSHLOG_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        **more,
    }
    return piped(**environment).stdout.decode("utf-8").split("\n")[:-1] or [""]


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (["pushlog", "an"], ["analyze"]),
        (["pushlog", "explain", "retry-e"], ["retry-exhausted"]),
        (["pushlog", "recipe", "gitl"], ["gitlab-ci"]),
        (["pushlog", "analyze", "-f", "ht"], ["html"]),
        (["pushlog", "push-log.txt", "--exit-c"], ["--exit-class"]),
        (["pushlog", "push-l"], [""]),
    ],
)
def test_the_shell_completes_commands_options_and_values(words, answers):
    assert completed("bash", words) == answers


def test_zsh_and_fish_get_the_summaries_too():
    assert any("analyze" in line and "Show why" in line for line in completed("zsh", ["pushlog", "anal"]))
    assert completed("fish", ["pushlog", "anal"])[0].startswith("analyze\tShow why")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_names_the_program(shell):
    done = piped("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode == 0
    assert "_PUSHLOG_COMPLETE" in done.stdout.decode("utf-8")


def test_the_manual_page_names_every_command_and_option(run):
    manual = run("man")[1].replace("\\-", "-")
    for commands in cli.COMMANDS.values():
        for command in commands:
            assert f".SS pushlog {command} " in manual
    assert "--exit-class" in manual
    assert [line for line in manual.splitlines() if line.startswith("'")] == []


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_the_manual_page_is_valid(run):
    manual = run("man")[1]
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=manual.encode(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("name", [name for commands in cli.COMMANDS.values() for name in commands])
def test_the_summary_in_the_help_is_that_of_the_command(name):
    function = cli._command(name)
    assert (function.__doc__ or "").partition("\n")[0] == {k: v for c in cli.COMMANDS.values() for k, v in c.items()}[
        name
    ]


def test_the_options_of_the_program_are_told_from_those_of_analyze():
    from typer.main import get_command

    command = get_command(cli.program(()))
    context = command.make_context("pushlog", [], resilient_parsing=True)
    assert {option for parameter in command.get_params(context) for option in parameter.opts} == set(OPTIONS)


def test_a_call_loads_only_its_own_command():
    code = (
        "import sys; sys.argv = ['pushlog', 'recipe']\nfrom pushlog.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "loaded = [name for name in sys.modules if name.startswith('pushlog.commands.')]\n"
        "assert set(loaded) == {'pushlog.commands.recipe', 'pushlog.commands.epilogs'}, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
