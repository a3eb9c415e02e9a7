"""Tell whether a push stands in a text of a program's source that goes over several lines, or in its documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.intake.unwrap.code_lines import is_statement
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re

    from pushlog.intake.log_text import LogText

# What begins a text over several lines: three quotes of Python, Java and Kotlin, the back-tick of Go and JavaScript,
# `"` and `r#"` of Rust, `@"` of C#. It is assigned, returned or handed to a function. People quote with back-ticks,
# too: behind a comma or a parenthesis of their own.
_OPENER = lazy_pattern(
    rb"(?:(?<![=!<>~+*/-])\+?:?=|\(|,|\breturn)[ \t]*"
    rb"(?:[a-zA-Z]{0,2}(?P<quote>\"{3}|'{3})|\$?@(?P<verbatim>\")|r(?P<raw>#+)\")"
    rb"|\blet (?:mut )?\w+(?:: ?[&\w' ]{1,20})? = (?P<plain>\"(?!\"))"
    # A variable of a shell, over several lines: what Python prints of one is a line.
    rb"|\n[ \t]*(?:local |export |readonly )?(?!(?:std(?:out|err)|out(?:put)?|err(?:or)?|result|log)=)[A-Za-z_]\w*="
    rb"(?P<shell>['\"])\Z"
    rb"|(?:(?<![=!<>~+*/-])\+?:?=|(?<=\w)\(|(?<=[\"'`)\]}]),|\breturn|\n[ \t]+\w+:)[ \t]*(?P<tick>`)(?!`)"
)
# A function, a class or a module of Python, and the text that documents it; a step of Gherkin with its text; a comment
# over several lines.
_DOCUMENTED = lazy_pattern(
    rb"(?:(?:\A|\n)[ \t]*(?:async +)?(?:def|class) [^\n]{1,400}(?:\n[^\n]{0,200}){0,8}?:[^\n:]{0,20}\n\s{0,80}"
    rb"|(?:\A|\n)[ \t]*(?:Given|When|Then|And|But|\*) [^\n]{1,400}\n[ \t]*"
    rb"|\A(?:#[^\n]*\n){0,9}\s{0,9})[rR]?(?P<quote>\"{3}|'{3})"
    rb"|(?:\A|\n)[ \t]*(?P<comment>/\*)(?!\*)[^\n/]{0,200}\n"
)
# The text that a test of a tool expects, in YAML.
_EXPECTED = lazy_pattern(
    rb"(?:\A|\n)(?P<indent>[ \t]*)(?:- +)?(?:expected|want)(?:[_-]?(?:std)?out(?:put)?)?: *[|>][-+]?[ \t]*\r?\n"
)
# The head of a source file of Go, Java or Kotlin: comments, its package, what it imports or declares.
_COMMENTS = rb"(?:\s|//[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*+"
_FILE = lazy_pattern(
    _COMMENTS
    + rb"package [\w.]+;?[ \t]*\r?\n"
    + _COMMENTS
    + rb"(?:import (?:static )?(?:\w+ )?(?:[\"(]|(?:\w+\.)+[\w*]+;?\r?\n)"
    rb"|(?:func|type|var|const|public|final|abstract|class) |@[A-Z])"
)
_HEAD = 1 << 12
_SIGNS = (b'"""', b"'''", b"`", b'@"', b'#"', b"let ", b"/*", b"expected", b"want", b"='", b'="')
# The value of an object, and lines of a program below it: Node.js prints an object alike, but no program.
_VALUE = lazy_pattern(rb"[ \t]*(?:[\"']?\w+[\"']?:\s*|(?:\w+\.)+\w+ = )[bfru]{0,2}[\"'`]\Z")
_CODE_BELOW = 12
# What programs print has no comma behind the last value; Rust's `{:#?}` has, behind keys and values of its own form.
_LAST_VALUE = lazy_pattern(rb"[^\n]*[\"'`],[ \t]*\r?\n\s*[)}\]]")
_OF_RUST = lazy_pattern(rb"[ \t]*\w+: \"\Z")
# What an object is assigned to, returned as or handed to, and what may stand between that and the value.
_ASSIGNED = lazy_pattern(
    rb"[ \t]*(?:(?:export|public|private|static|final|const|let|var|val)\s+)*[\w.]+(?:: ?[\w<>\[\], |]{1,60})?"
    rb" (?::=|=) (?:\w+ ?)?[\[({]\s*\Z|[ \t]*(?:return|export default) [\[({]\s*\Z"
    # A list of Go whose items have a type without a name.
    rb"|[ \t]*\}\{\s*\Z"
    # An object that is handed to a function: rich prints some containers of Python so, and nothing else.
    rb"|[ \t]*(?!(?:deque|frozenset|array|OrderedDict|Counter)\()[\w.]+\([\[{]\s*\Z"
)
_KEY_ABOVE = lazy_pattern(rb"[ \t]*(?:[\"']?[\w-]+[\"']?: ?)?[\[({]\s*\Z|[ \t]*[\"']?\w+[\"']?:\s*\Z")
_OBJECT_ABOVE = 200
# A text below its name, one that goes on in the next line, and a list with a comma behind its last text: what programs
# print has neither of the last two.
_BELOW_NAME = lazy_pattern(rb"[ \t]+[\"'`]\Z")
_CONTINUED = lazy_pattern(rb"[^\n]*[\"'][ \t]*\\\r?\Z")
_ITEM = lazy_pattern(rb"[ \t]+(?:'[^'\n]*'|`[^`\n]*`),[ \t]*\r?\Z")
_END_OF_LIST = lazy_pattern(rb"[ \t]*[\])]")
_ITEMS_BELOW = 200
# So far above a push such a text begins, and so far below its end is looked for.
_ABOVE, _BELOW = 6000, 1 << 16
_NEAR = 400


