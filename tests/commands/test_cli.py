"""The command line: what it takes, what it answers, and how it ends, above all on bad input."""

import json
import os
import subprocess
import sys

import pytest

from pushlog import cli
from tests.logs import DONE, HEADER, A, exhausted
from tests.paths import SAMPLES

FAILED = str(SAMPLES / "push-log.txt")
PUSHED = str(SAMPLES / "success-fresh-graphdriver-json.txt")


@pytest.fixture
def run(monkeypatch, capfd):
    """Call pushlog with these arguments; answers its exit status, standard output and standard error."""

    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["pushlog", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return ended.value.code, out, err

    return called


def test_a_failed_push_is_no_failure_of_the_analysis(run):
    status, out, err = run("analyze", FAILED)
    assert (status, err) == (0, "")
    assert out.startswith("FAILED")


def test_several_logs_are_answered_in_their_order(run):
    _, out, _ = run("analyze", "-f", "json", PUSHED, FAILED)
    document = json.loads(out)
    assert document["schema"] == "pushlog/1"
    assert [log["source"]["name"] for log in document["logs"]] == [PUSHED, FAILED]


def test_files_are_written_and_one_format_goes_to_the_terminal(run, tmp_path):
    status, out, _ = run(
        "analyze", FAILED, "-f", "text", "-f", f"json={tmp_path}/r.json", "-f", f"html={tmp_path}/r.html"
    )
    assert status == 0
    assert out.startswith("FAILED")
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["logs"]
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.html", "r.json"]


def test_html_into_a_folder_is_a_page_and_its_stylesheet(run, tmp_path):
    run("analyze", FAILED, "-f", f"html={tmp_path}/report/")
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["index.html", "report.css"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--fail-on", "failed", FAILED], 1),
        (["--fail-on", "failed", PUSHED], 0),
        (["--fail-on", "never", FAILED], 0),
        (["--exit-class", FAILED], 14),
        (["--exit-class", PUSHED], 0),
        (["--exit-class", str(SAMPLES / "fail-dns-graphdriver-piped.txt")], 17),
        (["--exit-class", str(SAMPLES / "fail-retry-exhausted-one-graphdriver-tty120.txt")], 19),
        (["--exit-class", str(SAMPLES / "interrupted-sigint-graphdriver-tty120.txt")], 19),
        (["--strict", str(SAMPLES / "pasted-screen.txt")], 0),
    ],
)
def test_the_exit_status_is_what_was_asked_for(run, arguments, status):
    assert run("analyze", *arguments)[0] == status


