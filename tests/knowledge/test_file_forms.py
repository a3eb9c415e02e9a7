"""The reference of the rules file, its schema and the loader: all three know the same keys."""

import json
import subprocess
import sys
import tomllib

import jsonschema
import pytest

from pushlog.file_keys import Kind
from pushlog.knowledge.base import shipped
from pushlog.knowledge.file_forms import RULES_EXAMPLE, RULES_FILE
from pushlog.knowledge.tables import KnowledgeError, Row
from pushlog.knowledge.toml_lines import line_of
from pushlog.knowledge.user_rules import with_user_rules
from pushlog.manual.file_pages import rules_file_page
from pushlog.rules_file import lint_rules, load_rules
from pushlog.schemas import schema

WHOLE = """
[[error]]
id = "x"
family = "quota"
match.has = "x y z"
title = "T"
cause = "C."
remedy = "R."
[[registry]]
kind = "acme"
hosts = "acme"
[[registry.limit]]
id = "layer-size"
value = 1
unit = "bytes"
words = "1 B"
[[proxy]]
id = "gate"
name = "gate"
server = "gate"
words = "w"
setting = "s"
"""


def keys(entries, path=""):
    for key in entries:
        yield f"{path}{key.name}"
        yield from keys(key.keys, f"{path}{key.name}.")


def test_the_loader_takes_the_keys_of_the_reference_and_no_others(monkeypatch):
    taken = {}
    real = Row.done

    def done(row):
        name = "match" if "' in 'match" in row.name else row.name
        taken[name] = set(row._taken)
        real(row)

    monkeypatch.setattr(Row, "done", done)
    with_user_rules(shipped(), WHOLE, "mine.toml")
    by_name = {key.name: key for key in RULES_FILE}
    match = next(key for key in by_name["error"].keys if key.name == "match")
    limit = next(key for key in by_name["registry"].keys if key.name == "limit")
    expected = {"x": by_name["error"], "acme": by_name["registry"], "gate": by_name["proxy"], "match": match}
    expected["layer-size"] = limit
    for name, key in expected.items():
        assert taken[name] == {inner.name for inner in key.keys}, name
    assert taken["the file"] == set(by_name)


def test_the_page_names_every_key():
    page = rules_file_page(80)
    assert [name for name in keys(RULES_FILE) if name.rpartition(".")[2] not in page] == []
    assert max(len(line) for line in page.splitlines() if not line.startswith("    ")) <= 80


@pytest.mark.parametrize("text", [RULES_EXAMPLE, WHOLE])
def test_the_example_is_read_and_valid(tmp_path, text):
    pytest.importorskip("re2")
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    assert lint_rules(str(path)) == ()
    load_rules([str(path)])
    validator = jsonschema.Draft202012Validator(json.loads(schema("rules")))
    validator.validate(tomllib.loads(text))


@pytest.mark.parametrize("name", ["result", "audit", "rules", "config"])
def test_every_schema_is_one(name):
    document = json.loads(schema(name))
    jsonschema.Draft202012Validator.check_schema(document)


@pytest.mark.parametrize(
    ("old", "new"), [('family = "quota"', 'famly = "quota"'), ('family = "quota"', 'family = "qouta"')]
)
def test_the_schema_refuses_what_the_loader_refuses(old, new):
    text = WHOLE.replace(old, new)
    with pytest.raises(KnowledgeError):
        with_user_rules(shipped(), text, "mine.toml")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), json.loads(schema("rules")))


def test_lint_names_every_fault_with_its_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        "[[error]]\nid = 'x'\nfamly = 'quota'\n\n[[errors]]\nid = 'b'\n\n[[error]]\nid = 'eof'\nremdy = ['x']\n"
        "\n[[error]]\nid = 'dns-no-such-host'\nsample = ['what is this']\n",
        "utf-8",
    )
    faults = lint_rules(str(path))
    assert [fault.removeprefix(f"{path}:").split(": ", 1)[0] for fault in faults][:3] == ["3", "10", "5"]
    assert "did you mean 'family'?" in faults[0]
    assert "did you mean 'remedy'?" in faults[1]
    assert "did you mean 'error'?" in faults[2]


def test_lint_ends_with_2_and_finds_no_fault_in_a_right_file(tmp_path):
    path = tmp_path / "mine.toml"

    def lint(text):
        path.write_text(text, "utf-8")
        command = [sys.executable, "-m", "pushlog", "rules", "lint", str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert lint("[[error]]\nid = 'eof'\ntitle = 'x'\n").returncode == 0
    assert lint("x = [").returncode == 2
    assert "mine.toml:1: not valid TOML" in lint("x = [").stderr


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("a",), 1),
        (("t", "b"), 3),
        (("r", 0, "c"), 6),
        (("r", 1, "c"), 9),
        (("r", 1, "inner", 0, "d"), 11),
        (("r", 1, "gone"), 8),
        (("m", "dotted"), 16),
        (("gone",), None),
    ],
)
def test_a_key_has_its_line(place, line):
    text = 'a = 1\n[t]\nb = 2\n"q" = 3\n[[r]]\nc = 4\n\n[[r]]\nc = 5\n[[r.inner]]\nd = 6\n[m]'
    text += '\ns = """\ne = 7\n"""\ndotted.key = 8'
    assert line_of(text, place) == line


def test_kinds_have_words():
    assert all(kind.value for kind in Kind)
