"""Guides, which show what their reader will see or may meet."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pushlog.formats.docker.sentences import is_of_case
from pushlog.formats.errors.told import tells
from pushlog.formats.marks import MarkKind
from pushlog.formats.quoting.document import documents, is_documented
from pushlog.formats.quoting.promise import ends_with_promise
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pushlog.formats.docker.error_lines import ErrorLines
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# A title says that this is no real output.
_EXPECTED = lazy_pattern(
    r"\b(?:expected|sample|example) (?:\w+ )?(?:outputs?|results?|responses?|logs?|lines?|messages?|behaviou?r)\b"
    r"|\bresults? you expected\b"
    # In German, French, Spanish, Portuguese, Italian, Polish, Turkish and Vietnamese.
    r"|\berwartete[rs]? (?:ausgabe|ergebnis)|\bbeispielausgabe\b|\b(?:sortie|r[e\xe9]sultat) attendue?\b"
    r"|\bexemple de sortie\b|\b(?:salida|resultado) esperad[oa]\b|\bsalida de ejemplo\b"
    r"|\bsa[i\xed]da esperada\b|\bresultado esperado\b|\bexemplo de sa[i\xed]da\b|\boutput (?:atteso|previsto)\b"
    r"|\boczekiwany wynik\b|\bbeklenen \xe7\u0131kt\u0131|\bk\u1ebft qu\u1ea3 mong \u0111\u1ee3i"
    # In Russian, Chinese, Japanese and Korean.
    r"|\u043e\u0436\u0438\u0434\u0430\u0435\u043c\u044b\u0439 (?:\u0432\u044b\u0432\u043e\u0434"
    r"|\u0440\u0435\u0437\u0443\u043b\u044c\u0442\u0430\u0442)"
    r"|\u043f\u0440\u0438\u043c\u0435\u0440 \u0432\u044b\u0432\u043e\u0434\u0430"
    r"|(?:\u9884\u671f|\u671f\u671b|\u9884\u8ba1)\u7684?(?:\u8f93\u51fa|\u7ed3\u679c)|\u793a\u4f8b\u8f93\u51fa"
    r"|\u8f93\u51fa\u793a\u4f8b|\u51fa\u529b\u4f8b|\u671f\u5f85(?:\u3055\u308c\u308b|\u3059\u308b)?(?:\u51fa\u529b|\u7d50\u679c)"
    r"|\uc608\uc0c1 (?:\ucd9c\ub825|\uacb0\uacfc)|\ucd9c\ub825 \uc608\uc2dc",
    re.IGNORECASE,
)
_EXPECTS = lazy_pattern(r"\W*expected(?: result)?: ?\w", re.IGNORECASE)
_TITLE = lazy_pattern(r"^(?!##\[)[#*<_=]|[:\uff1a]\W*$")
# A sentence says what its reader will see if all goes well: not what he sees, nor that he will get a mail.
_GETS = (
    r"(?:(?:see|observe|notice)\b|(?:get|receive|find)(?=\W*$|(?: [\w-]+){0,3}? (?:outputs?|results?|responses?"
    r"|messages?|logs?|lines?|following|something|this|these|that|similar|below)\b))"
)
_SHOWS = r"(?:then |also |now |only )?(?:show|see|print|say|output|read|contain)\b"
_OUGHT = lazy_pattern(rf"\b(?:should|ought to) {_SHOWS}", re.IGNORECASE)
_ANNOUNCED = lazy_pattern(
    rf"\b(?:should|would|ought to) {_SHOWS}"
    rf"|(?<!as )\b(?:you|users?)(?:'ll| will| should| would| ought to)(?: \w+){{0,3}}? {_GETS}"
    rf"|\bif you (?:got|saw|{_GETS})|(?<!as )\byou (?:often |usually |typically |normally |sometimes )?{_GETS}"
    r"|\b(?:outputs?|results?|response|log|terminal|command)\b(?: \S+){0,3}? (?:should|will|would|might|must)"
    r"(?: \w+){0,2}? (?:look|be|show|print|read|return|output|display|produce|resemble)\b"
    r"|\b(?:check|verify|confirm|ensure|make sure) (?:whether|that|if) the following\b"
    r"|\bfind below an? (?:\w+ )?example\b|\u4ee5\u4e0b\u306e\u4f8b"
    r"|\b(?:similar to|something like)(?: (?:this|the following|below|so|these|that)\b|\W*$)"
    # In German, French, Spanish, Portuguese, Italian, Polish and Vietnamese.
    r"|\b(?:ausgabe|ergebnis) sollte\b|\bsollte(?:n|st)? (?:sie|du|man|ihr|etwa|folgende\w*)\b"
    r"|\b(?:vous|tu) dev(?:riez|rez|rais) (?:voir|obtenir)\b|\bdeber[i\xed]a[sn]? (?:ver|obtener|mostrar|aparecer)\b"
    r"|\bvoc[e\xea] (?:deve|dever[a\xe1]|ver[a\xe1])\b|\bdovres(?:ti|te) vedere\b|\bpowin\w+ zobaczy\u0107\b"
    r"|\bb\u1ea1n s\u1ebd th\u1ea5y|\b(?:benzer|g\xf6r\xfcnmelidir|\xe4hnlich\w*|\xe4hneln"
    r"|similaire|semelhante|simile|podobn\w+)\b"
    # In Russian, Chinese and Japanese.
    r"|\b\u0434\u043e\u043b\u0436(?:\u043d\u044b|\u0435\u043d) \u0443\u0432\u0438\u0434\u0435\u0442\u044c"
    r"|\b\u0432\u044b \u0443\u0432\u0438\u0434\u0438\u0442\u0435"
    r"|(?:\u5e94\u8be5|\u5c06\u4f1a|\u4f60\u4f1a|\u60a8\u4f1a|\u5e94)\u80fd?\u770b\u5230"
    r"|\u7c7b\u4f3c\u4e8e?(?:\u5982\u4e0b|\u4ee5\u4e0b|\u4e0b\u9762)"
    r"|(?:\u8868\u793a|\u51fa\u529b)\u3055\u308c(?:\u308c\u3070|\u305f\u3089|\u308b\u306f\u305a)",
    re.IGNORECASE,
)
# A sentence says what its reader may meet.
_MAY_MEET = lazy_pattern(
    r"\W*if you (?:get|see|receive|encounter) [^.\n]{0,60}\b(?:errors?|messages?|failure)\b[^.\n]{0,30}:\W*$"
    r"|[\W_]*(?:note[\W_]+)?you (?:may|might|could) (?:also )?(?:get|see|receive|encounter)"
    r" (?:an?|the following|this)\b[^.\n]{0,40}\berrors?\b[^.\n]{0,30}$"
    # "If the push ends with ..., the token is expired:", "A refused push looks like this:".
    r"|(?:\W*|[^\n]{0,120}\. )(?:if|when(?:ever)?) (?:the|a|your|docker|this) push"
    r" (?:fails|ends|stops|is (?:refused|denied|rejected))\b(?![^\n]*\b(?:I|me|my|we|our)\b)[^\n]{0,200}:\W*$"
    r"|\W*(?:an?|the) (?:failed|failing|refused|rejected|denied|broken|unsuccessful) (?:docker )?push"
    r" (?:looks|reads|prints|shows|ends|will|would|may|can)\b(?![^\n]*\b(?:I|me|my|we|our)\b)[^\n]{0,100}:\W*$"
    # In Chinese: what comes if something is not done.
    r"|[^\n]*(?:\u5982\u679c|\u82e5|\u5047\u5982|\u5426\u5219)[^\n\u3002]{0,40}[\u4f1a\u5c06\u5c31][^\n\u3002]{0,20}[:\uff1a]\W*$",
    re.IGNORECASE,
)
# It ends with a colon or the verb, or names what stands below it.
_POINTS_BELOW = lazy_pattern(
    rf"[:\uff1a]\W*$|\b(?:following|below|like|similar)\b|[\u4e0b\u7c7b\u4f8b]|\b(?:{_SHOWS}|{_GETS}|this|these)\W*$",
    re.IGNORECASE,
)
# What stands between such words and what they announce: fences, the command, other pushes that they announce too.
_BETWEEN = lazy_pattern(
    r"\W*(?:`{3}\w*|~{3}\w*)?\W*|\.\. [\w-]+::.{0,40}"
    r"|(?:[^\n]{0,60}[$#%>] ?)?(?:sudo )?(?:docker(?:\.exe)?|podman) [^\n]*|<[^<>\n]+>"
    r"|\W*The push refers to [^\n]*|\W*(?:Step \d+/\d+ ?:|---> |Successfully (?:built|tagged) |Login Succeeded)[^\n]*"
)
_ANNOUNCED_ABOVE, _MOST_ASKED = 8, 2
# The page of a library tells what a function takes and returns; a session of Python stands in it.
_OF_LIBRARY = lazy_pattern(
    r"\W{0,6}(?:Returns?|Raises|Args|Arguments|Param(?:eter)?s|Yields)\b|\s*:(?:param|returns?|rtype)\b|\.\. [\w:]+::"
)
_SESSION = lazy_pattern(r"\s*(?:>>>|\.\.\.) ")
_SESSION_ABOVE = 6
# A text that is handed to a function behind other things; programs print errors of theirs like a call too.
_ARGUMENT = lazy_pattern(
    rb"(?<!\w)(?:\w+\.)*(?!\w*(?:Error|Exception|Failure|Failed|Fault|Exit)\()"
    rb"\w+\((?:[\w.&]{1,40}, ){0,3}[bfru]{0,2}[\"'`]\Z"
)
# A document in Markdown shows no more of a digest than dots; people leave that out too, but tell what they did.
_DOTS = lazy_pattern(r"digest: ?sha256:(?:\.{2,}|\u2026)")
# Nor does a tutorial, which has a name for its reader: nobody who hides his own calls it so.
_SHORT_DIGEST = lazy_pattern(r"digest: ?sha256:[0-9a-z]{0,16}(?:\.{2,}|\u2026)")
_OF_READER = lazy_pattern(r"(?:^|[/.])<?your[\w. -]*")
_MARKDOWN = lazy_pattern(r"\s*(?:`{3}|~{3}|#{1,6} |[-*] .*\*\*|\W{0,4}\*\*)")
_BESIDE = 10
# A text so short is looked through as a whole: whether it is one that helps with problems.
_SHORT_TEXT = 1 << 14
# So many letters of an error tell where it begins; so near below it a document says what to do.
_WORD, _CURED = 12, 6


def is_of_guide(text: LogText, push: ParsedPush) -> bool:
    """Return whether a guide shows a push: what its reader will see, may meet, or can mend."""
    # The sentence may stand between the rows and the last line. An error right below the first line is announced too.
    lines = push.lines if push.error is None else push.lines[:1] if push.error.lines[0] == push.lines[0] + 1 else ()
    lines = (*lines, *_first_lines(push)) if lines else ()
    if any(_is_announced(_sentences_above(text, line)) for line in dict.fromkeys(lines)):
        return True
    if push.error is None:
        return _is_invented(text, push)
    sentence = next(_sentences_above(text, push.lines[0]), "")
    # It may stand below the command.
    before_error = next(_sentences_above(text, push.error.lines[0]), "")
    return any(map(_MAY_MEET.match, (sentence, before_error))) or _is_problem(
        text, push, push.error, is_told=tells(sentence)
    )


def _first_lines(push: ParsedPush) -> tuple[int, ...]:
    """Return the first line of a push, and of what its command printed: a title may stand between."""
    shown = [mark.line for mark in push.marks if mark.kind not in {MarkKind.COMMAND, MarkKind.MENTION}]
    first = min((line for line in (*shown, *push.events.line.tolist()[:1]) if line > push.lines[0]), default=0)
    return (push.lines[0], first) if first > push.lines[0] + 1 else push.lines[:1]


def _is_invented(text: LogText, push: ParsedPush) -> bool:
    """Return whether a document makes up what ends a push: a digest of dots, without layers; nobody tells of it."""
    last = text.shown(push.lines[1])
    if _SHORT_DIGEST.search(last) and any(_OF_READER.search(mark.fields.get("NAME", "")) for mark in push.marks):
        return True
    if len(push.events) or not _DOTS.search(last):
        return False
    above = [text.shown(line) for line in text.above(push.lines[0], _BESIDE)]
    lines = [*above, *(text.shown(line) for line in text.below(push.lines[1], _BESIDE))]
    return any(map(_MARKDOWN.match, lines)) and not any(map(tells, lines))


def _is_problem(text: LogText, push: ParsedPush, error: ErrorLines, *, is_told: bool) -> bool:
    """Return whether a push is nothing but an error that its reader may meet, or one of a list of problems.

    `is_told`: a person tells of it in the sentence above.
    """
    if not error.text or len(push.events) or push.lines != error.lines:
        return False
    line = error.lines[0]
    head = text.beginning(line).partition(error.text[:_WORD].encode("utf-8", "replace"))[0]
    if is_of_case(text, line) or _ARGUMENT.search(head):
        return True
    below = (text.shown(number).strip() for number in text.below(line, _CURED))
    # A person may tell which error he got, and below it what helped him.
    if not is_told and not _is_named(push) and any(map(documents, below)):
        return True
    lines = [piece.text for piece in text.pieces(0, len(text.data))] if len(text.data) <= _SHORT_TEXT else []
    return is_documented(text.shown(line), lines, is_named=True)


def _sentences_above(text: LogText, line: int) -> Iterator[str]:
    """Return the lines right above another that are no fences and no commands, the nearest first."""
    is_below_words = False
    for number in text.above(line, _ANNOUNCED_ABOVE):
        shown = text.shown(number).strip()
        if is_below_words and not shown:
            return
        if not _BETWEEN.fullmatch(shown):
            is_below_words = True
            yield shown


def _is_announced(above: Iterable[str]) -> bool:
    """Return whether a title above a push, or the nearest sentence there, says that its reader will see this."""
    return any(_is_title(words) or (not n and _promises(words)) for n, words in enumerate(islice(above, _MOST_ASKED)))


def _is_title(line: str) -> bool:
    """Return whether a line is the title of an output that is no real one: programs speak of such in sentences."""
    words = _EXPECTED.search(line)
    rest = f"{line[: words.start()]}{line[words.end() :]}" if words else ""
    return words is not None and (_TITLE.search(line) is not None or not any(map(str.isalnum, rest)))


def _promises(sentence: str) -> bool:
    if ends_with_promise(sentence) or _EXPECTS.match(sentence):
        return True
    if not _POINTS_BELOW.search(sentence) or not _ANNOUNCED.search(sentence):
        return False
    return _OUGHT.search(sentence) is not None or not tells(sentence)


def is_of_library(text: LogText, push: ParsedPush) -> bool:
    """Return whether a push stands in a session of Python on a page that documents a library."""
    line = push.lines[0]
    above = (text.shown(number) for number in text.above(line, _SESSION_ABOVE))
    if len(text.data) > _SHORT_TEXT or not any(map(_SESSION.match, above)):
        return False
    lines = [piece.text for piece in text.pieces(0, len(text.data))]
    return any(map(_OF_LIBRARY.match, lines)) and not any(map(tells, lines))


def _is_named(push: ParsedPush) -> bool:
    return any(mark.fields.keys() & {"REFERENCE", "NAME"} for mark in push.marks)
