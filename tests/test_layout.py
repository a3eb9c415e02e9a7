"""The shape of the code itself: which way imports go, how long things are, and that the list of rules is complete."""

import ast
import importlib
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

from tests.paths import ROOT

CODE = sorted((ROOT / "pushlog").rglob("*.py"))

# From left to right, as data flows. Rooms of the same rank do not know each other; `pushlog` itself, the library's
# front, and `__main__` stand outside.
RANKS = {
    "files": -5,
    "cache": -4,
    "fields": -3,
    "record_class": -2,
    "lazy_pattern": -1,
    "model": 0,
    "units": 0,
    "faults": 0,
    "suggest": 0,
    "file_keys": 0,
    "knowledge": 1,
    "intake": 2,
    "formats": 3,
    "timeline": 4,
    "rules_file": 4,
    "diagnosis": 5,
    "rules": 6,
    "redaction": 6,
    "pipeline": 7,
    "settings": 8,
    "manual": 9,
    "library": 9,
    "selection": 10,
    "share": 8,
    "rebuild": 8,
    "report": 8,
    "audit": 11,
    "live": 9,
    "exits": 10,
    "guard": 10,
    "outputs": 11,
    "overwriting": 1,
    "messages": 10,
    "front_door": 10,
    "schemas": 12,
    "commands": 13,
    "cli": 14,
    "__main__": 15,
}
# Outputs are drawn from the records alone (and the words for figures), so that a report can be drawn again from stored
# ones; a stored result that can't be read is the user's to put right.
ONLY = {
    "report": {
        *("files", "cache", "lazy_pattern", "record_class"),
        *("model", "units", "fields", "faults", "report"),
    }
}

LONGEST_MODULE = 300
LONGEST_FUNCTION = 50


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room(path: Path) -> str:
    return path.relative_to(ROOT / "pushlog").parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """The rooms that a module imports from, inside functions and for type checking too."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for dotted in names:
            parts = dotted.split(".")
            if parts[0] == "pushlog":
                yield parts[1] if len(parts) > 1 and parts[1] in RANKS else ""


def wrong_way(own: str, rooms: set[str]) -> set[str]:
    if own in ONLY:
        return rooms - ONLY[own]
    return {other for other in rooms - {own} if other == "" or RANKS[other] >= RANKS[own]}


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_module_imports_from_its_own_room_and_those_to_its_left(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        return
    assert own in RANKS, f"{own} has no place in the order of rooms"
    assert wrong_way(own, set(imported(ast.parse(path.read_text("utf-8"))))) == set()


@pytest.mark.parametrize(
    ("own", "source", "wrong"),
    [
        ("formats", "from pushlog.intake.log_text import Text", set()),
        ("formats", "from pushlog import model", set()),
        ("formats", "from pushlog.timeline import clock", {"timeline"}),
        ("formats", "def f():\n    import pushlog.rules.base", {"rules"}),
        ("report", "from pushlog.knowledge import errors", {"knowledge"}),
        ("live", "from pushlog.audit import index", {"audit"}),
        ("rules", "from pushlog import analyze", {""}),
        ("cli", "import pandas", set()),
    ],
)
def test_the_check_of_imports_sees_what_it_should(own: str, source: str, wrong: set[str]) -> None:
    assert wrong_way(own, set(imported(ast.parse(source)))) == wrong


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "no docstring"
    assert source.count("\n") <= LONGEST_MODULE
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    # A command has a parameter for each option: its body counts.
    starts = {f.name: f.body[0].lineno if room(path) == "commands" else f.lineno for f in functions}
    lengths = {f.name: (f.end_lineno or f.lineno) - starts[f.name] + 1 for f in functions}
    assert {n: lines for n, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_every_rule_of_the_folder_is_in_the_tuple() -> None:
    rules = importlib.import_module("pushlog.rules")
    stems = [path.stem for path in sorted((ROOT / "pushlog" / "rules").glob("*.py")) if path.stem != "__init__"]
    modules = [importlib.import_module(f"pushlog.rules.{stem}") for stem in stems]
    found = {m.__name__ for m in modules if hasattr(m, "CODE") and (hasattr(m, "check") or hasattr(m, "across"))}
    registered: tuple[ModuleType, ...] = rules.RULES
    assert {rule.__name__ for rule in registered} == found
    assert len(registered) == len(found), "a rule is listed twice"
    for key in ("CODE", "NAME"):
        values = [getattr(rule, key) for rule in registered]
        assert len(set(values)) == len(values), f"two rules share a {key}"


def modules() -> dict[str, ast.Module]:
    named = {str(path.relative_to(ROOT).with_suffix("")).replace("/", "."): path for path in CODE}
    return {
        name.removesuffix(".__init__"): ast.parse(path.read_text("utf-8"))
        for name, path in named.items()
        if name != "pushlog.__init__"
    }


def neighbours(tree: ast.Module, known: set[str]) -> set[str]:
    """The modules that a module imports when it is loaded or for its types; a later import is no circle."""
    result = set()
    for node in (*tree.body, *(inner for block in tree.body if isinstance(block, ast.If) for inner in block.body)):
        if isinstance(node, ast.Import):
            result |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            dotted = {f"{node.module}.{alias.name}" for alias in node.names}
            result |= {name if name in known else str(node.module) for name in dotted}
    return result & known


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one circle of imports; none where there is no circle."""
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        done.add(name)
        return next((way for other in sorted(graph[name]) if (way := walk(other, (*path, name)))), [])

    return next((way for name in sorted(graph) if (way := walk(name, ()))), [])


