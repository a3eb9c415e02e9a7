"""The grammars of `grammars/`, compiled. Lark's tables are cached: building them takes ten times as long as loading."""

from __future__ import annotations

import io
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pushlog.disk_cache import cached_bytes

if TYPE_CHECKING:
    from lark import Lark

_PACKAGE = "pushlog.grammars"


@cache
def load_grammar(file: str, *starts: str, flags: int = re.ASCII) -> Lark:
    """Return the LALR parser of one grammar. Its character classes are ASCII, as in the derived byte patterns."""
    import lark

    start_rules = starts or ("start",)

    def build() -> bytes:
        grammar = lark.Lark.open_from_package(
            _PACKAGE, file, parser="lalr", start=list(start_rules), maybe_placeholders=False, g_regex_flags=flags
        )
        tables = io.BytesIO()
        grammar.save(tables)
        return tables.getvalue()

    sources = (*_texts(), lark.__version__, *start_rules, str(flags))
    return lark.Lark.load(io.BytesIO(cached_bytes(file, sources, build)))


@cache
def _texts() -> tuple[str, ...]:
    """Return the texts of all grammars: any of them may import from another."""
    folder = files(_PACKAGE).iterdir()
    return tuple(text.read_text("utf-8") for text in sorted(folder, key=str) if text.name.endswith(".lark"))
