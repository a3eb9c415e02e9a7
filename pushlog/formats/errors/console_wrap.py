"""Join the lines of an error that a console of fixed width broke, or a person, a mailer or an editor between words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pushlog.formats.errors.bystanders import is_command, is_ending, is_prompt
from pushlog.formats.errors.classify import classify
from pushlog.formats.errors.parse import CODE
from pushlog.intake.unwrap.broken_errors import is_half
from pushlog.knowledge.push_words import docker_push
from pushlog.knowledge.signatures import signatures
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText, Piece

# The width of a console, of Windows' too (one column less), and of the pages that CI systems draw.
_WIDTHS = frozenset((79, 80, 99, 100, 119, 120, 131, 132, 159, 160))
# No shorter line was broken by a console.
_SHORTEST = 60
# So many lines around are no longer, where a console broke one.
_AROUND = 20
# A line goes on inside a sentence, a word or a path.
_GOES_ON = lazy_pattern(r" ?[a-z0-9,.;:)\]}'\"/]| [A-Z]")
# These begin so too: programs that tell how a command ended, log lines, rows of docker.
_BEGINS = lazy_pattern(
    r" ?(?:\d{4}[-/]\d\d|\d\d:\d\d|time=|level=|[A-Z]{4}\[\d|[0-9a-f]{7,12}: "
    r"|(?:g?make|npm|yarn|docker|sh|bash)(?:\[\d+\])?: |npm |error\b|warning\b|exit (?:code|status)|script returned"
    r"|[\w.-]+: digest: |section_(?:start|end):|travis_(?:fold|time):|(?:failed|succeeded)$)"
)
_CLOSING = 8
# Fewer letters are the rest of a word as often as a word.
_SHORT_WORD = 3
_PATH = lazy_pattern(r"/[\w.-]{1,80}$")
_LAST_LETTERS = lazy_pattern(r"[A-Za-z]+$")
_FIRST_LETTERS = lazy_pattern(r"[A-Za-z]+")
_WHOLE = lazy_pattern(rb"The push refers to |digest: sha256:|\b" + docker_push().encode() + rb" |Pushing tag")
# containerd tells each error of the registry in a line of its own.
_SAID = lazy_pattern(rb"blob unknown to registry - sha256:")
# A secret is found and hidden line by line: its parts are left where they are.
_TOKEN = lazy_pattern(r"[A-Za-z0-9_+/=-]{40,}")
_MIXED = (lazy_pattern(r"[A-Z]"), re.compile(r"[a-z]"), lazy_pattern(r"[0-9]"))
# A digest behind a colon that an address escapes is none.
_HEX = lazy_pattern(r"(?:3A)?[0-9a-f]+")
# The narrowest text that people and mailers break, and the widest.
_NARROWEST, _WIDEST = 64, 100
# A text whose further lines are indented has so many lines, each by so many blanks.
_MOST_HANGING, _LEAST_INDENT = 8, 2
# What is not over: a verb without its address, words before a colon, a bracket.
_VERB = lazy_pattern(r"(?:^|: )(?:Get|Head|Put|Post|Patch|Delete|GET|HEAD|PUT|POST|PATCH|DELETE)$|\brequest to$")
_ADDRESS = lazy_pattern(r"\"?https?://")
_REQUEST = lazy_pattern(r"(?:Get|Head|Put|Post|Patch|Delete|GET|HEAD|PUT|POST|PATCH|DELETE) \"?https?://")
_ASKS = lazy_pattern(r"(?<=[a-z] )(?:at|to|in|of|for|on|by|with|from|the|an?|and|or|is|are|not|be|because|no)$")
_COLON = lazy_pattern(r"(?<!\berrors)(?<=[a-z0-9\"\])]):$")
_BRACKET = lazy_pattern(r"\([^()]{0,200}$")
_ENDS_BRACKET = lazy_pattern(r"[^()]{1,200}\)")
# A sentence goes on with such a word, whatever the width of the text.
_JOINS = lazy_pattern(r"(?:and|or|because|but|which|that|to|on|in|for|with|from|by|at|of|is|not) [a-z]")
# Docker 1.6 and 1.7 tell where they asked for a token before they tell what came.
_TOKEN_URL = lazy_pattern(r"token auth attempt for registry(?![^\n]*request failed)[^\n]*\Z")
_OF_URL = lazy_pattern(r"https?://\S+$|\?\S+$|\w+%3A\S+$|request failed with status: \d")
_LAST_WORDS = lazy_pattern(r"[a-z][a-z ]{0,30}\.")
_ENDS_SENTENCE = lazy_pattern(r"[.!?;]$")
_ODD_QUOTE = lazy_pattern(r'[^"]*"(?:[^"]*"[^"]*")*[^"]*')


def unwrapped(text: LogText, error: str, last: Piece, piece: Piece) -> str | None:
    """Return the error with the next line, where it goes on there: broken by a console or between words; else None."""
    if _SAID.match(text.data[piece.start : piece.stop]):
        return None
    if text.data[last.stop : piece.start].count(b"\n") != 1:
        return None
    return _broken_by_console(text, error, last, piece) or _broken_between_words(text, error, last, piece)


def may_be_broken(piece: Piece) -> bool:
    """Return whether a line is as long as a console may have broken one at."""
    return len(piece.text) in _WIDTHS


def _broken_by_console(text: LogText, error: str, last: Piece, piece: Piece) -> str | None:
    line = text.data[last.start : last.stop].decode("utf-8", "replace").rstrip("\r")
    row = text.data[piece.start : piece.stop].decode("utf-8", "replace").rstrip("\r\n")
    is_open = _ODD_QUOTE.fullmatch(error) is not None and '"' in row
    if len(line) < _SHORTEST or _BEGINS.match(row) or (is_ending(row) and not is_open) or is_prompt(row):
        return None
    # A row that other lines were joined to has empty ones behind it.
    if len(row) > len(line) and text.data[piece.stop : piece.stop + 2] != b"\n\n":
        return None
    if not (_GOES_ON.match(row) or line.endswith(" ") or _is_in_word(line, row)):
        return None
    is_width = len(line) in _WIDTHS or _is_as_wide(text, error, last.line, len(line))
    if not is_open and (not is_width or _longest_around(text, last.line) > len(line)):
        return None
    joined = error + line[len(line.rstrip()) :] + row.rstrip()
    # A quote that closes behind the error is not broken.
    is_cut = line.rstrip().endswith(error.rstrip()[-_CLOSING:])
    if not is_open and (not is_cut or (_is_between_words(line, row) and not _tells_more(error, joined))):
        return None
    return None if any(map(_may_be_secret, _TOKEN.finditer(joined, max(0, len(error) - _SHORTEST)))) else joined


def _may_be_secret(word: re.Match[str]) -> bool:
    return all(sign.search(word[0]) for sign in _MIXED) and not _HEX.fullmatch(word[0])


def _is_as_wide(text: LogText, error: str, line: int, width: int) -> bool:
    """Return whether the line above was broken at the same width, and is one of the error too."""
    start, stop = text.bounds(line - 1) if line > 1 else (0, 0)
    return len(error) >= 2 * width and len(text.data[start:stop].decode("utf-8", "replace").rstrip("\r")) == width


def _is_between_words(line: str, row: str) -> bool:
    """Return whether a line ends with a word that errors have, which no letters of the next line go on."""
    last, first = _LAST_LETTERS.search(line), _FIRST_LETTERS.match(row)
    if last is None or first is None:
        return False
    if _PATH.search(line):
        return False
    words = _words_of_errors()
    is_word = last[0].lower() in words or (len(first[0]) > _SHORT_WORD and first[0].lower() in words)
    return is_word and f"{last[0]}{first[0]}".lower() not in words


def _is_in_word(line: str, row: str) -> bool:
    """Return whether the last letters of a line and the first of the next are one word, which errors have."""
    last, first = _LAST_LETTERS.search(line), _FIRST_LETTERS.match(row)
    return last is not None and first is not None and f"{last[0]}{first[0]}".lower() in _words_of_errors()


@cache
def _words_of_errors() -> frozenset[str]:
    return frozenset(
        word.lower() for row in signatures() for sample in row.sample for word in re.findall(r"[A-Za-z]+", sample)
    )


def _broken_between_words(text: LogText, error: str, last: Piece, piece: Piece) -> str | None:
    """Return the error with the next line, where a person or a mailer broke it.

    Its words are not over; or the first word of the next line has no place behind them within the width of the text,
    and the lines together say more than the first alone.
    """
    line, row = last.text.rstrip(), piece.text.strip()
    if _BEGINS.match(row) or is_ending(row) or is_command(row) or "```" in row or _is_in_secret(error.rstrip(), row):
        return None
    joined = f"{error.rstrip()} {row}"
    if _TOKEN_URL.search(error) and _OF_URL.match(row):
        return error.rstrip() + row if row.startswith("?") or error.endswith("=") else joined
    if (
        is_half(line.encode(), row.encode())
        or _is_not_over(line, row)
        or _is_hanging(text, error, piece)
        or (_JOINS.match(row) and _tells_more(error, joined))
    ):
        return joined
    is_long = len(error) > len(line)
    is_word = " " not in line
    if (
        not _GOES_ON.match(row)
        or CODE.match(row)
        or _ENDS_SENTENCE.search(line)
        or (not is_long if is_word else len(line) > _WIDEST)
    ):
        return None
    width = max(_NARROWEST, _longest_around(text, last.line, broken=True))
    if width > _WIDEST or len(line) + 1 + len(row.split(maxsplit=1)[0]) <= width:
        return None
    return joined if is_long or _LAST_WORDS.fullmatch(row) or _tells_more(error, joined) else None


def _is_in_secret(error: str, row: str) -> bool:
    """Return whether the end of an error and the begin of the next line may be parts of one secret."""
    words = _TOKEN.finditer(error[-_WIDEST:] + row[:_WIDEST])
    joint = len(error[-_WIDEST:])
    return any(word.start() < joint < word.end() and _may_be_secret(word) for word in words)


def _is_hanging(text: LogText, error: str, piece: Piece) -> bool:
    """Return whether a line is indented below the first line of its error, as those between them are.

    The first such line must tell more than the error does without it.
    """
    indent = _indent(text, piece.line)
    if indent < _LEAST_INDENT or not _GOES_ON.match(piece.text):
        return False
    above = text.above(piece.line, _MOST_HANGING)
    first = next((number for number in above if _indent(text, number) != indent), 0)
    if not first or _indent(text, first) > indent - _LEAST_INDENT:
        return False
    is_first_of_error = error.startswith(text.shown(first)[:_NARROWEST])
    return is_first_of_error and (first < piece.line - 1 or _tells_more(error, f"{error} {piece.text}"))


def _indent(text: LogText, line: int) -> int:
    row = text.beginning(line, _WIDEST)
    return len(row) - len(row.lstrip(b" "))


def _is_not_over(line: str, row: str) -> bool:
    """Return whether the words of a line ask for those of the next."""
    return bool(
        (_VERB.search(line) and _ADDRESS.match(row))
        or (_BRACKET.search(line) and (_ENDS_BRACKET.match(row) or _GOES_ON.match(row)))
        or (_ASKS.search(line) and len(line) >= _NARROWEST // 2)
        or (
            _COLON.search(line)
            and (_GOES_ON.match(row) or _REQUEST.match(row))
            and (_ADDRESS.match(line) or len(line) >= _NARROWEST // 2)
        )
    )


def _tells_more(error: str, joined: str) -> bool:
    """Return whether the catalogue has another word for an error with the next line than for one without."""
    row = classify(joined).signature
    return row is not None and row is not classify(error).signature


def _longest_around(text: LogText, line: int, *, broken: bool = False) -> int:
    """Return the length of the longest line around a line, in characters; headers and digest lines are whole again.

    `broken`: of a text that is broken between words, where a word that is longer stands alone in its line.
    """
    lines = (text.whole(number) for number in text.near(line, _AROUND))
    rows = (row.decode("utf-8", "replace").strip() for row in lines if not _WHOLE.search(row))
    return max((len(row) for row in rows if not broken or " " in row), default=0)
