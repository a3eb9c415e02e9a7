"""Errors that documents explain: lists of problems with their causes and cures, manuals, tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.errors.detect import starts_error
from pushlog.formats.errors.told import is_told, tells
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence


# A sentence that explains what an error means.
_EXPLAINED = lazy_pattern(
    r"(?:denied|credentials|required|forbidden|no such host|refused|timeout|unknown authority|HTTPS client|expired"
    r"|blob upload (?:unknown|invalid)|EOF)(?:[\"'`*]|</\w+>)*,? +(?:error |message |this |it |response )*"
    r"(?:(?:most )?(?:usually|typically|often|commonly|generally|likely) |can |may |could )*"
    r"(?:means?|indicates?|occurs?|happens?|appears?|arises?|tells?|refers?|comes?|results?"
    r"|is (?:what|caused|returned|thrown|shown|due|usually|often|a|an|the|one))\b"
    # A link of a notebook to its page about the error.
    r"|: \[\[[^\[\]\n]+\]\]"
    # What a command says in some case, which nobody met.
    r"|\bpush[\"'`]? (?:prints|says|shows|returns|gives|fails with|answers|throws) [\"'`]"
    r"[^\"'`\n]{1,200}[\"'`] (?:when|if|unless) (?!\w*(?:'s)? ?(?:I|we|my|our)\b)(?![^\n]*\b(?:I|we|my|our)\b)"
    # What would come; what may; and a rule of a program for what came.
    r"|\b(?:[Oo]therwise|[Oo]r else),? (?:you|it|docker|the push)\b|\u5426\u5219"
    r"|\b(?:can|may|might|could) (?:also |still )?(?:fail|stop|end)\b"
    r"|\"(?:match|pattern|regexp?|hint|rule|contains|signature)\": ?\""
)
# An item of a list; a list of errors tells which there are.
_ITEM = lazy_pattern(r"\s*[-*\u2022] +(?=\S)")
_MARKS = "\"'`*_ "
# A document lists a problem, its cause and what to do; a call in a program lists texts.
_DOCUMENTED = lazy_pattern(
    r"\W*(?:(?:(?:root|possible|likely) )?causes?|fix|solutions?|resolution|remedy|workaround|why)\b\W{0,4}:"
    r"|[^\w\n]*(?:\u6392\u67e5(?:\u6b65\u9aa4|\u65b9\u6cd5)|\u5904\u7406(?:\u6b65\u9aa4|\u65b9\u6cd5)|\u6839\u672c\u539f\u56e0|\u53ef\u80fd(?:\u7684)?\u539f\u56e0|\u89e3\u51b3|\u539f\u56e0"
    # The same in Japanese and Korean; in Spanish, Portuguese, German, Russian and Vietnamese.
    r"|\u89e3\u6c7a|\u5bfe\u51e6|\u5bfe\u7b56|\ud574\uacb0|\uc6d0\uc778)"
    r"|\W*(?:soluci[o\xf3]n(?:es)?|causas?|solu[c\xe7](?:[a\xe3]o|[o\xf5]es)|ursachen?|l[o\xf6]sung(?:en)?"
    r"|\u043f\u0440\u0438\u0447\u0438\u043d[\u0430\u044b]|\u0440\u0435\u0448\u0435\u043d\u0438[\u0435\u044f]"
    r"|nguy\xean nh\xe2n|c\xe1ch (?:kh\u1eafc ph\u1ee5c|tr\xe1nh|s\u1eeda))\b\W{0,4}:"
    # The same as a title of its own.
    r"|#{2,6} \W{0,4}(?:(?:root |possible |likely )?causes?(?: (?:and|&) (?:fixes|solutions))?|fix(?:es)?"
    r"|(?:re)?solutions?|remed(?:y|ies)|l[o\xf6]sung(?:en)?|soluci[o\xf3]n(?:es)?|solu[c\xe7](?:[a\xe3]o|[o\xf5]es))"
    r"\W{0,4}$"
    r"|(?:=>|->|\u2192) "
    # Items that tell what to do.
    r"|\s*(?:[-*\u2022]|\d{1,2}[.)])\s+(?:\*\*)?(?:ensure|verify|grant|confirm|double-check|make sure)\b"
    # The line below the names of the columns of a table.
    r"|\|?\s*:?-{2,}:?\s*\|\s*:?-{2,}",
    re.IGNORECASE,
)
# A form for reports has a place for these too.
_HELPS = lazy_pattern(
    r"#{1,6} .{0,40}\btrouble ?shooting\b|\W*trouble ?shooting\W*$"
    r"|#{1,6} (?:\W{0,3} )?(?:symptoms?|s[i\xed]ntomas?|sintomas?|sympt[o\xf4]mes?|symptome?)\b"
    r"|#{1,6} .{0,40}(?:\b(?:faq|common (?:issue|error|problem|pitfall|failure)s?|fehlerbehebung|d[e\xe9]pannage)\b"
    r"|\u9519\u8bef\u6392\u67e5|\u6545\u969c\u6392|\u5e38\u89c1(?:\u95ee\u9898|\u9519\u8bef)|\u7591\u96be"
    r"|\ubb38\uc81c \ud574\uacb0|\u30c8\u30e9\u30d6\u30eb)"
    # Signs of a problem, also in Spanish, Portuguese, French, German, Russian and Vietnamese; in Chinese and Japanese.
    r"|\W*(?:symptoms?|s[i\xed]ntomas?|sintomas?|sympt[o\xf4]mes?|symptome?|tri\u1ec7u ch\u1ee9ng"
    r"|\u0441\u0438\u043c\u043f\u0442\u043e\u043c\u044b?)\b\W{0,4}:"
    # In Korean too.
    r"|[^\w\n]*(?:\u75c7\u72b6|\u75c7\u72c0|\u73b0\u8c61|\u73fe\u8c61|\uc99d\uc0c1)\W{0,4}[:\uff1a]",
    re.IGNORECASE,
)
# Between two errors of which either may come.
_OR = lazy_pattern(
    r"\W*(?:or|oder|ou|o|\u0438\u043b\u0438|\u6216\u8005?|\u307e\u305f\u306f|\ub610\ub294)\W*"
    r"|\W*or (?![^\n]*\b(?:I|we|my|our)\b)[^\n]{0,60}:\W*",
    re.IGNORECASE,
)
# Other errors are announced that are common: nobody who reports one error does that. In Chinese and Japanese, too.
_MORE = lazy_pattern(
    r"[^\n]{0,80}(?:\b(?:common|typical|frequent)\b[^\n:]{0,40}\b(?:errors?|messages?|failures?|symptoms?)\b"
    r"|(?:\u5e38\u89c1|\u5e38\u898b|\u5178\u578b)\u7684?(?:\u75c7\u72b6|\u9519\u8bef|\u932f\u8aa4|\u62a5\u9519)"
    r"|\u3088\u304f\u3042\u308b\u30a8\u30e9\u30fc)[^\n:\uff1a]{0,40}[:\uff1a]\s*$",
    re.IGNORECASE,
)
# An entry of a list of problems: a title that quotes an error, and words in bold that lead an item.
_ENTRY = lazy_pattern(r"\s*(?P<kind>\*\*|#{2,6} )(?:[^\w\s`\"*]{1,3} )?[`\"]")
_LEAD = lazy_pattern(r"\s*(?P<kind>[-*\u2022]|\d{1,2}[.)])\s+\*\*")
_LEADS = 3
# Chapters of a document that are about other things; none is a part of a form for reports, or about a push.
_CHAPTER = lazy_pattern(r"\s*#{2,6} (?=[^\n]*[a-z]{3})")
_OF_A_REPORT = lazy_pattern(
    r"descri|steps|reprod|expect|actual|current|behavi|environ|setup|version|\blogs?\b|output|error|issue|problem|fail|\bbug"
    r"|\binfo|context|question|summary|\bwh(?:at|y|en)\b|\bhow\b|system|config|details|screenshot|additional|relevant"
    r"|result|\btri|attempt|push|docker|image|title|background|motivation|note|update|\bedit",
    re.IGNORECASE,
)
_CHAPTERS = 2
# A question as a title or an entry of a table of contents; so many are a list.
_QUESTION = lazy_pattern(
    r"[\s#*>-]*(?:\d{1,2}[.)] |[\w-]+: [\"']?)?(?:why|how|what|when|where|can|do|does|is|are)\b"
    r"[^\n]{8,160}\?[\"'*\s]*$",
    re.IGNORECASE,
)
_QUESTIONS = 5
# So many cures stand in a list of problems.
_CURES = 2
# A row of a table tells of an error, and in so many cells what is known of it.
_CELLS = 2


def explains(line: str) -> bool:
    """Return whether a sentence says what an error means."""
    return _EXPLAINED.search(line) is not None


def documents(line: str) -> bool:
    """Return whether a line begins what a document says of a problem: its cause, what to do, a list of such."""
    return _DOCUMENTED.match(line) is not None or _HELPS.match(line) is not None


def announces_others(lines: Sequence[str]) -> bool:
    """Return whether a line announces other errors that are common, and nobody tells in it what he did."""
    return any(_MORE.match(line) and not tells(line) for line in lines)


def lists_questions(lines: Sequence[str]) -> bool:
    """Return whether lines are a list of questions, as a table of contents or a page of answers has them."""
    return sum(_QUESTION.match(line) is not None for line in lines) >= _QUESTIONS


def lists_problems(above: Sequence[str], below: Sequence[str]) -> bool:
    """Return whether an error is one of a list of problems: it stands in a chapter of its own, with cures below."""
    return any(map(_CHAPTER.match, above)) and sum(map(documents, below)) >= _CURES


def is_documented(line: str, lines: Sequence[str], *, is_named: bool) -> bool:
    """Return whether the line of a failed push is one of a document; one that names an image is where cures follow."""
    if is_named:
        return sum(map(documents, lines)) >= _CURES and not any(map(tells, lines))
    return is_of_manual(lines) or is_one_of_many(line, lines)


def is_of_manual(lines: Sequence[str]) -> bool:
    """Return whether lines are those of a text that helps with problems, or has chapters about other things.

    Nobody tells in it what happened.
    """
    if any(map(tells, lines)):
        return False
    chapters = [line for line in lines if _CHAPTER.match(line) and not _OF_A_REPORT.search(line)]
    return any(map(_HELPS.match, lines)) or announces_others(lines) or len(chapters) >= _CHAPTERS


def is_in_document(line: str, others: Sequence[str]) -> bool:
    """Return whether an error is a row of a table or an item of a list, or stands among lines of a document."""
    if _is_row_of_table(line) or is_one_of_many(line, others):
        return True
    # A person may tell which error he got, and below it what helped him.
    return (any(map(_DOCUMENTED.match, others)) and not any(map(is_told, others))) or is_of_manual(others)


def _is_row_of_table(line: str) -> bool:
    return line.rstrip().endswith("|") and sum(bool(cell.strip()) for cell in line.split("|")) >= _CELLS


def is_one_of_many(line: str, others: Sequence[str]) -> bool:
    """Return whether an error is an item of a list of errors."""
    if any(map(_OR.fullmatch, others)) or _is_entry(line, others):
        return True
    return _ITEM.match(line) is not None and any(
        other != line and (item := _ITEM.match(other)) and starts_error(other[item.end() :].strip(_MARKS))
        for other in others
    )


def _is_entry(line: str, others: Sequence[str]) -> bool:
    """Return whether a line is an entry of a list of problems, beside others of its kind."""
    entry, lead = _ENTRY.match(line), _LEAD.match(line)
    if entry:
        kinds = (match["kind"] for other in others if other != line and (match := _ENTRY.match(other)))
        return entry["kind"] in kinds
    return lead is not None and sum(bool(_LEAD.match(other)) for other in others if other != line) >= _LEADS - 1
