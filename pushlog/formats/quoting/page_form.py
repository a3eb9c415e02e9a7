"""Pages that are known by their form: the README of a program, a page of a site, a manual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.intake.mapped import find
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.intake.log_text import LogText
    from pushlog.intake.mapped import Data

# Longer ones are logs, and so many bytes tell how one begins.
_LARGEST, _LOOKED_AT = 1 << 18, 400
# So many chapters of a README or of a manual are no chance.
_CHAPTERS = 3
# What a README of a program has beside chapters of its own.
_README = lazy_pattern(
    rb"(?m)^#{1,3} (?:\W{0,6} ?)?(?P<chapter>(?i:install(?:ation|ing)?|usage|licen[sc]e|contributing|features"
    rb"|quick ?start|getting started|documentation|(?:developer )?(?:development|installation)|faq|table of contents"
    rb"|acknowledge?ments|roadmap|credits|authors?|support))\W*$"
    rb"|^\[?!\[[^\]\n]{0,80}\]\([^)\n]{0,300}(?P<badge>badge|shields\.io)"
)
# A log that shows a README begins otherwise.
_BEGINS_README = (b"#", b"<", b"[![", b"![", b"---")
# What a page of a site begins with: YAML or TOML between two lines. The template of a report has some, too.
_FRONT_MATTER = lazy_pattern(
    rb"\s*(?:<!--\s*)?(?P<mark>---|\+\+\+)[ \t]*\r?\n(?P<keys>(?:(?!---|\+\+\+)[^\n]*\n){1,80})(?P=mark)[ \t]*\r?\n"
)
_KEY = lazy_pattern(
    rb"(?m)^(?:title|layout|description|sidebar_position|sidebar_label|slug|permalink|weight|tags|categories|linkTitle"
    rb"|date|authors?)[ \t]*[:=]"
)
_TEMPLATE = lazy_pattern(rb"(?m)^(?:about|assignees)[ \t]*:")
# The chapters of a manual, as titles in Markdown or in capitals.
_CHAPTER = lazy_pattern(
    rb"(?m)^(?:#{2,4} +(?i:(?P<title>name|synopsis|description|options|flags|aliases|arguments|examples?|see also"
    rb"|history|exit status))"
    rb"|(?:\.SH +\"?)?(?P<name>NAME|SYNOPSIS|DESCRIPTION|OPTIONS|ARGUMENTS|EXAMPLES?"
    rb"|SEE ALSO|HISTORY|EXIT STATUS))[ \t]*\r?$"
)
# A page in AsciiDoc begins with attributes and its title, and has blocks; one in reStructuredText with directives.
_ASCIIDOC = lazy_pattern(
    rb"(?:(?::!?[\w-]+:[^\n]*|//[^\n]*|\[[^\]\n]*\][ \t\r]*|(?:ifdef|ifndef|ifeval|include|endif)::[^\n]*|\r)?\n){0,60}"
    rb"={1,3} [^=\n]+\n"
)
_BLOCK = lazy_pattern(rb"(?m)^\[(?:source|listing|console)\b[^\]\n]*\][ \t]*\r?$")
_RST = lazy_pattern(
    rb"\s*(?:\.\. (?:_[^\n]+:|(?:include|meta|contents|highlight|toctree|only|currentmodule|title)::[^\n]*)|:orphan:)"
    rb"\s*\n"
)
_UNDERLINED = lazy_pattern(rb"\n[^\s\n][^\n]*\n([=~^\"*-])\1{3,}[ \t]*\r?\n")
_BEGINS_MANUAL = lazy_pattern(rb"\.(?:TH |\\\")|#+>? |[%<]|NAME[ \t]*\r?\n|[\w.-]+\(\d\)")


def has_form_of_page(text: LogText) -> bool:
    """Return whether a whole log is a README, a page of a site or a manual."""
    if len(text.data) > _LARGEST:
        return False
    return any(form(text.data) for form in (_is_readme, _is_of_site, _is_of_manual, _is_marked_up))


def _is_readme(data: Data) -> bool:
    """Return whether a whole log is the README of a program, by its chapters and badges."""
    if not data[:_LOOKED_AT].lstrip().startswith(_BEGINS_README) or find(data, b"\n## ", 0, len(data)) < 0:
        return False
    marks = list(_README.finditer(data))
    chapters = {mark["chapter"].lower() for mark in marks if mark["chapter"]}
    return len(chapters) + any(mark["badge"] for mark in marks) >= _CHAPTERS


def _is_of_site(data: Data) -> bool:
    front = _FRONT_MATTER.match(data)
    return front is not None and _KEY.search(front["keys"]) is not None and not _TEMPLATE.search(front["keys"])


def _is_marked_up(data: Data) -> bool:
    """Return whether a whole log is a page in AsciiDoc or reStructuredText."""
    head = data[:_LOOKED_AT]
    if _ASCIIDOC.match(data[: _LOOKED_AT * 10]):
        return _BLOCK.search(data) is not None
    return _RST.match(head) is not None and _UNDERLINED.search(data) is not None


def _is_of_manual(data: Data) -> bool:
    if not _BEGINS_MANUAL.match(data[:_LOOKED_AT].lstrip()):
        return False
    chapters = {(match["title"] or match["name"]).lower() for match in _CHAPTER.finditer(data)}
    return len(chapters) >= _CHAPTERS
