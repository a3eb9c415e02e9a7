"""Every output has the form that `outputs.py` relies on; mypy checks it here, module by module."""

from pushlog.outputs import FORMATS
from pushlog.report import (
    azure,
    github,
    gitlab,
    html,
    json,
    jsonl,
    junit,
    markdown,
    otlp,
    sarif,
    slack,
    teams,
    text,
    trace,
)
from pushlog.report.output import Output

MODULES: tuple[Output, ...] = (
    text,
    json,
    html,
    markdown,
    github,
    gitlab,
    sarif,
    junit,
    trace,
    otlp,
    azure,
    jsonl,
    slack,
    teams,
)


def test_every_format_is_one_of_the_modules_that_are_checked_here():
    assert {module.__name__.rpartition(".")[2] for module in MODULES} == set(FORMATS)
