"""Sentences in which a person tells which error a push gave: the words before it, and those behind."""

from __future__ import annotations

from pushlog.lazy_pattern import lazy_pattern

# A person tells what came, whenever it did; and goes on with the sentence behind it.
_GET = (
    r"(?:get(?:s|ting)?|got|gives?|gave|receiv(?:e|ed|es|ing)|see|seeing|saw|fail(?:s|ed|ing)? with|returns?|returned"
    r"|says?|said|threw|throws?|end up with|hit|hitting|face|facing|encounter(?:ed|ing)?)\b"
)
_FIRST_PERSON = lazy_pattern(
    r"(?:(?:.*\b)?(?:I|[Ww]e|[Ii]t|[Tt]his)(?:'m|'re|'ve| am| are| was| have| had| is)?(?: \w+){0,2}?"
    r" (?<!\bif it )" + _GET + r"|\W*(?:\d{1,2}[.)]\s+)?(?i:get|got|see|observe|notice|fails with|receive)\b)"
    r"(?: (?:me|us|an?|the|this|that|these|following|below|same|error|errors|message|response|back|of|with|also|again"
    r"|only|just|always|as|follows))*[:,]?\s*[\"'`*\u201c(]*$"
)
_SAYS_SO = lazy_pattern(
    rf"(?:\b(?:I|[Ww]e|[Ii]t|[Tt]his)(?:'\w+)?(?: \w+){{0,3}}? {_GET}|^\W*(?:\d{{1,2}}[.)]\s+)?[A-Z]\w{{2,6}}\b )"
)
_LONGEST_HEAD = 400
_GOES_ON = lazy_pattern(
    r",? (?:when(?:ever)?|while|if|after|every time|even though|although|but|and (?:I|we|the)|on (?:my|the|our|a)"
    r"|in (?:my|the|our|a)|from (?:my|the)|because|despite|upon|during|trying|for (?:every|each|all|any|the|this|my)"
    r"|as soon|once|why|how|what|is there|error|message|errors)\b.*$"
)


def is_of_person(line: str) -> bool:
    """Return whether a line may be the sentence of a person: a quick look before `is_told` is asked of each word."""
    return _SAYS_SO.search(line) is not None


def is_told(head: str) -> bool:
    """Return whether the words before an error are those of a person who got it."""
    return " " in head and len(head) < _LONGEST_HEAD and _FIRST_PERSON.fullmatch(head) is not None


def without_sentence(text: str) -> str:
    """Return an error without the rest of the sentence that tells it."""
    return _GOES_ON.sub("", text).rstrip(" .!?\"'`*\u201d")
