"""The grammars of `grammars/`, compiled. Lark's tables are kept: making them takes ten times as long as loading."""

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
    """The parser of one grammar. LALR; ASCII classes, so that byte patterns derived from it mean the same."""
    import lark

    start = starts or ("start",)

    def made() -> bytes:
        grammar = lark.Lark.open_from_package(
            _PACKAGE, file, parser="lalr", start=list(start), maybe_placeholders=False, g_regex_flags=flags
        )
        tables = io.BytesIO()
        grammar.save(tables)
        return tables.getvalue()

    sources = (*_texts(), lark.__version__, *start, str(flags))
    return lark.Lark.load(io.BytesIO(cached_bytes(file, sources, made)))


@cache
def _texts() -> tuple[str, ...]:
    """All grammars, for one may import from any other."""
    folder = files(_PACKAGE).iterdir()
    return tuple(text.read_text("utf-8") for text in sorted(folder, key=str) if text.name.endswith(".lark"))
