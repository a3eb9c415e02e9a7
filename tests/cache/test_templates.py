"""A template that one process compiled is not compiled by the next one, and shows the same."""

import jinja2
import pytest

from pushlog.cache import templates
from pushlog.pipeline import analyze
from pushlog.report import html
from tests.paths import SAMPLES

SAMPLE = SAMPLES / "buildah-ok-piped.txt"


pytestmark = pytest.mark.usefixtures("at_end")


@pytest.fixture(autouse=True)
def environment():
    """Templates that no earlier test made."""
    html.environment.cache_clear()
    yield
    html.environment.cache_clear()


@pytest.fixture
def compiled(monkeypatch):
    """The names of the templates that were compiled."""
    names: list[str] = []
    compile_template = jinja2.Environment.compile

    def noted(self, source, name=None, *rest, **named):
        names.append(name)
        return compile_template(self, source, name, *rest, **named)

    monkeypatch.setattr(jinja2.Environment, "compile", noted)
    return names


def another_process(at_end):
    for keep in at_end:
        keep()
    at_end.clear()
    html.environment.cache_clear()


def test_the_next_process_compiles_no_template_and_shows_the_same(at_end, compiled):
    log = analyze(SAMPLE)
    page = html.render([log])
    assert "report.html.jinja" in compiled
    another_process(at_end)
    compiled.clear()
    assert html.render([log]) == page
    assert compiled == []


def test_another_version_of_jinja_compiles_them_again(at_end, compiled, monkeypatch):
    html.render([analyze(SAMPLE)])
    another_process(at_end)
    compiled.clear()
    monkeypatch.setattr(templates, "version", "0")
    html.render([analyze(SAMPLE)])
    assert "report.html.jinja" in compiled


def test_a_template_that_was_changed_is_compiled_again(compiled):
    changed = {"a": "one"}
    cache = templates.KeptTemplates()
    loader = jinja2.DictLoader(changed)
    assert jinja2.Environment(loader=loader, bytecode_cache=cache).get_template("a").render() == "one"
    changed["a"] = "two"
    assert jinja2.Environment(loader=loader, bytecode_cache=cache).get_template("a").render() == "two"
    assert compiled == ["a", "a"]
