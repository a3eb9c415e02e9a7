"""No pattern can read a text in so many ways that a log of a few hundred bytes is never done."""

import ast
import importlib
import pkgutil
import re
import time
import tomllib
import warnings

import lark
import pytest

import pushlog
from pushlog.formats.docker import inline
from pushlog.formats.docker.candidate_lines import grammar as docker_grammar
from pushlog.formats.docker.candidate_lines import lines_pattern
from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw
from tests.hostile.ambiguous import suspicions, takes_forever
from tests.logs import HEADER, A
from tests.paths import ROOT

SLOW = (
    r"(?:<\w+>|\S)+\]",
    r"(a+)+$",
    r"(?:\*\*\*?|<{2,})+$",
    r"(?:id: ?[^\n]*\n)*data",
    r'(?: a=(?:"[^"]*"|\S*))+ push',
    rb"(?:--?[\w-]+ )*push",
    r"(?:x{1,3}y?)+z",
)
QUICK = (
    r"(?:<\w+>|\S)++\]",
    r"(?:\*{2,}+|<{2,}+)+$",
    r"(?:id:[^\n]*\n)*data",
    r'(?: a=(?>"[^"]*"(?= )|\S*))+ push',
    rb"(?:-[\w-]+ )*push",
    r"(?:[a-z]+ )*\d",
    r"(?:\d{3},)*\d",
)


@pytest.mark.parametrize("source", SLOW)
def test_a_repeat_with_two_readings_is_found(source):
    pattern = re.compile(source)
    assert any(takes_forever(pattern, *find) for find in suspicions(pattern))


@pytest.mark.parametrize("source", QUICK)
def test_one_with_a_single_reading_is_none(source):
    pattern = re.compile(source)
    assert not any(takes_forever(pattern, *find) for find in suspicions(pattern))


def compiled(source, flags=0):
    """A text as a pattern, None for one that is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(source, flags)
    except (re.error, OverflowError, ValueError):
        return None


def of_modules():
    """The patterns that modules hold, and all texts in them that could be one."""
    for path in sorted((ROOT / "pushlog").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and len(node.value) < 5000:
                yield compiled(node.value)
    for module in pkgutil.walk_packages(pushlog.__path__, "pushlog."):
        for value in vars(importlib.import_module(module.name)).values():
            for one in value if isinstance(value, tuple) else (value,):
                if type(one).__name__ == "_LazyPattern":
                    yield compiled(one.pattern, one._flags)
                elif isinstance(one, re.Pattern):
                    yield one


def of_tables():
    """All texts of the tables of knowledge that could be a pattern."""
    for path in sorted((ROOT / "pushlog").rglob("*.toml")):
        waiting: list[object] = [tomllib.loads(path.read_text("utf-8"))]
        for value in waiting:
            waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
            if isinstance(value, str) and len(value) < 5000:
                yield compiled(value, re.IGNORECASE)


def of_grammars():
    """The terminals of the grammars, and what is derived from them to find docker's lines anywhere."""
    yield lines_pattern()
    yield inline._pattern(docker_grammar())
    for path in sorted((ROOT / "grammars").glob("*.lark")):
        text = path.read_text("utf-8")
        starts = re.findall(r"^\??([a-z]\w*)(?:\.-?\d+)?:", text, re.MULTILINE)
        grammar = lark.Lark(text, start=starts, import_paths=[str(path.parent)], g_regex_flags=re.ASCII)
        for terminal in grammar.terminals:
            yield compiled(terminal.pattern.to_regexp(), re.ASCII)


@pytest.mark.parametrize("collect", [of_modules, of_tables, of_grammars])
def test_no_pattern_has_a_repeat_with_two_readings(collect):
    patterns = {(pattern.pattern, pattern.flags): pattern for pattern in collect() if pattern is not None}
    assert len(patterns) > 500
    slow = {
        pattern.pattern: find
        for pattern in patterns.values()
        for find in suspicions(pattern)
        if takes_forever(pattern, *find)
    }
    assert slow == {}


# Each took minutes, or would have: what stands around the pieces is what a push prints.
ENDLESS = {
    "tags in a name": f"The push refers to repository [r{'<html>' * 30}x]{A}: Waiting\n",
    "variables in a reference": f"$ docker push {'$ab' * 30}!\n{HEADER}\n{A}: Preparing\n",
    "options before a reference": f"$ docker push{' --platform=a -a=a' * 30} !\n{HEADER}\n{A}: Preparing\n",
    "variables before a command": "$ " + 'a="" ' * 40 + f"docker pus\n{HEADER}\n{A}: Preparing\n",
    "options of a command that pushes": f"docker {'--a ' * 40}pusx\n",
    "scopes of a token": f"{HEADER}\n{A}: Preparing\nerror authorizing {':a ' + 'a::a ' * 40}tokem for x\n",
    "marks behind an error": f"{HEADER}\n{A}: Preparing\nerror: denied: no {'<' * 60}x\n",
    "a message that stays broken": f'{HEADER}\n{A}: Preparing\n{{"status":"Prep\n{"a" * 40_000}\n',
    "events of a stream": "id: 1\n" + "retry: \n" * 40 + "data {",
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_such_a_log_is_done(text):
    assert analyze_raw(raw("x", text.encode())).source.lines == text.count("\n") + (text[-1:] != "\n")


# What stands before an error, a command or a prefix: each is looked at by patterns of its own.
BEFORE = ("denied: ", "Error response from daemon: ", "failed to push r: ", "WARN: x ", "INFO[0001] ", "helm push ")
SIGNS = (" ", "\t", "\\", '"', "=", "[", "`", "<", "*", "0", "a", "a ")


@pytest.mark.parametrize("sign", SIGNS)
def test_a_long_run_of_one_sign_is_read_once(sign):
    def took(size: int) -> float:
        text = "".join(f"{HEADER}\n{A}: Preparing\n{words}{sign * (size // len(sign))}x\n" for words in BEFORE)
        given = raw("x", text.encode())
        began = time.process_time()
        analyze_raw(given)
        return time.process_time() - began

    took(100)
    # Twice the linear growth and a tenth of a second for the machine: a quadratic one is 16 times.
    assert took(12_000) <= 8 * took(3_000) + 0.1


def test_a_line_of_nothing_but_options_is_read_once():
    def took(size: int) -> float:
        given = raw("x", (("docker -a " * (size // 10) + "x\n") * 8 + f"{HEADER}\n{A}: Preparing\n").encode())
        began = time.process_time()
        analyze_raw(given)
        return time.process_time() - began

    took(100)
    assert took(16_000) <= 8 * took(4_000) + 0.1


@pytest.mark.parametrize("sign", SIGNS)
def test_a_long_run_of_one_sign_before_words_of_a_ci_system_is_read_once(sign):
    words = ("ERROR: Job failed: exit code 1", "##[group]Run docker push", "/home/runner/work/web/web")

    def took(size: int) -> float:
        run = sign * (size // len(sign))
        given = raw("x", f"{HEADER}\n{A}: Preparing\n{run}{run.join(words)}\n".encode())
        began = time.process_time()
        analyze_raw(given)
        return time.process_time() - began

    took(100)
    assert took(16_000) <= 8 * took(4_000) + 0.1