@pytest.mark.parametrize(
    "content", [b"", b"hello\nworld\n", b"\x7fELF\x02\x01\x01\0\0\0" * 50, "hello\n".encode("utf-16")]
)
def test_a_log_without_a_push_says_so_and_ends_with_3(run, tmp_path, content):
    path = tmp_path / "x.log"
    path.write_bytes(content)
    status, out, err = run("analyze", "-f", "json", path)
    assert (status, err) == (3, "")
    assert json.loads(out)["logs"][0]["pushes"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.txt"], "gone.txt: can't be read: no such file"),
        ([str(SAMPLES)], "is a folder"),
        ([FAILED, "-f", "nope"], "no format is called 'nope'"),
        ([FAILED, "-f", "json="], "a path is missing"),
        ([FAILED, "-f", "json", "-f", "text"], "only one format can go to standard output"),
        ([FAILED, "-f", "json=/nowhere/r.json"], "/nowhere/r.json: can't be written: no such file"),
        ([FAILED, "--fail-on", "sometimes"], "sometimes"),
        ([FAILED, "--nope"], "--nope"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_in_a_line_and_ends_with_2(run, arguments, said):
    status, out, err = run("analyze", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("pushlog: ")
    assert said in err
    assert err.count("\n") == 1


def test_strict_ends_with_4_when_a_line_was_not_understood(run, tmp_path):
    path = tmp_path / "x.log"
    path.write_text("\n".join([HEADER, f"{A}: Preparing", "what is this", f"{A}: Pushed", DONE]), "utf-8")
    assert run("analyze", "--strict", path)[0] == 4
    assert run("analyze", path)[0] == 0


def test_a_log_cut_before_its_digest_is_not_a_success(run, tmp_path):
    whole = "\n".join([HEADER, f"{A}: Preparing", f"{A}: Pushed", DONE.partition(" sha256")[0]])
    path = tmp_path / "x.log"
    path.write_text(whole, "utf-8")
    _, out, _ = run("analyze", "-f", "json", path)
    assert json.loads(out)["logs"][0]["pushes"][0]["outcome"] == "incomplete"


@pytest.mark.parametrize("rule", ["retry-exhausted", "PL101", "pl101", "dns", "size-limit"])
def test_explain_knows_every_rule_by_name_and_code(run, rule):
    status, out, _ = run("explain", rule)
    assert status == 0
    assert len(out) > 200


def test_explain_says_where_the_rules_are_listed(run):
    status, _, err = run("explain", "nope")
    assert status == 2
    assert "pushlog rules" in err


def test_the_list_of_rules_has_one_line_for_each(run):
    _, out, _ = run("rules")
    names = [line.split()[2] for line in out.splitlines()]
    assert len(names) == len(set(names))
    assert {"retry-exhausted", "unknown", "proxy-body-limit"} <= set(names)


def piped(*arguments, stdin=b"", **environment):
    """Run pushlog as a process of its own."""
    command = [sys.executable, "-c", "from pushlog.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, env={**os.environ, **environment})


def test_standard_input_is_a_log():
    log = "\n".join([HEADER, f"{A}: Preparing", *exhausted(A), "denied"]).encode()
    done = piped("analyze", "-", "-f", "json", stdin=log)
    assert done.returncode == 0
    assert json.loads(done.stdout)["logs"][0]["pushes"][0]["error"]["family"] == "permission"


@pytest.mark.parametrize(
    ("environment", "colour"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_only_on_a_terminal_or_when_told(environment, colour):
    bare = {"NO_COLOR": "", "FORCE_COLOR": "", **environment}
    assert (b"\x1b[" in piped("analyze", FAILED, **bare).stdout) is colour


def test_a_closed_pipe_is_quiet():
    script = f"{sys.executable} -c 'from pushlog.cli import main; main()' analyze -f json {FAILED} {FAILED} | head -c 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    assert done.stderr == b""


HEAVY = """
import sys
heavy = [name for name in ("pandas", "numpy", "lark", "jinja2") if name in sys.modules]
assert not heavy, heavy
"""
CALL = """
import sys
sys.argv = ["pushlog", *%r]
from pushlog.cli import main
try:
    main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize("call", [["--help"], ["--version"], ["rules"], ["explain", "PL101"], ["explain", "dns"]])
def test_what_needs_no_log_loads_no_heavy_library(call):
    done = subprocess.run([sys.executable, "-c", CALL % call + HEAVY], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


UNUSED = """
import sys
from pushlog.formats.grammar.load import load_grammar
import numpy
by_itself = () if numpy.__version__.startswith("1.") else ("numpy.ma",)  # NumPy 1 loads it whenever it is imported
asked = ("pandas", "pyarrow", "jinja2", "fsspec", *by_itself, "tarfile", "concurrent.futures", "zoneinfo", *%r)
rooms = ("pushlog.audit", "pushlog.live", "pushlog.intake.archives", "pushlog.intake.history", "pushlog.manual")
unused = [name for name in sys.modules if name in asked or name.startswith(rooms)]
assert not unused, unused
# docker (twice, where its pattern is not cached), the Engine API, errors: no other client's
assert load_grammar.cache_info().currsize <= 4
"""


@pytest.mark.parametrize(("form", "unused"), [("json", ["rich", "pushlog.report.facts"]), ("text", ["rich.progress"])])
def test_a_small_log_loads_only_what_reads_it(form, unused):
    code = CALL % ["analyze", "-f", form, FAILED] + UNUSED % unused
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_importing_the_library_loads_nothing_heavy():
    done = subprocess.run(
        [sys.executable, "-c", f"import pushlog\n{HEAVY}"], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
