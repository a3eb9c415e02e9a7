"""Lines of the source of a program or a script."""

from __future__ import annotations

from pushlog.lazy_pattern import lazy_pattern

# Output has some of these lines too, such as objects over several lines: two of them are a source.
_CODE = lazy_pattern(
    rb"\s*(?:[\w.\"-]{1,60}\s+(?::=|=)\s+\S"
    rb"|(?:func|def|class|fn|pub|public|private|static|const|let|var|type|import|package|resource|module|variable|return"
    rb"|@\w+)\b[^\n]*[\w)\"{;:]$|[^\n]*[{};]$|(?:set -[eux]+|fi|done|esac|(?:el)?if \[.*)$"
    rb"|(?:from [\w.]+ import|(?:FROM|RUN|COPY|ENTRYPOINT|WORKDIR) \S)|#!/)"
)
# No program prints these, whatever it prints; but a sentence of a person may begin like some.
_STATEMENT = lazy_pattern(
    rb"[ \t]*(?:(?:const|let|var|export|import|async|function)\s\w|(?:def|func|fn|class) \w+[({:]|assert\b"
    rb"|(?:await\s+)?(?:expect|it|test|describe)\(|(?:if|for) [^\n]*[{:]\s*$)"
    rb"|[^\n]*(?:\(\{|=> \{)\s*$|[ \t]*[\w, ]+ := |[ \t]*[}\]]+\)+[;,]?\s*$"
)


def is_code(line: bytes) -> bool:
    """Return whether a line is one of the source of a program, if another one beside it is."""
    return _CODE.match(line) is not None


def is_statement(line: bytes) -> bool:
    """Return whether a line is one of a program, and none of an object that a program prints."""
    return _STATEMENT.match(line) is not None