def is_source_file(text: LogText) -> bool:
    """Return whether a whole log is a source file, by its head."""
    return _FILE.match(text.data[:_HEAD]) is not None


def in_text_of_source(text: LogText, start: int) -> bool:
    """Return whether an offset is inside a text of a program's source that begins above it or on its line."""
    line = text.line_of(start)
    # The first message of the Engine on a line, which may begin behind the text's own quotes.
    start = max(start, find(text.data, b'{"', text.start_of(line), min(text.stop_of(line), start + _NEAR)))
    begin = max(0, start - _ABOVE)
    if _in_long_text(text, begin, start):
        return True
    if not any(find(text.data, sign, begin, start) >= 0 for sign in _SIGNS):
        return False
    window = bytes(text.data[begin:start])
    openers = (opener for pattern in (_OPENER, _DOCUMENTED) for opener in pattern.finditer(window))
    lines = text.stop_of(line)
    if any(
        _is_open(text, begin + opener.end(), _end(opener), lines if opener.groupdict().get("shell") else start)
        for opener in openers
    ):
        return True
    return any(_is_deeper(window[match.end() :], len(match["indent"])) for match in _EXPECTED.finditer(window))


def _in_long_text(text: LogText, begin: int, start: int) -> bool:
    """Return whether a text in back-ticks goes over a whole range of lines, from far above it."""
    tick = text.data.rfind(b"`", max(0, begin - _BELOW), begin)
    if tick < 0 or find(text.data, b"`", begin, start) >= 0:
        return False
    head = text.data[max(0, tick - _NEAR) : tick + 1]
    is_opener = any(opener.end() == len(head) for opener in _OPENER.finditer(head))
    return is_opener and _is_open(text, tick + 1, b"`", start)


def is_value_in_source(text: LogText, line: int, head: bytes) -> bool:
    """Return whether words are the value of an object in a program's source. `head`: what stands before them."""
    is_below = _BELOW_NAME.match(head) is not None and line > 1
    value = text.beginning(line - 1).rstrip() + head.lstrip() if is_below else head
    if not _VALUE.match(value):
        return False
    if (is_below or not _OF_RUST.match(head)) and _LAST_VALUE.match(text.data, *_ending(text, line)):
        return True
    if _is_assigned(text, line, len(head) - len(head.lstrip())):
        return True
    return any(is_statement(text.beginning(below)) for below in text.below(line, _CODE_BELOW))


def _ending(text: LogText, line: int) -> tuple[int, int]:
    """Return the offsets between which the end of a line stands, and the line below it that is not blank."""
    stop = text.stop_of(line)
    return max(text.start_of(line), text.data.rfind(b"\n", 0, stop) + 1, stop - _NEAR), stop + _NEAR


def _is_assigned(text: LogText, line: int, indent: int) -> bool:
    """Return whether a value with that indent belongs to an object that a program assigns, returns or hands over."""
    for above in text.above(line, _OBJECT_ABOVE):
        data = text.beginning(above, _NEAR)
        depth = len(data) - len(data.lstrip())
        if not data.strip() or depth >= indent:
            continue
        if not _KEY_ABOVE.match(data):
            return _ASSIGNED.match(data) is not None
        indent = depth
    return False


def is_continued(text: LogText, line: int) -> bool:
    """Return whether a line is a text of a program's source that goes on below, by its end or by the end of a list."""
    if _CONTINUED.match(text.beginning(line)):
        return True
    below = line
    while below < min(text.lines, line + _ITEMS_BELOW) and _ITEM.match(text.beginning(below)):
        below += 1
    return below > line and _END_OF_LIST.match(text.beginning(below)) is not None


def _end(opener: re.Match[bytes]) -> bytes:
    """Return what ends a text, by what began it."""
    groups = opener.groupdict()
    if hashes := groups.get("raw"):
        return b'"' + hashes
    if groups.get("comment"):
        return b"*/"
    return next(quote for quote in groups.values() if quote)


def _is_open(text: LogText, opened: int, end: bytes, start: int) -> bool:
    """Return whether a text that begins at an offset ends behind another: one without an end is none."""
    place = find(text.data, end, opened, opened + _BELOW)
    while place > 0 and end == b'"' and text.data[place - 1 : place] == b"\\":
        place = find(text.data, end, place + 1, opened + _BELOW)
    return place > start


def _is_deeper(lines: bytes, indent: int) -> bool:
    """Return whether lines below a key of YAML belong to it, so far as they go."""
    return all(len(line) - len(line.lstrip()) > indent for line in lines.splitlines() if line.strip())