def test_no_modules_import_each_other_in_a_circle() -> None:
    trees = modules()
    assert circle({name: neighbours(tree, set(trees)) for name, tree in trees.items()}) == []


def test_the_check_of_circles_sees_one() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


# Participles that say nothing of what a variable holds; see the glossary in CONTRIBUTING.
SAY_NOTHING = {"told", "said", "held", "worn", "chosen", "given", "known", "found", "own", "drawn"}


def says_nothing(word: str) -> bool:
    """Whether a name is a participle alone; constants are exempt, the values of an enum are words of a grammar."""
    return not word.isupper() and word.strip("_").lower() in SAY_NOTHING


def assigned(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that a module gives to a variable, a parameter, a function or a class, with its line.

    The fields of a record are named by the contract of the JSON output.
    """
    fields = {
        n.target for c in ast.walk(tree) if isinstance(c, ast.ClassDef) for n in c.body if isinstance(n, ast.AnnAssign)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in fields:
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_name_says_what_it_holds(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [(line, word) for line, word in assigned(tree) if says_nothing(word)] == []


def test_the_check_of_names_sees_what_it_should() -> None:
    tree = ast.parse("def _told(own):\n    found = 1\n    for known in own: pass\n    parsed = found")
    assert [word for _, word in assigned(tree) if says_nothing(word)] == ["_told", "own", "found", "known"]


def rows_of_the_map() -> list[tuple[list[str], list[str]]]:
    """The second table of tests/README.md: patterns of modules, and the tests of each."""
    lines = (ROOT / "tests" / "README.md").read_text("utf-8").split("| modules | tests |")[1].splitlines()
    rows = [line.split("|")[1:3] for line in lines if line.startswith("| `")]
    return [(re.findall(r"`([^`]+)`", modules), re.findall(r"`([^`]+)`", tests)) for modules, tests in rows]


@pytest.mark.parametrize("path", [path for path in CODE if path.name != "__init__.py"], ids=name)
def test_the_tests_of_a_module_are_found_by_its_name_or_in_the_map(path: Path) -> None:
    module = path.relative_to(ROOT / "pushlog").with_suffix("")
    by_name = ROOT / "tests" / module.parent / f"test_{module.name}.py"
    in_map = any(fnmatch(str(module), pattern) for modules, _ in rows_of_the_map() for pattern in modules)
    assert by_name.exists() or in_map, f"no tests/{module.parent}/test_{module.name}.py, and no row in tests/README.md"


def test_the_map_names_tests_that_exist() -> None:
    assert [test for _, tests in rows_of_the_map() for test in tests if not (ROOT / "tests" / test).exists()] == []
