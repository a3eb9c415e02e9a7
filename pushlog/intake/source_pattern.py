"""The form of the paths of logs, `--source-pattern '{owner}/{repo}/{run}/{attempt}.zip'`: each part's meaning."""

from __future__ import annotations

import re

from pushlog.faults import UserError
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

# The fields of `origin`, and what an address or a date is made of.
FIELDS = (
    "ci", "project", "workflow", "job", "runner", "ref", "sha",
    "owner", "repo", "org", "host", "run", "attempt", "id", "date",
)  # fmt: skip
# These have slashes themselves: a group of GitLab in another, a branch.
_DEEP = ("project", "ref")
_TOKEN = lazy_pattern(r"\{(\w+)\}|(\*\*)|(\*)|(\?)|([{}])")


class SourcePatternError(UserError):
    """A pattern is none."""


@record(kw_only=False)
class SourcePattern:
    """A pattern that is matched against the end of a path, or against what stands before the members of an archive."""

    regex: re.Pattern[str]

    def parts(self, name: str) -> dict[str, str]:
        """Return the fields that the path tells; none where it has another form."""
        path = name.replace("\\", "/")
        # The nearest folder that fits counts, for those above it are the user's own.
        starts = [place + 1 for place, character in enumerate(path) if character == "/"]
        matches = (self.regex.match(path, start) for start in (*reversed(starts), 0))
        match = next((match for match in matches if match), None)
        return {field: value for field, value in match.groupdict().items() if value} if match else {}


def parse_source_pattern(text: str) -> SourcePattern:
    """Return the pattern of a text. Raises SourcePatternError."""
    parts: list[str] = []
    names: set[str] = set()
    end = 0
    for token in _TOKEN.finditer(text):
        parts.append(re.escape(text[end : token.start()]))
        end = token.end()
        name, deep, star, mark, brace = token.groups()
        if brace or (name and name not in FIELDS):
            raise SourcePatternError(
                f"--source-pattern {text!r}: {token[0]!r} is no field; there are {', '.join(FIELDS)}"
            )
        if name in names:
            raise SourcePatternError(f"--source-pattern {text!r}: {token[0]} stands twice")
        if name:
            names.add(name)
            parts.append(f"(?P<{name}>[^/]+(?:/[^/]+)*?)" if name in _DEEP else f"(?P<{name}>[^/]+?)")
        else:
            parts.append(".*" if deep else "[^/]*" if star else "[^/]" if mark else "")
    parts.append(re.escape(text[end:]))
    if not names:
        raise SourcePatternError(f"--source-pattern {text!r}: names no field, such as {{owner}}/{{repo}}/{{run}}.log")
    return SourcePattern(re.compile(f"{''.join(parts)}(?=/|$)"))
