"""Where logs come from, `origins.toml`: the lines that CI systems print of themselves, and keys of side files.

The file explains every key.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pushlog.knowledge.shipped import ours
from pushlog.record_class import record

if TYPE_CHECKING:
    from pushlog.knowledge.tables import Row


@record
class OriginLine:
    """A line that a CI system prints; the groups of its pattern are fields. `proves`: no other system prints it."""

    id: str
    word: str
    ci: str
    pattern: str
    proves: bool
    sample: str
    source: str


@record
class Variables:
    """The variables of a CI system: name and field."""

    ci: str
    names: dict[str, str]


@record
class Address:
    """The address of a run of a CI system."""

    ci: str
    url: str


@record
class MetadataKeys:
    """The keys under which side files have a field, if a record has all keys of `present` and none of `absent`."""

    field: str
    keys: tuple[str, ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]


@record
class VersionLine:
    """A line in which a client prints its version, the group `version` of the pattern."""

    id: str
    word: str
    client: str
    pattern: str
    sample: str
    source: str


@record
class Origins:
    """The whole file; `systems` are the decorations that are CI systems, with their names."""

    systems: dict[str, str]
    lines: tuple[OriginLine, ...]
    variables: tuple[Variables, ...]
    addresses: tuple[Address, ...]
    metadata: tuple[MetadataKeys, ...]
    versions: tuple[VersionLine, ...]


@cache
def origins() -> Origins:
    """Return the file that comes with pushlog."""
    table = ours("origins.toml")
    return Origins(
        systems=_texts(table.table("systems")),
        lines=tuple(_line(row) for row in table.rows("line", "id")),
        variables=tuple(
            Variables(ci=row.text("ci"), names=_texts(row.table("names"))) for row in table.rows("variable", "ci")
        ),
        addresses=tuple(Address(ci=row.text("ci"), url=row.text("url")) for row in table.rows("address", "url")),
        metadata=tuple(
            MetadataKeys(
                field=row.text("field"),
                keys=row.texts("keys"),
                present=row.texts("with"),
                absent=row.texts("without"),
            )
            for row in table.rows("metadata", "id")
        ),
        versions=tuple(
            VersionLine(**{key: row.text(key) for key in ("id", "word", "client", "pattern", "sample", "source")})
            for row in table.rows("version", "id")
        ),
    )


def _texts(row: Row) -> dict[str, str]:
    return {key: row.text(key) for key in row.own_keys()}


def _line(row: Row) -> OriginLine:
    proves = row.flag("proves")
    return OriginLine(
        id=row.text("id"),
        word=row.text("word"),
        ci=row.text("ci"),
        pattern=row.text("pattern"),
        proves=proves is None or proves,
        sample=row.text("sample"),
        source=row.text("source"),
    )
