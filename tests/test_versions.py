"""What a user of the last release relies on is still there: fields, values, rule names and exit statuses.

CONTRIBUTING says what may change in which version. `schemas/released.json` is made anew when a version is released.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pushlog.exits import Exit
from pushlog.manual.rule_pages import pages

RELEASED = json.loads((Path(__file__).parent / "schemas" / "released.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def current(root: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((root / "pushlog" / "report" / "pushlog-1.schema.json").read_text("utf-8"))
    return schema


def bare(node: Any) -> Any:
    """Return a schema without its prose, which may change in any version."""
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key != "description" or not isinstance(value, str)}
    return [bare(item) for item in node] if isinstance(node, list) else node


def broken(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """Yield the places where a reader of the old schema could be surprised by a result of the new one."""
    if isinstance(old, dict):
        for key, value in old.items():
            if not isinstance(new, dict) or key not in new:
                yield f"{where}/{key} is gone"
            else:
                yield from broken(value, new[key], f"{where}/{key}")
    elif where.endswith("/prefixItems"):
        if len(old) != len(new):
            yield f"{where}: {len(old)} items are {len(new)}"
        for number, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from broken(before, after, f"{where}/{number}")
    elif isinstance(old, list):
        # Of enums, required fields and types that may be: what was there stays. A type or a null more is a surprise.
        missing = [item for item in old if item not in new]
        added = [item for item in new if item not in old] if where.endswith(("/type", "/anyOf", "/oneOf")) else []
        if missing or added:
            yield f"{where}: {missing or added}"
    elif old != new:
        yield f"{where}: {old} is {new}"


def test_the_schema_keeps_what_was_released(current: dict[str, Any]) -> None:
    assert list(broken(RELEASED["schema"], bare(current))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"properties": {"a": {}}}, {"properties": {}}),
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": ["string"]}, {"type": ["string", "null"]}),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}),
        ({"required": ["a"]}, {"required": []}),
        ({"const": "pushlog/1"}, {"const": "pushlog/2"}),
    ],
)
def test_a_change_that_breaks_is_seen(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert list(broken(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"properties": {"a": {}}}, {"properties": {"a": {}, "b": {}}}),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}),
        ({"required": ["a"]}, {"required": ["a", "b"]}),
    ],
)
def test_an_addition_is_none(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert not list(broken(old, new))


def test_rules_keep_code_and_name() -> None:
    now = {page.code: page.name for page in pages()}
    assert {code: now.get(code) for code in RELEASED["rules"]} == RELEASED["rules"]


def test_exit_statuses_are_never_renumbered() -> None:
    assert {name: Exit[name] for name in RELEASED["exits"]} == RELEASED["exits"]
