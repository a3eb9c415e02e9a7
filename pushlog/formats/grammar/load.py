"""The grammars of `grammars/`, compiled. Lark's tables are cached: building them takes ten times as long as loading."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pushlog.cache.disk import cached_bytes
from pushlog.cache.patterns import kept_pattern
from pushlog.formats.grammar import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from lark import Lark

_PACKAGE = "pushlog.grammars"
# A kind of text, a pair of texts and a number: all that Lark's tables hold beside lists and the like.
_PLAIN = {("lark.lexer", "Token"), ("lark.load_grammar", "PackageResource"), ("re", "RegexFlag")}


@cache
def load_grammar(file: str, *starts: str, flags: int = re.ASCII) -> Lark:
    """Return the LALR parser of one grammar. Its character classes are ASCII, as in the derived byte patterns."""
    import lark

    start_rules = starts or ("start",)

    def build() -> Lark:
        return lark.Lark.open_from_package(
            _PACKAGE, file, parser="lalr", start=list(start_rules), maybe_placeholders=False, g_regex_flags=flags
        )

    def tables() -> bytes:
        stream = io.BytesIO()
        build().save(stream, exclude_options=["import_paths"])
        return stream.getvalue()

    sources = (_texts(), lark.__version__, *start_rules, str(flags))
    try:
        parser = lark.Lark.load(_Tables(io.BytesIO(cached_bytes(file, sources, tables))).load())
    except pickle.UnpicklingError:  # another version of Lark, whose tables hold more kinds of data
        parser = build()
    _keep_patterns(parser)
    return parser


def derived(what: Callable[..., str], file: str, rule: str, **names: Collection[str]) -> str:
    """Return what a function of `regex` derives from a rule of a grammar, cached: then the grammar need not be loaded.

    One call of each function for each grammar is kept. `names`: the function's own arguments.
    """
    import lark

    code = _code()
    if not code:
        return what(load_grammar(file), rule, **names)
    arguments = json.dumps([rule, {key: sorted(values) for key, values in names.items()}], sort_keys=True)
    return cached_bytes(
        f"{file}.{what.__name__}",
        (_texts(), code, lark.__version__, arguments),
        lambda: what(load_grammar(file), rule, **names).encode(),
    ).decode()


class _KeptPatterns:
    """What a lexer of Lark asks the module `re` for, with patterns that are kept on disk."""

    @staticmethod
    @cache
    def compile(pattern: str, flags: int = 0) -> re.Pattern[str]:
        return kept_pattern(pattern, flags)

    @classmethod
    def match(cls, pattern: str, text: str, flags: int = 0) -> re.Match[str] | None:
        return cls.compile(pattern, flags).match(text)


def _keep_patterns(parser: Lark) -> None:
    """Let the lexers of a parser keep their patterns: to compile those of one log takes a tenth of a small run.

    Each makes its patterns when it is first used. One of another version of Lark that works otherwise is left alone.
    """
    lexer: object = getattr(parser.parser, "lexer", None)
    lexers: Mapping[int, object] = getattr(lexer, "lexers", {})
    for each in (*lexers.values(), getattr(lexer, "root_lexer", lexer)):
        if getattr(each, "re", None) is re:
            setattr(each, "re", _KeptPatterns)  # noqa: B010 - it has no name for a type checker


class _Tables(pickle.Unpickler):
    """Reads Lark's tables, which are plain data: what wants to make or call anything else is refused."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in _PLAIN:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in the tables of a grammar")
        return super().find_class(module, name)


@cache
def _texts() -> str:
    """Return a hash of the texts of all grammars: any of them may import from another."""
    folder = sorted(files(_PACKAGE).iterdir(), key=str)
    texts = [hashlib.sha256(text.read_bytes()).digest() for text in folder if text.name.endswith(".lark")]
    return hashlib.sha256(b"".join(texts)).hexdigest()


@cache
def _code() -> str:
    """Return the code of `regex`; nothing where only compiled code was installed."""
    try:
        return Path(regex.__file__).read_text("utf-8")
    except OSError:
        return ""
