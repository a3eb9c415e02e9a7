"""Pages that teach: tutorials, manuals, lessons, which show pushes to their reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import LogText

# Longer ones are logs, and without some of these words nobody is addressed.
_LARGEST = 1 << 18
_READER = lazy_pattern(
    rb"\b(?:[Yy]ou|[Ll]et(?:'|\xe2\x80\x99)s)\b|\xe4\xbd\xa0|\xe6\x82\xa8|\xe6\x88\x91\xe4\xbb\xac|\xe6\x9c\xac[\xe6\xe7]"
    rb"|\xe3\x81\x8f\xe3\x81\xa0\xe3\x81\x95\xe3\x81\x84"
)
# A title in Markdown, HTML or AsciiDoc, and the line of one below it.
_TITLE = lazy_pattern(rb"(?:#{1,6} +(?![a-z])\S|[ \t]*<h[1-6][ >]|={1,6} \w|[=~-]{4,}\r?$)")
_TITLES = 2
# One that says what to do; a job may print some such, but begins otherwise.
_STEP = lazy_pattern(
    r"#{1,6} \W{0,4}(?:steps?\b|lab\b|lesson|exercise|assignment|pre-?requisites?|tested|how to|what is|why|getting"
    r"|introduction|overview|summary|conclusion|next steps|us(?:e|ing)\b|creat|install|build|pull|push|tag|list|remov"
    r"|stop|start|run|display|upload|check|verify|log ?in|authenticat|set ?up|clone|open|deploy|configur|clean)"
    r"[^\n]*",
    re.IGNORECASE,
)
_STEPS = 4
# A page begins so that says in its title what it is.
_HOW_TO = lazy_pattern(
    r"#{1,2} \W{0,4}(?:how to\b|getting started|tutorial|introduction\b"
    r"|[^\n]{0,60}\b(?:tutorial|guide(?:lines?)?|walkthrough)\b)",
    re.IGNORECASE,
)
# A sentence has words and ends; marks of a list or of a title may stand before it.
_MARKS = lazy_pattern(r"(?:[->*+\u2022#\s]|\d{1,2}[.)] |<[^<>\n]{1,80}>)*")
_SENTENCE = lazy_pattern(r"[\"'`*_(\[]*[A-Z]")
_TAGS = lazy_pattern(r"</?\w+(?: ?/)?>")
_END, _BEHIND = tuple(".:!?)"), "\"'`*_\\ \t\r"
_SMALL_WORDS = frozenset(
    (
        *("the", "a", "an", "to", "of", "is", "are", "and", "in", "for", "that", "this", "with", "your", "you", "it"),
        *("we", "be", "on", "as", "can", "will", "from", "or", "if", "at", "by", "our"),
    )
)
_WORDS, _SMALL, _LONGEST = 5, 2, 2000
_ASIAN = lazy_pattern(r"[\u3040-\u30ff\u4e00-\u9fff][^\n]{10,}[\u3002\uff1a:\uff0c,\uff01]?\s*$")
# It addresses its reader, or speaks of itself.
_TEACHES = lazy_pattern(
    r"\blet['\u2019]?s\b|\byou(?:['\u2019](?:ll|re|ve|d))?\b"
    r"|\byour (?!(?:support|help|time|reply|response|feedback)\b)\w"
    r"|\bthis (?:tutorial|guide|article|chapter|lab|workshop|lesson|course|section|exercise|blog|page|book|document)\b"
    r"|\bwe(?:['\u2019]ll| will)\b"
    # In Chinese and Japanese.
    r"|[\u4f60\u60a8]|\u6211\u4eec(?:\u53ef\u4ee5|\u6765|\u5148|\u5c06|\u9700\u8981|\u4f7f\u7528)"
    r"|\u672c(?:\u7ae0|\u8282|\u6587|\u6559\u7a0b|\u7bc7)|\u63a5\u4e0b\u6765|\u7528\u6237\u53ef\u4ee5"
    r"|\u304f\u3060\u3055\u3044|\u307e\u3057\u3087\u3046|\u672c?\u8a18\u4e8b",
    re.IGNORECASE,
)
_LESSONS, _MANY_LESSONS, _PROSE = 3, 8, 5
# So large a part of a page without titles is prose.
_SHARE = 0.15
# A person tells of himself, which outweighs two lines; several people do, who write no titles.
_OF_SELF = lazy_pattern(r"(?<![\w./=-])(?:I(?:['\u2019](?:m|ve|d|ll))?|my|me)(?![\w./=-])|\u6211(?!\u4eec)")
_OF_US = lazy_pattern(r"\b(?:we|our|us)\b", re.IGNORECASE)
# The titles of a form for reports and of the story of a failure, and a person who asks.
_REPORT = lazy_pattern(
    r"(?:#{1,6} |\*\*|-? ?\[[ xX]\] )?\W{0,4}(?:steps to reproduce"
    r"|(?:actual|current|expected|observed) (?:behaviou?r|results?)\b|describe the bug|bug report|to reproduce\b"
    r"|reproduc(?:e|tion)\b|what happened|what did you|issue type|system info|problem description"
    r"|additional (?:context|info))"
    r"|(?:#{1,6} |\*\*)\W{0,4}(?:environment|output of|(?:docker|client|server|harbor) (?:version|info)|logs"
    r"|root cause|post-?mortem|incident|status|date|impact)\b"
    r"|[^\n]{0,200}\b(?:any (?:ideas?|help|suggestions?)\b|please (?:help|advise)|thanks in advance|what am I"
    r"|(?:could|can) you (?:please|help|tell))",
    re.IGNORECASE,
)
# An article of a knowledge base has a title for both.
_ARTICLE = (
    lazy_pattern(r"#{1,6} \W{0,4}symptoms?\b", re.IGNORECASE),
    lazy_pattern(r"#{1,6} \W{0,4}(?:resolutions?|solutions?|causes?|fix|workaround)\b", re.IGNORECASE),
)
# Signs of several problems, each with its cure.
_SYMPTOM = lazy_pattern(r"\W*(?:symptoms?|problem|issue)\b[^\n]{0,120}[:.]", re.IGNORECASE)
_CURE = lazy_pattern(r"\W*(?:solutions?|fix|cure|resolution|remedy|workaround)\b\W{0,4}:", re.IGNORECASE)
_LISTED = lazy_pattern(rb"(?i)\n\W*(?:solutions?|fix|cure|resolution|remedy|workaround|causes?)\b\W{0,4}[:\n]")
_PROBLEMS = 2
# So near its beginning a page has a title or a sentence, and no command above it; a saved one begins otherwise.
_OPENING, _HEAD = 12, 4096
_COMMAND = lazy_pattern(r"(?:[^\n]{0,80}[$%>] |\+ )[\w./]|\[Pipeline\]|##\[")
_SAVED = lazy_pattern(
    rb"\s*(?:<(?:!doctype html|html)\b|---\r?\n(?:[\w-]+:[^\n]*\n|[ \t][^\n]*\n){1,60}---\r?\n|:\w+: |\.\. [_\w])",
    re.IGNORECASE,
)


def teaches(text: LogText) -> bool:
    """Return whether a whole log is a page that teaches its reader, and nobody tells in it what happened."""
    size = len(text.data)
    if size > _LARGEST:
        return False
    if not (_opens(_lines(text.data[:_HEAD])) or _SAVED.match(text.data)):
        return False
    if not any(words.search(text.data) for words in (_READER, _LISTED)):
        return False
    lines = _lines(text.data[:size])
    if any(map(_REPORT.match, lines)):
        return False
    problems = min(sum(form.match(line) is not None for line in lines) for form in (_SYMPTOM, _CURE))
    is_article = all(any(map(title.match, lines)) for title in _ARTICLE)
    return problems >= _PROBLEMS or is_article or _is_lesson(lines)


def _lines(data: bytes) -> list[str]:
    return [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]


def _is_lesson(lines: Sequence[str]) -> bool:
    """Return whether lines are those of a page with titles, with prose, or with what to do step by step."""
    sentences = [line for line in lines if _is_sentence(line)]
    lessons = sum(_TEACHES.search(line) is not None for line in sentences)
    lessons -= 2 * sum(_OF_SELF.search(line) is not None for line in sentences)
    if lessons < _LESSONS:
        return lessons > 0 and len({line.strip() for line in lines if _STEP.match(line)}) >= _STEPS
    if _HOW_TO.match(lines[0]) or sum(_TITLE.match(line.encode()) is not None for line in lines) >= _TITLES:
        return True
    is_prose = len(sentences) >= max(_PROSE, _SHARE * len(lines))
    return is_prose and (lessons >= _MANY_LESSONS or not any(map(_OF_US.search, sentences)))


def _opens(lines: Sequence[str]) -> bool:
    """Return whether the first lines are those of a page: a title or a sentence comes before any command."""
    for line in lines[:_OPENING]:
        if _TITLE.match(line.encode()) or _SYMPTOM.match(line) or _is_sentence(line):
            return True
        if _COMMAND.match(line):
            return False
    return False


def _is_sentence(line: str) -> bool:
    """Return whether a line is a sentence of a language, by its small words."""
    if len(line) > _LONGEST:
        return False
    marks = _MARKS.match(line)
    words = line[marks.end() :] if marks else line
    if _ASIAN.search(words):
        return True
    if not _SENTENCE.match(words) or not _TAGS.sub("", words).rstrip(_BEHIND).endswith(_END):
        return False
    parts = words.lower().split()
    return len(parts) >= _WORDS and sum(part.strip(".,:;!?*_`\"'()") in _SMALL_WORDS for part in parts) >= _SMALL
