"""Tell the sentences around an error: a person tells of a push that failed, or says what to run."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

# A person speaks.
_TELLS = lazy_pattern(
    r"(?<![\w./=-])(?:I(?:'m|'ve)?|(?i:we|my|our|me)|i(?:'m|'ve| (?:am|can|get|got|have|push|run|see|tr[iy]|want)))"
    r"(?![\w./=-])"
)
_FAILS = lazy_pattern(
    r"\b(?:fail\w*|errors?|denied|unable|can(?:'t|not)|(?:get|got|getting) th(?:e|is))\b", re.IGNORECASE
)
# A line that tells which command to run, or what to do if it fails: a file that was searched, a workflow, a manual.
_ADVICE = lazy_pattern(
    r"^\S+:\d+[:-]|^\s*(?:-\s+)?(?:run|script|command|cmd|args|push|summary|description|title)\s*:|^\s*-\s+(?:[\"']?docker\b|name:)"
    r"|\b(?:(?<!\bsure )(?<!\bknow )(?<!\bsee )(?<!\bas )(?<!\beven )(?<!wonder )(?<!wondering )"
    r"(?<!happens )(?<!occurs )if (?:it|you|this|the|that)"
    r"|in case|whenever|e\.g\.|for example|you (?:can|should|must|need)|make sure)\b",
    re.IGNORECASE,
)
# A sentence names the command whose error stands by itself: it has more words than a command with its image.
_ASKED = lazy_pattern(
    r"\b[Dd]ocker (?:image )?push\b(?: [^\s`\"']+)?|\b[Pp]ush(?:ing|ed)? (?:[\w-]+ ){0,4}images?\b(?![\w./:-])"
    r"|\b[Pp]ush(?:es|ing)? (?:\w+ )?fail(?:s|ed|ing)?\b"
    r"|\b[Ff]ail\w* (?:to|at|on|in|when|while|during) (?:the )?push(?:ing)?\b"
    r"|\b(?:during|while|when|on) (?:the |a )?push(?:ing|ed)?\b"
    r"|\b(?:try|tried|trying|attempt(?:s|ed|ing)?|unable|cannot|can't|not able) (?:to )?push\b(?! through)"
)
# What the builder of Docker Hub says below it.
_HOOK = lazy_pattern(r"post_push hook failed! \(\d+\)")
_OF_GIT = lazy_pattern(r"\bgit\b|\bbranch|\bcommits?\b|\bpull request", re.IGNORECASE)
_WORDS = lazy_pattern(r"[^\W\d_]{2,}")
_SHELL = lazy_pattern(r"[|&;<>$]|^\s*[#%+]")
_FEWEST_WORDS = 3


def tells(line: str) -> bool:
    """Return whether a person speaks in a line."""
    return _TELLS.search(line) is not None


def advises(line: str) -> bool:
    """Return whether a line tells which command to run, or what to do in some case."""
    return _ADVICE.search(line) is not None


def asks(line: str) -> bool:
    """Return whether a line is a sentence about a push."""
    if _HOOK.match(line):
        return True
    if _OF_GIT.search(line):
        return False
    about = _ASKED.search(line)
    rest = f"{line[: about.start()]} {line[about.end() :]}" if about else ""
    return len(_WORDS.findall(rest)) >= _FEWEST_WORDS and not _SHELL.search(rest)


def reports(line: str) -> bool:
    """Return whether a line is the sentence of a person whose push failed."""
    return asks(line) and tells(line) and _FAILS.search(line) is not None
