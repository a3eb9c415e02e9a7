"""The kinds of marks and the aliases of the grammars are the same words."""

import re

import pytest

from pushlog.formats.dialects import DIALECTS
from pushlog.formats.docker import lines as docker_lines
from pushlog.formats.marks import MarkKind
from tests.paths import ROOT

# Marks that no single line is: made of several, or of the Engine's messages.
MADE = {MarkKind.AUX, MarkKind.MENTION, MarkKind.MOUNT, MarkKind.NAME}


@pytest.mark.parametrize("dialect", [*DIALECTS, docker_lines], ids=lambda dialect: dialect.__name__)
def test_every_alias_of_a_line_is_a_kind_of_mark(dialect):
    aliases = {str(rule.alias) for rule in dialect.LINES.grammar.rules if rule.alias and rule.origin.name == "start"}
    assert aliases <= set(MarkKind), f"not in MarkKind: {aliases - set(MarkKind)}"


def test_no_kind_is_left_over():
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "grammars").glob("*.lark"))
    aliases = set(re.findall(r"-> *(\w+)", text))
    assert {kind for kind in MarkKind if kind not in aliases} == MADE
