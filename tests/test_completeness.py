"""What a new dialect, output or rule must bring with it: whoever forgets a part is told which."""

import re

import pytest
from typer.testing import CliRunner

from pushlog.cli import program
from pushlog.formats.dialects import DIALECTS
from pushlog.knowledge.clients import clients
from pushlog.model import Client
from pushlog.outputs import FORMATS
from pushlog.rules import RULES
from tests.golden import analyzed, logs
from tests.paths import ROOT

# Programs whose lines are those of another client; the log alone cannot name them, a command can.
BY_COMMAND = {Client.UNKNOWN}


@pytest.fixture(scope="module")
def sampled():
    return {push.client for path in logs() for push in analyzed(path).pushes}


@pytest.mark.parametrize("client", Client, ids=str)
def test_every_client_has_a_sample_and_a_row_of_facts(client, sampled):
    assert client in clients(), f"{client}: no row in knowledge/clients.toml"
    assert client in sampled or client in BY_COMMAND, f"{client}: no sample in samples/ shows a push of it"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.__name__.rpartition(".")[2])
def test_every_dialect_has_a_grammar_of_its_own(dialect):
    name = dialect.__name__.rpartition(".")[2]
    assert (ROOT / "grammars" / f"{name}.lark").exists(), f"grammars/{name}.lark is missing"


@pytest.mark.parametrize("name", FORMATS)
def test_every_output_is_named_where_users_look(name):
    shown = CliRunner().invoke(program(None), ["analyze", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    assert re.search(rf"\b{name}\b", shown), f"{name}: not in `pushlog analyze --help`"
    assert re.search(rf"\b{name}\b", (ROOT / "README.md").read_text("utf-8")), f"{name}: not in README.md"
    tests = ROOT / "tests" / "report"
    assert (tests / f"test_{name}.py").exists(), f"tests/report/test_{name}.py is missing"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.rpartition(".")[2])
def test_a_rule_is_found_by_its_name(rule):
    stem = rule.__name__.rpartition(".")[2]
    # `failure` gives each family of errors its rule; a family may also have a module of its own.
    assert stem == "failure" or stem.replace("_", "-") == rule.NAME, f"{stem}.py holds the rule {rule.NAME}"
