"""References and JSON Schemas of the TOML files that users write, made from `knowledge/file_forms.py`."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from pushlog.file_keys import Kind
from pushlog.knowledge.file_forms import RULES_EXAMPLE, RULES_FILE, RULES_NOTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pushlog.file_keys import Key

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: dict[str, object] = {"type": "string", "minLength": 1}
_TEXTS: dict[str, object] = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_BY_SCOPE: dict[str, object] = {"anyOf": [*_TEXTS["anyOf"], {"type": "object", "additionalProperties": _TEXT}]}  # type: ignore[misc]  # a schema is typed as any object
_TYPES: dict[Kind, dict[str, object]] = {
    Kind.TEXT: _TEXT,
    Kind.TEXTS: _TEXTS,
    Kind.WORDS: _BY_SCOPE,
    Kind.ALL_WORDS: {"anyOf": [_TEXT, _BY_SCOPE, {"type": "array", "items": _BY_SCOPE}]},
    Kind.PATTERN: _TEXT,
    Kind.PATTERNS: _TEXTS,
    Kind.FLAG: {"type": "boolean"},
    Kind.NUMBER: {"type": "number"},
    Kind.DATE: {"type": "string", "format": "date"},
}


def rules_file_page(width: int) -> str:
    """Return the reference of the rules file."""
    return page("The rules file", RULES_NOTES, RULES_EXAMPLE, RULES_FILE, width)


def page(title: str, notes: Sequence[str], example: str, keys: Sequence[Key], width: int) -> str:
    """Return the reference of a file: what it is for, an example, every key."""
    parts = [title, *(_wrapped(note, width) for note in notes), textwrap.indent(example.strip(), "    ")]
    return "\n\n".join([*parts, *_tables(keys, "", width)])


def _tables(keys: Sequence[Key], path: str, width: int) -> Iterator[str]:
    """Yield the keys of a table, then the tables in it."""
    plain = [key for key in keys if not key.keys]
    if plain:
        yield "\n".join(line for key in plain for line in _entry(key, width))
    for key in keys:
        if key.keys:
            name = f"{path}{key.name}"
            header = f"[[{name}]]" if key.kind is Kind.ROWS else f"{name}"
            yield _wrapped(f"{header}  {key.meaning}", width)
            yield from _tables(key.keys, f"{name}.", width)


def _entry(key: Key, width: int) -> list[str]:
    needed = ", needed" if key.required else ""
    choices = f" One of {', '.join(key.choices)}." if key.choices else ""
    text = f"{key.meaning} ({key.kind.value}{needed}).{choices}"
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"  {key.name:<16}",
        subsequent_indent=" " * 18,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def file_schema(title: str, keys: Sequence[Key]) -> str:
    """Return the JSON Schema of a file."""
    return json.dumps({"$schema": DIALECT, "title": title, **_object(keys)}, indent=2, ensure_ascii=False) + "\n"


def _object(keys: Sequence[Key], *, is_row: bool = False) -> dict[str, object]:
    # A row may leave out what the row has that it replaces; its name it must give.
    required = [key.name for key in keys if key.required and (not is_row or key is keys[0])]
    return {
        "type": "object",
        "properties": {key.name: _value(key) for key in keys},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _value(key: Key) -> dict[str, object]:
    if key.kind is Kind.ROWS:
        return {"type": "array", "items": _object(key.keys, is_row=True), "description": key.meaning}
    if key.kind is Kind.TABLE:
        return {**_object(key.keys), "description": key.meaning}
    if key.choices:
        # The words for true and false may be said with those.
        allowed: list[object] = [{"enum": list(key.choices)}]
        if {"yes", "no"} <= set(key.choices) or "read" in key.choices:
            allowed.append({"type": "boolean"})
        return {"anyOf": allowed, "description": key.meaning}
    return {**_TYPES[key.kind], "description": key.meaning}
