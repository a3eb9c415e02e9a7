"""The site of `pushlog rules -f html=DIR/`: a page for every rule, every registry, every CI system; no server needed.

All pages are whole without script, and a search of the browser finds every error text on the index; the script only
filters. Pages are named as their rules, so that a report can link to them.
"""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from typing import TYPE_CHECKING

from pushlog.files import put
from pushlog.knowledge.base import shipped
from pushlog.knowledge.clients import clients
from pushlog.knowledge.decorations import decorations
from pushlog.knowledge.recipes import recipes
from pushlog.knowledge.signatures import Verified, signatures
from pushlog.knowledge.wording import sentences, steps
from pushlog.manual.rule_pages import pages
from pushlog.model import Client
from pushlog.record_class import record
from pushlog.report.html import environment, stylesheet
from pushlog.rules import RULES, failure
from pushlog.units import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pushlog.knowledge.registries import Registry
    from pushlog.knowledge.signatures import Signature
    from pushlog.manual.rule_pages import Page

INDEX, REGISTRIES, SYSTEMS, SCRIPT, STYLE = "index.html", "registries.html", "ci-systems.html", "rules.js", "report.css"
# The hundreds of a code say what a rule is about (rules/__init__.py).
GROUPS = {
    "0": "Why a push failed",
    "1": "Retries",
    "2": "Time and reuse",
    "3": "How the log was kept",
    "4": "Habits",
    "5": "Limits",
    "6": "What else an error can mean",
}
_AGAIN = {True: "may help", False: "does not help", None: "may or may not help"}


@record
class Error:
    """A row of the catalogue for people."""

    id: str
    family: str
    title: str
    samples: tuple[str, ...]
    cause: str
    retried: str
    again: str
    steps: tuple[str, ...]
    source: str
    is_inferred: bool


@record
class RegistryView:
    """A registry for people: its hosts as patterns, its limits in words, each with its source."""

    kind: str
    name: str
    hosts: tuple[str, ...]
    login: str
    token: str
    limits: tuple[tuple[str, str, str], ...]
    notes: tuple[str, ...]


@record
class SystemView:
    """A CI system or log store: the prefixes that it writes, and the script that fetches its logs."""

    id: str
    prefixes: tuple[str, ...]
    title: str
    script: str


def write_site(folder: Path) -> tuple[str, ...]:
    """Write all pages into a folder and return their names. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = dict(_documents())
    for name, text in written.items():
        put(folder / name, text.encode(), sync=False)
    return tuple(written)


def _documents() -> Iterator[tuple[str, str]]:
    errors = by_family()
    every_page = list(pages())
    groups = {title: [p for p in every_page if p.code[2] == digit] for digit, title in GROUPS.items()}
    yield STYLE, stylesheet()
    yield SCRIPT, files("pushlog.templates").joinpath(SCRIPT).read_text(encoding="utf-8")
    for rule_page in every_page:
        text = _draw("rule", rule=rule_page, paragraphs=_paragraphs(rule_page), errors=errors[rule_page.name])
        yield f"{rule_page.name}.html", text
    yield REGISTRIES, _draw("registries", registries=[_registry(entry) for entry in shipped().registries])
    yield SYSTEMS, _draw("systems", systems=systems())
    yield INDEX, _draw("index", groups=groups, errors=[error for rows in errors.values() for error in rows])


def _draw(kind: str, **values: object) -> str:
    return environment().get_template("rules.html.jinja").render(kind=kind, **values)


def _paragraphs(rule_page: Page) -> tuple[str, ...]:
    """Return what a rule's docstring says below its title; a family has the docstrings of the rules of its code."""
    modules = [rule for rule in RULES if rule_page.code == rule.CODE and rule is not failure]
    docs = [" ".join(part.split()) for rule in modules for part in (rule.__doc__ or "").strip().split("\n\n")]
    return tuple(part for part in docs if part.rstrip(".") != rule_page.title)


def by_family() -> Mapping[str, list[Error]]:
    """Return all rows of the catalogue by family, written for Docker."""
    rows: dict[str, list[Error]] = defaultdict(list)
    for row in signatures():
        rows[row.family.value].append(_error(row))
    return rows


def _error(row: Signature) -> Error:
    docker = clients()[Client.DOCKER]
    words = docker.words("REFERENCE")
    return Error(
        id=row.id,
        family=row.family.value,
        title=sentences((row.title,), docker.scopes, words),
        samples=row.sample,
        cause=sentences(row.cause, docker.scopes, words),
        retried=f"By Docker such an error is {row.daemon}.",
        again=f"Pushing again {_AGAIN[row.retry_helps]}.",
        steps=steps(row.remedy, docker.scopes, words),
        source=row.source,
        is_inferred=row.verified is Verified.INFERRED,
    )


def _registry(entry: Registry) -> RegistryView:
    docker = clients()[Client.DOCKER]
    token = "" if entry.token_seconds is None else f"{seconds(entry.token_seconds)} ({entry.token_source})"
    scopes = (*docker.scopes, f"on-{entry.kind}")
    login = sentences((entry.login,), scopes, {**docker.words("REFERENCE"), "registry": "REGISTRY"})
    return RegistryView(
        kind=entry.kind,
        name=entry.name,
        hosts=tuple(map(str, entry.hosts)),
        login=login,
        token=token,
        limits=tuple(
            (limit.words, limit.source, "" if limit.verified else "not read at its source") for limit in entry.limits
        ),
        notes=(
            *((f"To push, an account needs {entry.right} ({entry.right_source}).",) if entry.right else ()),
            *entry.notes,
        ),
    )


def systems() -> tuple[SystemView, ...]:
    """Return all CI systems and log stores that are known, by name."""
    prefixes: dict[str, list[str]] = defaultdict(list)
    for form in decorations().forms:
        prefixes[form.system].append(form.sample.partition("\n")[0])
    scripts = {recipe.id: recipe for recipe in recipes()}
    return tuple(
        SystemView(
            id=name,
            prefixes=tuple(prefixes.get(name, ())),
            title=scripts[name].title if name in scripts else "",
            script=str(scripts[name]) if name in scripts else "",
        )
        for name in sorted({*prefixes, *scripts})
    )
