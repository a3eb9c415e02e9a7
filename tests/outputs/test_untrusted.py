"""A log acts on nothing: not on the terminal, not in a page, not through any command, name or message."""

import ast
import json
import re
import sys

import pytest

from pushlog import cli
from pushlog.intake.read import raw
from pushlog.outputs import FORMATS
from pushlog.pipeline import analyze_raw
from pushlog.report import html
from pushlog.report import text as terminal
from pushlog.report.json import render
from pushlog.report.stored import logs as stored
from tests.diagnoses import hostile
from tests.document import Document
from tests.logs import HEADER, A
from tests.paths import ROOT
from tests.payloads import batches, in_a_page, on_a_terminal
from tests.stories import STORIES, controls

TERMINAL = on_a_terminal()
PAGE = in_a_page()
# What a file can be called, and an argument can hold: no NUL, no slash.
NAMES = [
    text
    for text in batches([p for p in TERMINAL if not set(p) & {"\0", "/", "\ud800"}], 8)
    if text.isprintable() is False
]


def test_there_are_enough_payloads() -> None:
    assert len(set(TERMINAL)) >= 200
    assert len(set(PAGE)) >= 300


@pytest.mark.parametrize("payload", batches(TERMINAL))
def test_a_terminal_report_shows_controls_and_obeys_none(payload: str) -> None:
    for ascii_only in (False, True):
        shown = terminal.render([hostile(payload)], width=100, color=False, ascii_only=ascii_only)
        assert not controls(shown)


@pytest.mark.parametrize("markup", ["[bold red]x[/]", ":skull:", "[link=https://evil.example]x[/link]"])
def test_markup_is_no_markup(markup: str) -> None:
    assert markup in terminal.render([hostile(markup)], width=100, color=True)


PLAIN = [Document(html.render(logs)) for logs in STORIES.values()]
OUR_TAGS = {tag for page in PLAIN for tag in page.tags}
OUR_LINKS = [value for tag, _, value in PLAIN[0].attributes if tag == "link"]
OUR_ATTRIBUTES = {(tag, name) for page in PLAIN for tag, name, _ in page.attributes}


@pytest.mark.parametrize("payload", batches(PAGE), ids=range(len(batches(PAGE))))
def test_a_page_has_our_tags_and_attributes_alone(payload: str) -> None:
    page = Document(html.render([hostile(payload)]))
    assert set(page.tags) <= OUR_TAGS
    assert {(tag, name) for tag, name, _ in page.attributes} <= OUR_ATTRIBUTES
    addresses = [
        value for tag, name, value in page.attributes if name in ("href", "xlink:href", "src") and tag != "link"
    ]
    assert all(address.startswith("#") for address in addresses)
    assert [value for tag, name, value in page.attributes if tag == "link"] == OUR_LINKS


def test_templates_escape_everything_and_use_nothing_else() -> None:
    environment = html.environment()
    assert environment.autoescape is True
    assert environment.undefined.__name__ == "StrictUndefined"
    for path in (ROOT / "templates").glob("*.jinja"):
        source = path.read_text("utf-8")
        assert not re.search(r"\|\s*(?:safe|tojson|attr|xmlattr)\b|autoescape|Markup", source), path.name
    for path in (ROOT / "pushlog").rglob("*.py"):
        assert "markupsafe" not in path.read_text("utf-8").lower(), path.name


def test_a_report_is_drawn_by_rich_without_its_markup() -> None:
    tree = ast.parse((ROOT / "pushlog" / "report" / "text_page.py").read_text("utf-8"))
    consoles = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Console"]
    given = [{k.arg: ast.unparse(k.value) for k in call.keywords} for call in consoles]
    # The other console only measures, and prints nowhere.
    (drawing,) = [keywords for keywords in given if keywords["file"] != "io.StringIO()"]
    assert (drawing["markup"], drawing["highlight"], drawing["emoji"]) == ("False", "False", "False")


@pytest.fixture
def run(monkeypatch, capfdbinary):
    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["pushlog", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfdbinary.readouterr()
        for stream in (out, err):
            assert not controls(stream.decode("utf-8"))
        assert b"Traceback" not in err
        return ended.value.code, out.decode(), err.decode()

    return called


@pytest.mark.parametrize("payload", NAMES, ids=range(len(NAMES)))
def test_no_command_passes_a_control_from_a_name_or_an_argument(run, tmp_path, payload: str) -> None:
    gone = tmp_path / payload
    for arguments in (
        ["analyze", gone],
        ["report", gone],
        ["redact", gone],
        ["explain", payload],
        ["analyze", "x", "-f", payload],
        ["analyze", "x", "--fail-on", payload],
        ["analyze", "x", "--what-if", payload],
        ["analyze", "x", "--rules", gone],
        ["analyze", "x", "--history", gone],
        ["analyze", "x", "--select", payload],
        ["analyze", "x", "--rules-url", payload],
        ["analyze", "x", "--color", payload],
        ["analyze", "x", "--config", gone],
        ["rules", "lint", gone],
        ["rules", "-f", payload],
        ["recipe", payload],
        ["schema", payload],
        ["analyze", "x", f"--{payload}"],
        [payload],
    ):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert err.count("\n") == 1, arguments


@pytest.mark.parametrize("payload", batches(TERMINAL, 64))
def test_no_command_passes_a_control_from_a_log_or_its_name(run, tmp_path, payload: str) -> None:
    name = "".join(sign for sign in payload if sign not in "\0/" and not "\ud800" <= sign <= "\udfff")[:60]
    path = tmp_path / name
    lines = [HEADER, f"{A}: Preparing", payload, f"{A}: Pushing", f'Get "https://r.example/{payload}": EOF', payload]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    result = tmp_path / "r.json"
    status, out, _ = run("analyze", path, "-f", "text", "-f", f"json={result}")
    assert status == 0
    assert out
    for name in FORMATS:
        assert run("report", result, "-f", name)[0] == 0


def test_half_of_a_pair_in_json_becomes_a_character_that_can_be_written() -> None:
    message = r'{"errorDetail":{"message":"denied: \ud800 \udfff x \ud83d\ude00"},"error":"denied"}'
    log = analyze_raw(raw("x", f'{{"status":"{HEADER}"}}\n{message}\n'.encode()))
    assert log.pushes[0].error is not None
    assert log.pushes[0].error.text.endswith("x \U0001f600")
    text = render([log])
    assert json.loads(text.encode("utf-8"))
    assert render(stored(text, "x")) == text


def test_the_name_of_a_file_need_not_be_utf_8() -> None:
    assert raw("x\udcff.log", b"").name == "x\ufffd.log"


# `http` itself holds nothing but the names of statuses.
NETWORK = {
    "socket",
    "ssl",
    "http.client",
    "http.server",
    "urllib.request",
    "requests",
    "httpx",
    "ftplib",
    "smtplib",
    "fsspec",
}


def test_nothing_is_evaluated_unpickled_or_fetched() -> None:
    for path in (ROOT / "pushlog").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        calls = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
        if path.name == "record_class.py":
            calls -= {
                "exec",
                "compile",
            }  # the names of a class's fields, as `dataclasses` does; no text of a log comes there
        assert not calls & {"eval", "exec", "compile", "pickle.loads", "pickle.load", "os.system", "yaml.load"}, path
        imports = {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
        sources = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        imports |= {n.module or "" for n in sources} | {f"{n.module}.{a.name}" for n in sources for a in n.names}
        # An address that a user names is read by one module.
        assert path.name == "remote.py" or not imports & NETWORK, path
