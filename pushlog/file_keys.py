"""The keys of the TOML files that users write: what each holds and means, for loaders, references and JSON Schemas."""

from __future__ import annotations

from enum import StrEnum

from pushlog.record_class import record


class Kind(StrEnum):
    """What a value is."""

    TEXT = "text"
    TEXTS = "text or a list of texts"
    WORDS = "text, or texts by scope"
    ALL_WORDS = "text, texts by scope, or a list of those"
    PATTERN = "regular expression"
    PATTERNS = "regular expression or a list of them"
    FLAG = "true or false"
    NUMBER = "number"
    DATE = "date, such as 2027-01-31"
    TABLE = "table"
    ROWS = "list of tables"


@record
class Key:
    """One key: its kind, what it means, the words that it may hold, and the keys of a table in it."""

    name: str
    kind: Kind
    meaning: str
    choices: tuple[str, ...] = ()
    required: bool = False
    keys: tuple[Key, ...] = ()
