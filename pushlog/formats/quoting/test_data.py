"""Tell whether a push stands in the data of a test: a transcript with marks, a section, a list of expected lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# Cram, mercurial's run-tests and Dune say behind a line how it is compared, and below it with which status it ended.
_COMPARED = lazy_pattern(rb"[ \t]+\S[^\n]* \((?:glob|re|esc|no-eol)\)\s*\Z")
_STATUS = lazy_pattern(rb"[ \t]{2,}\[\d{1,3}\]\s*\Z")
_CRAM_COMMAND = lazy_pattern(rb"[ \t]{2,}\$ ")
# Files of txtar, the head of a snapshot of insta.
_FILE = lazy_pattern(rb"(?m)^-- ([\w./-]+) --\r?$")
_TELLING_FILE = lazy_pattern(rb"want|expect|golden|\.[a-z]\w{0,9}\Z")
_SNAPSHOT = lazy_pattern(
    rb"\A---\r?\n(?:[^\n]*\n){0,6}?(?:expression|snapshot_kind|source): [^\n]*\n(?:[^\n]*\n){0,4}?---\r?\n"
)
# Sections of Test::Base and Test::Nginx.
_SECTION = lazy_pattern(rb"(?m)^--- ?([a-z]\w{1,20})(?: \w+|:[^\n]*)?\r?$")
_OUTPUT_SECTION = lazy_pattern(
    rb"(?:(?:std)?(?:out|err)(?:put)?|expect(?:ed)?|want|got|response(?:_body)?|result|error_log)\Z"
)
_TEST = lazy_pattern(rb"(?m)^(?:=== \S|__(?:DATA|END)__\r?$)")
# What VHS types into a terminal.
_OF_TAPE = lazy_pattern(
    rb"(?m)^(?:Type(?:@[\d.]+m?s)? [\"'`]|Enter(?: \d+)?\r?$|Sleep [\d.]+m?s?\r?$"
    rb"|Set (?:FontSize|Width|Height|Theme|Shell)\b|Output \S+\.(?:gif|mp4|webm|ascii|txt)\r?$)"
)
# An item of a list in YAML, the key above it, and keys beside and above that of a test.
_ITEM = lazy_pattern(rb"[ \t]*- ")
_KEY = lazy_pattern(rb"(?P<indent>[ \t]*)(?P<item>- +)?[\"']?(?P<key>[\w./-]+(?: [\w.:/-]+){0,6})[\"']?:(?: |\s*\Z)")
_OUTPUT = lazy_pattern(rb"(?:std)?(?:out|err)(?:put)?s?\Z|lines\Z")
_OF_TEST = lazy_pattern(
    rb"(?i:tests?|cases?|expect\w*|want|assert\w*|(?:not-)?contains?|exit[_-]?(?:code|status)|fixtures?|mocks?|given)\Z"
)
# Ansible, Salt and others print such lists of what they ran.
_OF_RUN = lazy_pattern(
    rb"rc\Z|changed\Z|delta\Z|retcode\Z|start(?:ed)?\Z|end(?:ed)?\Z|duration\Z|failed\Z|stdout_lines\Z"
)
# A step of Gherkin, and what they belong to.
_STEP = lazy_pattern(rb"\s*(?:Given|When|Then|And|But|\*) ")
_SCENARIO = lazy_pattern(rb"\s*(?:Scenario(?: Outline)?|Example|Background|Rule|Feature): ")
_ABOVE, _BELOW, _BESIDE = 60, 12, 12
_LONGEST, _WINDOW = 400, 4000


def is_of_test_data(text: LogText, push: ParsedPush) -> bool:
    """Return whether a push is part of what a test compares its output with, or feeds to a program."""
    first = push.lines[0] if push.error is None or len(push.events) else push.error.lines[0]
    if _ITEM.match(text.beginning(first, _LONGEST)) and _is_expected(text, first):
        return True
    return _is_compared(text, push) or _is_section(text, push.lines[0]) or _is_scenario(text, push)


def _is_scenario(text: LogText, push: ParsedPush) -> bool:
    """Return whether the lines of a push are steps of Gherkin, with the name of their scenario above."""
    if not all(_STEP.match(text.beginning(line, _LONGEST)) for line in range(push.lines[0], push.lines[1] + 1)):
        return False
    return any(_SCENARIO.match(text.beginning(line, _LONGEST)) for line in text.above(push.lines[0], _BESIDE))


def _is_compared(text: LogText, push: ParsedPush) -> bool:
    """Return whether a line of a push, or one right below it, says how it is compared."""
    if not text.beginning(push.lines[0], 1).isspace():
        return False
    last = push.lines[1]
    for line in (*range(max(push.lines[0], last - _ABOVE), last + 1), *text.below(last, _BELOW)):
        data = text.beginning(line, _LONGEST)
        if line > last and not data[:1].isspace():
            return False
        if _COMPARED.match(data):
            return True
        if line > last and _STATUS.match(data):
            above = (text.beginning(number, _LONGEST) for number in text.above(line, _BELOW))
            return any(map(_CRAM_COMMAND.match, above))
    return False


def _is_section(text: LogText, line: int) -> bool:
    """Return whether a section of test data, or a script for VHS, begins above a line."""
    if text.data[:4] == b"---\n" and (head := _SNAPSHOT.match(text.data[: _LONGEST * 10])):
        return text.line_of(head.end()) >= line - _BESIDE
    start = text.start_of(line)
    above = b"\n" + text.data[max(0, start - _WINDOW) : start]
    if b"\nEnter" in above and len(_OF_TAPE.findall(above)) > 1:
        return True
    if b"\n-- " in above and (files := _FILE.findall(above)):
        return _TELLING_FILE.search(files[-1]) is not None
    if b"\n--- " not in above or (sections := _SECTION.findall(above)) == []:
        return False
    return _OUTPUT_SECTION.match(sections[-1]) is not None and _TEST.search(above) is not None


def _is_expected(text: LogText, line: int) -> bool:
    """Return whether an item of YAML is in a list below a key that a test has, or beside such a key."""
    keys = list(_keys_above(text, line))
    if not keys:
        return False
    key_line, indent, key = keys[0]
    if any(_OF_TEST.match(name) for _, _, name in keys[:2]):
        return True
    beside = [name for name, depth in _keys_near(text, key_line) if depth == indent]
    is_of_run = any(map(_OF_RUN.match, (key, *beside)))
    return _OUTPUT.match(key) is not None and not is_of_run and any(map(_OF_TEST.match, beside))


def _keys_above(text: LogText, line: int) -> Iterator[tuple[int, int, bytes]]:
    """Return the keys to which an item of YAML belongs, the innermost first, each with its line and depth."""
    data = text.beginning(line, _LONGEST)
    # The items of a list may stand as deep as its key.
    depth = len(data) - len(data.lstrip()) + 1
    for above in text.above(line, _ABOVE):
        key = _KEY.match(text.beginning(above, _LONGEST))
        if key and len(key["indent"]) + len(key["item"] or b"") < depth:
            depth = len(key["indent"]) + len(key["item"] or b"")
            yield above, depth, key["key"]


def _keys_near(text: LogText, line: int) -> Iterator[tuple[bytes, int]]:
    for near in text.near(line, _BESIDE):
        if key := _KEY.match(text.beginning(near, _LONGEST)):
            yield key["key"], len(key["indent"]) + len(key["item"] or b"")
