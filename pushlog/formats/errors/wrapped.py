"""Find an error inside a line: what other programs, channels, quotes or Markdown put before and after it.

Only lines near a push are looked at like this: anywhere else a line that mentions an error is not the error of a push.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.errors.detect import PAGE, PAGE_END, begins_error, begins_whole_error, starts_error, without_level
from pushlog.formats.errors.ending import (
    HELP,
    LONGEST,
    without_ending,
    without_marks_behind,
    without_repetition,
)
from pushlog.formats.errors.page import unquoted
from pushlog.formats.errors.told import is_of_person, is_told, without_sentence
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.knowledge.base import Knowledge

# Longer lines are pages or data; so many words of one are tried as the beginning of an error.
_LONGEST = 8000
_MOST_WORDS = 400
# A text that is an error as a whole, such as `blob upload unknown`, is no longer, with the marks behind it.
_LONGEST_WORDS = 100
# The quotes of books, each before its closing one.
_QUOTES = "\u201c\u201d\u2018\u2019\xab\xbb\u300c\u300d"
# Where a word can begin: behind a blank, a mark, or a line break that was written as letters.
_WORD = lazy_pattern(
    rf"(?:(?<=[\s\"'`{_QUOTES}*_~(\[{{}}<>|:=,\]])(?<!::)|(?<=\\n)|(?<=\\r)|(?<=\dm)|(?<=[^\w\s!-~]))(?=[A-Za-z\"\[<])"
)
# google/go-containerregistry pkg/v1/remote/transport/error.go: no other client names a request in capitals, without
# quotes, and the code in capitals behind it.
GO_REQUEST = lazy_pattern(
    r"(?:GET|HEAD|PUT|POST|PATCH) https?://[^\s\"]+: (?:[A-Z][A-Z_]{3,}:|unexpected status code \d{3} [A-Z])"
)
# What may stand before an error of one or two words: marks, levels, channels, programs, times. Free words may not.
LABEL = lazy_pattern(
    # What docker-modem puts before an answer of the daemon.
    r"(?:\\[nrt]|\"\w+\": ?|\(HTTP code \d{3}\) [a-z ]{3,30} -"
    r"|^\W*\d{1,2}[.)]\s|:\w{1,30}:(?=\s)|\[[\w:./ #@-]{1,40}\](?=\s)|\[/?[a-z]{1,10}(?:=[^\[\]\n]{1,40})?\]"
    r"|##\[error\]|::error[^:\n]{0,200}::|\x1b?\[\d*(?:;\d+)*m"
    r"|</?[a-z][\w-]{0,10}(?: [^<>\n]{0,80})?>"
    r"|<!\[CDATA\[|\{color(?::[\w#]{1,20})?\}|\d\d-[A-Z][a-z]{2}-\d{4}\b|(?>\d[\d:.,TZ+-]*)\b|u(?=')"
    r"|[\s\"'`*_~>|#!=\-.,:;(){}\[\]/\\]|[^\w\s!-~]"
    r"|(?i:err(?:ors?|o)?|fata?l?|crit(?:ical)?|severe|warn(?:ing)?|info|panic|level|severity|time(?==))\b(?:\[\d+\])?"
    r"|(?:[a-z][\w$]{0,40}\.){1,12}\w{1,80}(?:Error|Exception)\b"
    r"|(?i:stderr|stdout|output|caused? by|cause|reason|message|msg|exception|\w+(?:Error|Exception))\b"
    r"|(?i:(?:the|this|my|full|exact|actual) (?:error|output)(?: message)?(?: is| was)?)(?=:)"
    # The word for an error in languages of East Asia.
    r"|[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]{1,8}(?=[:\uff1a])"
    r"|(?i:exit(?:ed)?(?: with)?(?: error)? (?:status|code):? \d+)"
    r"|docker(?:\.exe)?\b|push\b|failed\b|F8|DOCKER|E(?=:)|[EWF]\d{4}\b"
    r")*+"
)
# A label ends with a mark, is a level in capitals, or a time: docker up to 1.3 logged its errors behind one.
_LABEL_END = lazy_pattern(r"^\d{4}([/-])\d\d\1\d\d[ T][\d:]{8}\s+|(?:\\[nrt])+|[^\w\s]+\s*|\b[A-Z]{3,}\s+|^\s+")
# A program tells how a command ended, and behind that what the command printed.
_COMMAND_ENDED = lazy_pattern(r".*\bexit(?:ed)?(?: with)?(?: error)? (?:code|status):? \d+\W{1,3}", re.DOTALL)
# Words that introduce an error, with a colon or a bracket before it; those of a push may do so anywhere.
_FAILED = lazy_pattern(r"(?:fail|error|push|unable|could not|cannot|exception|stderr).*[:(]\s*[\"'`]*$", re.IGNORECASE)
_PUSH_FAILED = lazy_pattern(
    r"(?:\[ERROR\] )?(?:[\w.]+Exception: )?Failed to execute goal \S{1,200}:push \([^\n]{1,200}: (?:[\w ]{1,60}: )*"
    r"|(?:\[ERROR\] Failed to execute goal [^\n]{1,300}: )?"
    r"[^.\n]{0,120}\bpush(?:ing|ed)?\b[^\n]{0,120}[:(]\s*[\\\"'`]*",
    re.IGNORECASE,
)
# Titles of notes in Markdown, the daemon's own log, and sentences about errors.
_TITLE = lazy_pattern(r"(?:!!!|\?\?\?\+?|:::) ?\w")
_OTHER_LEVEL = lazy_pattern(r"\blevel=(?:info|debug|trace)\b|Upload failed, retrying")
# A warning of another program, unless it warns of a build or a push.
_WARNS = lazy_pattern(r"\blevel=\"?warn(?:ing)?\b")
_OF_BUILD = lazy_pattern(r"push|build|image|artifact", re.IGNORECASE)
_CONDITION = lazy_pattern(
    r"\b(?:if|in case|when|whenever|should|might|e\.g|for example|for instance|usually)\b", re.IGNORECASE
)
# Whole lines that are errors when nothing but labels stands before them.
_SHORT = lazy_pattern(r"[\w-]+(?:[ /:][\w-]+){0,2}\W*$")
# A program says so of the error behind it; what is in quotes may be said of another line.
_TAGS = lazy_pattern(
    r"</?(?:a|b|br|code|dd|div|em|font|i|kbd|li|p|pre|samp|small|span|strong|td|tr|tt|u)\b[^<>\n]{0,200}>",
    re.IGNORECASE,
)
_NEXT_KEY = lazy_pattern(r'"\s*,\s*"[\w.-]{1,40}"\s*:\s?["\[{\dtfn]')
# The next step of a build, where line breaks were lost.
_NEXT_STEP = lazy_pattern(r" {1,4}#\d{1,3} (?:\[[^\]\n]{1,80}\]|DONE|ERROR|CACHED|exporting|pushing)(?: |$).*")
_BREAKS = lazy_pattern(r"(?<!\\)(?:(?:\\+r)?\\+n|\\+r)")
_COLOUR = lazy_pattern(r"\x1b?\[\d+(?:;\d+)*m|\x1b?\[0?[mK]$")
# The first quote of a text opens one inside it.
_OPENS_INSIDE = {sign: lazy_pattern(rf"[^{sign}]*[\s(=]{sign}{sign}?\w") for sign in "\"'"}
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">", **dict(zip(_QUOTES[::2], _QUOTES[1::2], strict=True))}
_MARKS = "*_~|"
# Links, tags, colours, escapes and doubled quotes can stand inside the first words of an error.
_INSIDE = ("<", "[", "\x1b", "\\", '""', "''")
# The text of a span of code, up to the sign that closes it: one behind a blank opens another span inside it.
_CODE_SPAN = lazy_pattern(r"[^`\s](?:[^`]|(?<=[\s(])`(?=[^\s`])[^`\n]{0,200}`)*+(?=`)")
# The end of the text before this one in a list of them.
_CLOSED = lazy_pattern(r"^\s*[\"'](?=\s*,)")
_ESCAPED_QUOTE = lazy_pattern(r"\\+[\"']$")
# A request in a string of JSON.
_ESCAPED_REQUEST = lazy_pattern(r"(?:Get|Head|Put|Post|Patch|Delete) \\+\"https?://")


@record
class Wrapped:
    """An error that stands inside a line: its text without all around it, and what the line has before it."""

    text: str
    head: str


def error_in(line: str, knowledge: Knowledge, *, is_near: bool = True, behind: int = 0) -> Wrapped | None:
    """Return the error that a line holds; None where it holds none.

    `is_near`: the line stands right by a push, so that any words may introduce the error; else only labels may.
    `behind`: the error begins behind so many characters.
    """
    stripped = line.strip()
    ended = _COMMAND_ENDED.match(stripped)
    if not ended and not behind and starts_error(stripped, knowledge):
        return Wrapped(text=_without_end(without_level(stripped), ""), head="")
    if len(stripped) > _LONGEST:
        return None
    is_sentence = is_of_person(stripped)
    is_marked = any(sign in stripped for sign in _INSIDE)
    for start in _word_starts(stripped, max(ended.end() if ended else 0, behind)):
        head, rest = stripped[:start], stripped[start:]
        is_open = (is_sentence and is_told(head)) or _ESCAPED_REQUEST.match(rest) is not None
        may_be_whole = len(rest) <= _LONGEST_WORDS and (is_marked or begins_whole_error(rest, knowledge))
        if not (may_be_whole or is_open or begins_error(rest, knowledge)):
            continue
        text = _without_end(rest, head)
        if is_sentence and is_told(head):
            text = without_sentence(text)
        if not begins_error(text, knowledge):
            continue
        is_right_behind = behind > 0 and LABEL.fullmatch(head, behind) and not _CONDITION.search(head)
        if is_right_behind or _introduces(head, text, is_near=is_near):
            return Wrapped(text=text, head=head)
    return None


def labelled_error(line: str, knowledge: Knowledge) -> Wrapped | None:
    """Return the error that a line holds behind nothing but labels, more quickly than `error_in` does."""
    stripped = line.strip()
    label = LABEL.match(stripped)
    if label is None or len(stripped) > _LONGEST:
        return None
    for start in _word_starts(stripped, 0):
        if start > label.end():
            return None
        if begins_error(stripped[start:], knowledge) and LABEL.fullmatch(stripped, 0, start):
            return Wrapped(text=_without_end(stripped[start:], stripped[:start]), head=stripped[:start])
    return None


def _introduces(head: str, text: str, *, is_near: bool) -> bool:
    """Return whether the words before an error can be those of a program that tells it."""
    if _TITLE.match(head):
        return False
    if LABEL.fullmatch(head) or is_told(head):
        return True
    if _OTHER_LEVEL.search(head) or _CONDITION.search(head) or (_WARNS.search(head) and not _OF_BUILD.search(head)):
        return False
    if not is_near:
        return _PUSH_FAILED.fullmatch(head) is not None
    return not _SHORT.match(text) or _FAILED.search(head) is not None


def without_marks(line: str) -> str:
    """Return the first line of an error without the marks of Markdown or HTML that end it."""
    return _without_end(line, "")


def unlabelled(line: str) -> Wrapped:
    """Return a line without labels and marks: the text of an error that no form and no row of the catalogue has."""
    stripped = line.strip()
    label = LABEL.match(stripped)
    ends = [match.end() for match in _LABEL_END.finditer(stripped, 0, label.end() if label else 0)]
    start = ends[-1] if ends else 0
    if start >= len(stripped):
        return Wrapped(text=stripped, head="")
    return Wrapped(text=_without_end(stripped[start:], stripped[:start]), head=stripped[:start])


def _word_starts(line: str, first: int) -> Iterator[int]:
    """Return where words begin from an offset on."""
    yield first
    for word in islice(_WORD.finditer(line, first + 1), _MOST_WORDS):
        yield word.start()


def _without_end(text: str, head: str) -> str:
    """Return an error without what closes the marks, quotes and brackets that are open before it."""
    for closer in _closers(head):
        text = _until(text, closer)
    text = _until_next_key(text)
    text = without_ending(HELP, _with_page(text) if PAGE.search(text) else _until_break(text))
    if "<html" not in text.lower():
        text = _TAGS.sub("", text) if _TAGS.search(text) else text
    text = _NEXT_STEP.sub("", text) if " #" in text else text
    text = without_marks_behind(_COLOUR.sub("", text))
    if text.endswith("]") and text.count("]") > text.count("[") and head.count("[") > head.count("]"):
        text = text[:-1]  # a list of errors that a program prints in brackets
    return without_repetition(text.strip())


def _closers(head: str) -> Iterator[str]:
    """Return what closes the marks that stand open before an error, the innermost first."""
    adjacent = _CLOSED.sub("", head.rstrip())
    escaped = _ESCAPED_QUOTE.search(adjacent, max(0, len(adjacent) - LONGEST))
    if escaped:
        yield escaped[0]
        adjacent = adjacent[: escaped.start()]
    open_quotes = {sign for sign in "\"'`" if (adjacent.count(sign) - adjacent.count(f"\\{sign}")) % 2}
    for sign in reversed(adjacent[-8:]):
        if sign in _PAIRS:
            yield _PAIRS[sign]
        elif sign in open_quotes or (sign in _MARKS and head.endswith(sign)):
            yield sign
            open_quotes.discard(sign)
        elif sign.isalnum():
            break
    if '"' in open_quotes:
        yield '"'


def _with_page(text: str) -> str:
    """Return an error up to the end of its page, with line breaks in place of those that are written as letters.

    A page that the client itself quotes is left as it is.
    """
    page = PAGE.search(text)
    if page is None or '"' in text[: page.start()]:
        return text
    text = _BREAKS.sub("\n", text)
    end = PAGE_END.search(text)
    return text[: end.end()] if end and "\n" in text else text


def _until_next_key(text: str) -> str:
    """Return an error up to the quote that ends the JSON string in which it is the last line."""
    end = _NEXT_KEY.search(text)
    return text[: end.start()] if end and text.count('"', 0, end.start()) % 2 == 0 else text


def _until_break(text: str) -> str:
    """Return the text before a line break that is written as letters, unless it stands inside quotes of the error."""
    for match in _BREAKS.finditer(text):
        if text.count('"', 0, match.start()) % 2 == 0:
            return text[: match.start()]
    return text


def _until(text: str, closer: str) -> str:
    """Return the text before what closes it; all of it where nothing does."""
    if len(closer) > 1:
        return text.partition(closer)[0]
    if closer in "\"'":
        if _OPENS_INSIDE[closer].match(text):
            return _until_own_quote(text, closer)
        quoted = re.match(rf"((?:[^\\{closer}]|\\.)*){closer}", text)
        if closer == "'" and quoted and text[quoted.end() : quoted.end() + 1].isalnum():
            quoted = re.match(rf"(.*){closer}(?!\w)", text)
        return unquoted(quoted[1]) if quoted else text
    if closer in ")]}":
        depth = 0
        for index, sign in enumerate(text):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
            if depth < 0:
                return text[:index]
        return text
    span = _CODE_SPAN.match(text) if closer == "`" else None
    stop = span.end() if span else text.rfind(closer)
    return text[:stop] if stop > 0 else text


def _until_own_quote(text: str, closer: str) -> str:
    """Return the text up to the quote that no other inside it opened; a table of CSV doubles those inside."""
    if re.search(rf"[\s(=]{closer}{closer}\w", text):
        text = text.replace(closer * 2, closer)
    is_open = False
    for match in re.finditer(closer, text):
        start = match.start()
        if is_open:
            is_open = False
        elif text[start - 1 : start] in {" ", "(", "="}:
            is_open = True
        else:
            return text[:start]
    return text
