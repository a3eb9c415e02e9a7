"""Sentences in which a person tells which error a push gave: the words before it, and those behind."""

from __future__ import annotations

from pushlog.lazy_pattern import lazy_pattern

# A person tells what came, whenever it did; and goes on with the sentence behind it.
_GET = (
    r"(?:get(?:s|ting)?|got|gives?|gave|receiv(?:e|ed|es|ing)|sees?|seeing|saw|fail(?:s|ed|ing)? with|returns?|returned"
    r"|says?|said|threw|throw(?:s|ing|n)?|ends? (?:up )?with|ended (?:up )?with|hit(?:s|ting)?|fac(?:e|es|ed|ing)"
    r"|encounter(?:s|ed|ing)?|shows?|showed|shown|reports?|reported|prints?|printed|respon(?:ds?|ded) with"
    r"|results? in|resulted in|complain(?:s|ed)?|produces?|produced|errors? (?:out )?with|errored (?:out )?with"
    r"|r[ua]n(?:s|ning)? into"
    r"|exits? with|exited with|aborts? with|aborted with|stops? with|stopped with|breaks? with|crash(?:es|ed)? with)\b"
)
_LEADS_TO = (
    r"(?: (?:me|us|an?|the|this|that|these|following|below|same|error|errors|message|response|back|of|with|also|again"
    r"|only|just|always|as|follows))*[:,]?\s*[\"'`*\u201c(]*$"
)
# What ought to come is not what came.
_OUGHT = r"(?!(?:(?:should|ought to) (?:\w+ )?see|(?:should|would|ought to) (?:\w+ )?(?:show|print|say))\b)"
_FIRST_PERSON = lazy_pattern(
    r"(?:(?:.*\b)?(?:[Ii]|[Ww]e|[Ii]t|[Tt]his)(?:'m|'re|'ve| am| are| was| have| had| is)?"
    rf"(?: {_OUGHT}\w+){{0,2}}?"
    rf" (?<!\bif it ){_GET}"
    rf"|\W*(?:\d{{1,2}}[.)]\s+)?(?i:get|got|see|observe|notice|fails with|receive)\b){_LEADS_TO}"
)
# Behind more words of theirs a person names what came; a text that speaks of a case tells of no one's push.
_OF_ONE = (
    r"(?=.*(?<![\w./=-])(?:[Ii]|[Ww]e|[Mm]y|[Oo]ur|[Mm]e)(?:'\w+)?(?![\w./=-]))"
    r"(?!.*\b(?:[Ii]f|[Ii]n case|should|might|may|would|could|e\.g|example"
    # They write of it.
    r"|wrote|writ(?:e|ing|ten)|document\w*|guide|article|explain\w*|translat\w*)\b)"
)
_WHAT_CAME = (
    rf"(?:and|but|then|so)(?:,? (?:then|now|only|just|always|still|i|I|we|again))? {_GET}"
    r"|(?:[Tt]he|[Mm]y|[Tt]his)(?: \w+){0,2}? (?:error|message)(?: message| text)?(?: (?:I|we) \w+)?"
    r" (?:is|was|says|said|reads)\b"
    r"|(?:[Dd]ocker|[Tt]he (?:registry|daemon|server|command))"
    r" (?:says|said|answers|answered|replies|replied|tells me|told me|complains|complained)\b"
)
_CAME = lazy_pattern(rf"{_OF_ONE}.*\b(?:{_WHAT_CAME}){_LEADS_TO}")
_GIVES_ME = r"(?:gives|gave|returns|returned|throws|threw|shows|showed) (?:me|us)"
# What was run fails with the error; a document says what to do when it does.
_PUSH_FAILS = lazy_pattern(
    r"(?:.*\b)?(?:[Pp]ush(?:es|ing|ed)?|[Uu]ploads?|command|build|job|pipeline|step|task|workflow)\b[^.:\n]{0,60}?"
    r"\b(?:(?:fail(?:s|ed|ing)?|stop(?:s|ped)?|abort(?:s|ed)?|error(?:s|ed)? out) with"
    rf"|end(?:s|ed|ing)? (?:up )?(?:with|in)|{_GIVES_ME})\b{_LEADS_TO}"
    r"|(?:.*\b)?[Pp]ush(?:ing|es)? (?:my|our) [^.:\n]{0,60}?"
    rf"\b(?:result(?:s|ed) in|gives|gave|returns|returned|ends? with|ended with)\b{_LEADS_TO}"
)
_SUPPOSED = lazy_pattern(
    r"\b(?:[Ii]f|[Ii]n case|[Ww]henever(?! (?:I|we)\b)|should|might|may|e\.g"
    r"|[Ww]hen (?:the|your|a|docker) push|(?:[Aa]|[Aa]ny|[Ee]very|[Ee]ach) (?:docker )?push (?:without|that|which))\b"
    r"|\": ?\""
)
_SAYS_SO = lazy_pattern(
    rf"\b(?:fail\w*|up|stop\w*|abort\w*|out|end\w*) with\b|\bend\w* (?:up )?in\b|\b{_GIVES_ME}\b"
    r"|\b[Pp]ush(?:ing|es)? (?:my|our)\b"
    rf"|\b(?:[Ii]|[Ww]e|[Ii]t|[Tt]his)(?:'\w+)?(?: \w+){{0,3}}? {_GET}"
    rf"|\b(?:{_WHAT_CAME})"
    r"|^\W*(?:\d{1,2}[.)]\s+)?[A-Z]\w{2,6}\b "
)
# A person speaks.
_TELLS = lazy_pattern(
    r"(?<![\w./=-])(?:I(?:'m|'ve)?|(?i:we|my|our|me)|i(?:'m|'ve| (?:am|can|get|got|have|push|run|see|tr[iy]|want)))"
    r"(?![\w./=-])"
)
_LONGEST_HEAD = 400
_GOES_ON = lazy_pattern(
    r",? (?:when(?:ever)?|while|if|after|every time|even though|although|but|and (?:I|we|the)|on (?:my|the|our|a)"
    r"|in (?:my|the|our|a)|from (?:my|the)|because|despite|upon|during|trying|for (?:every|each|all|any|the|this|my)"
    r"|as soon|once|why|how|what|is there|error|message|errors)\b.*$"
)


def tells(line: str) -> bool:
    """Return whether a person speaks in a line."""
    return _TELLS.search(line) is not None


def is_of_person(line: str) -> bool:
    """Return whether a line may be the sentence of a person: a quick look before `is_told` is asked of each word."""
    return _SAYS_SO.search(line) is not None


def is_told(head: str) -> bool:
    """Return whether the words before an error are those of a person who got it."""
    if " " not in head or len(head) >= _LONGEST_HEAD:
        return False
    fails = _PUSH_FAILS.fullmatch(head) is not None and _SUPPOSED.search(head) is None
    return fails or _FIRST_PERSON.fullmatch(head) is not None or _CAME.fullmatch(head) is not None


def without_sentence(text: str) -> str:
    """Return an error without the rest of the sentence that tells it."""
    return _GOES_ON.sub("", text).rstrip(" .!?\"'`*\u201d")
