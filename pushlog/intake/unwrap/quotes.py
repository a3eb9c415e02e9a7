"""What stands before lines that a log only quotes, so that it is no prefix of a CI system or a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.unwrap.code_lines import is_code
from pushlog.intake.unwrap.line_prefix import LinePrefix, outer_form, without_colours
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText
    from pushlog.knowledge.decorations import Decoration

# The marks of pytest, of diff, and of test runners that number the lines of both texts.
_COMPARED = lazy_pattern(rb"(?:E {3,}(?:[-+?] *)?|[ \t]*(?:\d+ +)*\d* *(?:\xe2\x94\x82 ?)?[-+][ \t]*)[\"'`]?")
# The mark of pytest at the end of what stands before a line, whatever stands before the mark.
_MARKED = lazy_pattern(rb"(?:^|[\s|:>\])}-]|\\n)E {3,}(?:[-+?] *)?[\"'`]?\Z")
# What a program puts before the lines that it would print if it did what it only tries out.
_DRY_RUN = lazy_pattern(rb"(?i:(?:^|[\s|:>\])}])\W{0,3}dry[ _-]?run(?: mode)?\W{0,3})\Z")
# An item of a list that a tool prints as YAML, below the name of the list.
_YAML_ITEM = lazy_pattern(rb"[ \t]*- *[\"']?")
# A text that is assigned, compared or handed to a function, or a line of a file of source. Errors show what they were
# made of like a call, and programs name a channel before what came through it.
_CHANNELS = rb"(?<!\bstdout)(?<!\bstderr)(?<!\boutput)(?<!\berror)(?<!\bmessage)(?<!\breason)(?<!\bresult)"
_IN_SOURCE = lazy_pattern(
    rb"(?:\s:=\s*|\b(?:return|echo|printf)\s+(?:-\w+\s+)?[bfru]{0,2}|"
    rb"(?:\b(?:const|let|var|val|final|static)\s+(?:[\w<>\[\]]{1,40}\s+){0,2}\w+(?:: ?\w+)?|\$\w+)\s*=\s*|"
    + _CHANNELS
    + rb"\s+\+?=\s*|\b(?i:expect(?:ed)?|actual|want|got|received|left|right)"
    rb"(?: (?:substring|string|value|pattern|message|output))? *[:=]?\s*"
    rb"|\bto (?:include|contain|match|equal|eq|be)\s+"
    rb"|(?<!\w)(?:\w+\.)*(?!\w*(?:Error|Exception|Failure|Failed|Fault|Exit)\()"
    rb"\w+\((?:[\w.&]{1,40}, ){0,3}(?:\{ ?\w+: ?)?)"
    rb"[bfru]{0,2}(?:[\"'`]|\"{3}|'{3})"
    rb"(?:[^\"'`\\]|\\.)*\Z"
    # A script prints the words.
    rb"|(?:\A|[\s;&|(])(?:echo|Write-(?:Host|Output))(?: -\w+)* +\Z"
    # What Gomega and bats put before a text that they compare.
    rb"|(?:\A|\s)<\w+>: \Z|# (?:output|substring|expected|actual|regexp|line) *: \Z"
    # A message of the Engine as a map of Go.
    rb"|map\[string\](?:string|any|interface\{\})\{\"status\": ?\"\Z"
    rb"|\.(?:go|py|[jt]sx?|rb|rs|java|kt|scala|cs|php|c|cc|cpp|h|sh|bats|lark|toml|ya?ml|md)[:-]\d+[:-][^\n]*\Z"
)
# A list of texts in the source of a program begins so; one in the output of a tool has its name in quotes.
_LIST = lazy_pattern(
    rb"[^\n]*(?:[\w\]]\s+(?::=|=|\+=)\s[^\n]*|\w\(|\w=|\breturn)\s*[\[({`]\s*(?:#[^\n]*)?|[^\n]*(?:\w\s+(?::=|=|\+=)\s*|\w\(\s*)"
)
# An item is a text, with the stamp of a CI's log in it, or a message of the Engine, which may be spread over lines.
_ITEM = lazy_pattern(
    rb"[ \t]+(?:[bfru]{0,2}[\"'`](?:\{{1,2}\"status\": ?\"|\d{4}-\d\d-\d\dT[\d:.]{8,18}Z )?"
    rb"|(?:\{ ?)?[\"']?status[\"']?: ?[bfru]{0,2}[\"'`])\Z"
)
# What begins a comment before the words of one.
_COMMENT = lazy_pattern(rb"[ \t]*(?P<mark>#|//|\*|--|;)[/!;]*[ \t]+\Z")
_CODE_LINES = 2
_BRACKET = lazy_pattern(rb"\s*[\[({]\s*")
_ABOVE = 60
_DEEPEST = 4
# Lines that are longer tell nothing of a list.
_LONGEST = 600


def around_quote(text: LogText, start: int, prefix: bytes, forms: Sequence[Decoration]) -> LinePrefix | None:
    """The known forms outside the mark of a quoted line; None where these bytes end in no such mark.

    `start`: where the line begins.
    """
    rest = without_colours(prefix)
    stack: list[Decoration] = []
    while not _is_mark(rest):
        peeled = outer_form(rest, forms) if len(stack) < _DEEPEST else None
        if peeled is None:
            return None
        stack.append(peeled[0])
        rest = peeled[1]
    # What is searched for may stand behind a prefix.
    while len(stack) < _DEEPEST and (peeled := outer_form(rest, forms)) and _is_mark(peeled[1]):
        stack.append(peeled[0])
        rest = peeled[1]
    is_item = _YAML_ITEM.fullmatch(rest) and in_yaml_list(text, start, len(prefix) - len(rest))
    return None if is_item else LinePrefix(tuple(stack))


def _is_mark(rest: bytes) -> bool:
    return _COMPARED.fullmatch(rest) is not None or is_source(rest) or is_dry_run(rest)


def is_dry_run(prefix: bytes) -> bool:
    """Whether what stands before a line ends in the word that it was only tried out."""
    return _DRY_RUN.search(prefix) is not None


def is_marked(prefix: bytes) -> bool:
    """Whether these bytes before a line end in the mark of a test that compares texts."""
    return _MARKED.search(without_colours(prefix)) is not None


def is_source(head: bytes) -> bool:
    """Whether what stands before words on a line is the source of a program, in which they are a text."""
    return _IN_SOURCE.search(head) is not None


def in_yaml_list(text: LogText, start: int, column: int = 0) -> bool:
    """Whether the line that begins at an offset is an item below the name of a list, or of one that is the whole log.

    `column`: where it begins.
    """
    line = text.line_of(start)
    for above in text.above(line, _ABOVE):
        data = text.beginning(above, _LONGEST, skip=column)
        if not _YAML_ITEM.match(data):
            return data.rstrip().endswith(b":")
    rest = (text.beginning(number, _LONGEST, skip=column) for number in (line, *text.below(line, _ABOVE)))
    return line <= _ABOVE and all(_YAML_ITEM.match(data) or not data.strip() for data in rest)


def in_source_list(text: LogText, start: int, words: int) -> bool:
    """Whether words on the line that begins at an offset are a text in a list of a program's source.

    `words`: where on the line they begin.
    """
    item = _ITEM.search(text.data[start : start + words])
    if item is None:
        return False
    line, column = text.line_of(start), item.start()
    indent = len(item[0]) - len(item[0].lstrip())
    for above in text.above(line, _ABOVE):
        data = text.beginning(above, _LONGEST, skip=column)
        # Of an object that was spread over lines, a comma may be left.
        if data.strip(b" \t\r\n,") and len(data) - len(data.lstrip()) < indent:
            if not _BRACKET.fullmatch(data):
                return _LIST.fullmatch(data) is not None
            indent = len(data) - len(data.lstrip())
    return False


def in_source_comment(text: LogText, start: int, words: int) -> bool:
    """Return whether words on the line that begins at an offset stand in a comment in the source of a program.

    `words`: where on the line they begin. People comment what they paste, too: then no lines around are a source.
    """
    comment = _COMMENT.fullmatch(text.data[start : start + words])
    if comment is None:
        return False
    line, mark = text.line_of(start), comment["mark"]
    around: list[bytes] = []
    for numbers in (text.above(line, _ABOVE), text.below(line, _ABOVE)):
        lines = (text.beginning(number, _LONGEST).strip() for number in numbers)
        around += [shown for shown in lines if shown and not shown.startswith(mark)]
        if mark == b"*" and not (around and around[0].startswith(b"/*")):
            return False
        if mark == b"*" and around[0].startswith(b"/**"):
            return True
    return sum(map(is_code, around)) >= _CODE_LINES
