"""Logs as people have them, one file for each kind, each with the story that is expected of it.

A file says what the kind is (`about`) and lists logs: `text` as it stands, or `bytes` with Python's escapes. `role`
says whether a log is of the kind itself, a sibling, or a look-alike that must stay what it is. Only the keys given are
compared of a push: dotted paths into the `pushlog/1` JSON; `layers` is their number, `rules` and `not_rules` are names
of findings that must and must not be there. `source` and `missed` do the same for the log.
"""

import ast
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pushlog.intake.read import raw
from pushlog.pipeline import analyze_raw
from pushlog.report.json import render
from tests.consistency.checks import contradictions

FOLDER = Path(__file__).parent
ROLES = {"input", "sibling", "lookalike"}
KEYS = {"name", "role", "text", "bytes", "file", "pushes", "source", "missed"}


def kinds() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(FOLDER.rglob("*.toml")):
        yield path, tomllib.loads(path.read_text("utf-8"))


def logs() -> Iterator[Any]:
    for path, kind in kinds():
        for log in kind["log"]:
            yield pytest.param(log, id=f"{path.parent.name}/{path.stem}/{log['name']}")


def content(log: dict[str, Any]) -> bytes:
    if "bytes" in log:
        literal = log["bytes"].replace("'", "\\'")
        return str(ast.literal_eval(f"'''{literal}'''")).encode("utf-8", "surrogateescape")
    return str(log["text"]).encode()


def value(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = record[int(name)] if isinstance(record, list) else record[name] if record is not None else None
    return record


def compared(expected: dict[str, Any], push: dict[str, Any]) -> dict[str, Any]:
    """What the push has in place of each expected value."""
    names = [finding["name"] for finding in push["findings"]]
    special = {
        "layers": lambda _: len(push["layers"]),
        "rules": lambda wanted: [name for name in wanted if name in names],
        "not_rules": lambda refused: [name for name in refused if name not in names],
    }
    return {key: special[key](want) if key in special else value(push, key) for key, want in expected.items()}


def expectation(fields: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: the word `null` stands for it."""
    return {key: None if item == "null" else item for key, item in fields.items()}


@pytest.mark.parametrize("log", list(logs()))
def test_a_log_from_the_world_is_read_as_a_person_reads_it(log):
    analyzed = analyze_raw(raw(log.get("file", "push-log.txt"), content(log)))
    assert contradictions(content(log).decode("utf-8", "replace"), analyzed.pushes) == []
    document = json.loads(render([analyzed]))["logs"][0]
    pushes = [expectation(push) for push in log["pushes"]]
    read = document["pushes"]
    assert len(read) == len(pushes), [(push["client"], push["lines"], push["outcome"]) for push in read]
    assert [compared(want, push) for want, push in zip(pushes, read, strict=True)] == pushes
    source = expectation(log.get("source", {}))
    assert {key: value(document["source"], key) for key in source} == source
    if "missed" in log:
        assert [missed["line"] for missed in document["source"]["missed"]] == log["missed"]


@pytest.mark.parametrize(
    ("path", "kind"), list(kinds()), ids=lambda value: value.stem if isinstance(value, Path) else ""
)
def test_a_kind_says_what_it_is_and_its_logs_are_well_formed(path, kind):
    assert kind["about"].endswith((".", ")")), f"{path.name}: about is no sentence"
    names = [log["name"] for log in kind["log"]]
    assert len(set(names)) == len(names), "two logs of a kind share a name"
    for log in kind["log"]:
        assert set(log) <= KEYS, set(log) - KEYS
        assert log["role"] in ROLES
        assert ("text" in log) != ("bytes" in log)
