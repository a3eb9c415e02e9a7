"""The TOML files that come with pushlog, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.cache.disk import cached_bytes
from pushlog.knowledge.tables import WHOLE, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE = "pushlog.knowledge"
# Stands for the form of the cached JSON: a cache of another form is made again.
_CACHE_FORMAT = "a list of tables, one for each file"


def ours(file: str) -> Row:
    """Return a whole file that comes with pushlog as one row."""
    from importlib.resources import files

    (row,) = _shipped(file, {file: files(_PACKAGE).joinpath(file).read_text("utf-8")})
    return row


def ours_in(folder: str) -> tuple[Row, ...]:
    """Return each file of a folder that comes with pushlog as one row, in the order of their names."""
    return _shipped(folder, texts_in(folder))


def texts_in(folder: str) -> dict[str, str]:
    """Return the texts of the files of a folder that comes with pushlog, in the order of their names."""
    from importlib.resources import files

    tables = sorted(files(_PACKAGE).joinpath(folder).iterdir(), key=lambda file: file.name)
    return {f"{folder}/{file.name}": file.read_text("utf-8") for file in tables if file.name.endswith(".toml")}


def _shipped(name: str, texts: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the rows of texts by path, which are cached as JSON: that is read ten times as fast as TOML."""
    import json

    def parse() -> bytes:
        import tomllib

        return json.dumps([tomllib.loads(text) for text in texts.values()]).encode()

    tables = json.loads(cached_bytes(name, (*texts.values(), _CACHE_FORMAT), parse))
    return tuple(Row(path, WHOLE, table, tested=True) for path, table in zip(texts, tables, strict=True))
