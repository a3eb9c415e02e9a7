"""What ends the text of an error and is no part of it, such as `-> [Help 1]`."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

# Characters of an ending: each of a longer run, of blanks say, would be tried as the beginning of one.
LONGEST = 200

# Maven points at a page of its manual.
HELP = lazy_pattern(r"(?<!\s)\s*+(?:->|-&gt;) \[Help \d+\]\s*$")
_MARKS_BEHIND = lazy_pattern(
    r"(?:\s|```|(?<=[^\s`])``|\*{2,}+|~~|\]\]>|</?(?:br|code|p|pre|samp)(?: ?/)?>"
    r"|<{2,}+|\\|(?<=\s)\||\{/?(?:noformat|code|quote|color)\}|\[/\w{1,10}\]"
    r"|(?<=\w)Error: Process completed with exit code \d+\.?)+$"
)
# A person points at the line, or adds a comment.
_COMMENT = lazy_pattern(
    r"\s+(?:(?:<[-=]{1,20}|\u2190+)(?:\s[^<>\"]{0,80})?|#(?:\s+|(?=[^\x00-\x7f]))[^<>\"{}\n]{1,80}|//\s[^<>\"{}\n]{1,80})$"
    # A page lost the line break before a comment.
    r"|(?<=[a-z])# [A-Z][a-z]{1,20} [a-z][^<>\"{}\n]{1,80}$"
    # A note in a language of East Asia.
    r"|(?<=[a-z.])\s*[(\uff08](?=[\u3041-\u9fff\uac00-\ud7a3])[^()\n]{1,80}[)\uff09]$"
)
# An emphasis that begins inside the text, and ended behind it.
_EMPHASIS = lazy_pattern(r"(?<=\s)\*\*(?=\w)")
# A quote that nothing opens ends a text of another program.
_OPENS = {sign: lazy_pattern(rf"(?:^|[\s(\[{{=:,]){sign}") for sign in "\"'"}


def without_ending(ending: re.Pattern[str], text: str) -> str:
    """Return a text without the blanks and the ending behind it."""
    text = text.rstrip()
    match = ending.search(text, max(0, len(text) - LONGEST))
    return text[: match.start()] if match else text


def without_marks_behind(text: str) -> str:
    """Return a line of an error without the marks and the quote that end the text of somebody else."""
    # A quote that is open goes on in the next line, where a console broke it behind the first sign of an escape.
    is_open = is_open_quote(text) and text.endswith("\\")
    whole, text = text, text if is_open else without_ending(_MARKS_BEHIND, without_ending(_COMMENT, text))
    if whole.count("**") - text.count("**") == 1 and whole.rstrip().endswith("**"):
        text = _EMPHASIS.sub("", text) if text.count("**") == 1 else text
    while text and text[-1] in "`*" and text.count(text[-1]) % 2 and not text.endswith("**"):
        text = text[:-1]
    is_alone = text[-1:] in _OPENS and not _OPENS[text[-1]].search(text, 0, len(text) - 1)
    is_odd = text.endswith('"') and is_open_quote(text)
    return text[:-1].removesuffix("\\") if is_alone or is_odd else text


def is_open_quote(text: str) -> bool:
    """Return whether a quote of the text is not closed; those behind a backslash stand inside one."""
    return (text.count('"') - text.count('\\"')) % 2 == 1


def without_repetition(text: str) -> str:
    """Return the text of `TEXT [TEXT]`, which Maven's plug-ins print."""
    twice = re.fullmatch(r"(.+?) ?\[(.+)\]", text, re.DOTALL) if text.endswith("]") else None
    return twice[1].strip() if twice and twice[1].strip() == twice[2].strip() else text
