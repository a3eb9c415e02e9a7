"""Tell whether an error stands in the report of a test runner, which names what it tests and what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.marks import HEADERS, MarkKind
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from pushlog.formats.parsed_push import ParsedPush
    from pushlog.intake.log_text import LogText

# A test that passed, or one of either kind with how long it took; a leaf of JUnit's tree; an expectation of RSpec.
_ITEM = lazy_pattern(
    r"\s*[\u2713\u2714\u221a] |\s*[\u2717\u2718\u00d7\u2716\u2715] [^\n]* \(?\d+ ?ms\)?$|(?:not )?ok \d+ -? ?\S"
    r"|\s*\[[+-]\] [^\n]* \d+(?:\.\d+)?m?s\b|[\u2502 ]*[\u251c\u2514]\u2500 [^\n]* [\u2714\u2718](?: |$)"
    r"|test \S+ \.\.\. \w+$|[^\n]* \.\.\. (?:ok|OK|FAIL(?:ED)?|ERROR)$"
    # Allure, pytest's and Playwright's reports as JSON.
    r"|[^\n]*\"(?:status|outcome)\": ?\"(?:passed|broken|expected)\""
    r"|\s*Failure/Error: |\s*expected Exception with \"|-{3} FAIL: "
)
# What Mocha, Jest, Vitest, RSpec, ShellSpec, Jasmine, Ginkgo, Cucumber, unittest, pytest, Tasty, Bats, ExUnit, Pester,
# cargo, Maven and gotestsum say at the end.
_SUMMARY = lazy_pattern(
    r"\s*\d+ (?:passing|failing|pending)\b(?: \(\d|$)|(?:Tests|Test Suites):? +\d+ (?:passed|failed)\b"
    r"|\s*Test Files +\d+ (?:passed|failed)\b|\d+ (?:examples?|tests?|specs?|doctests?), \d+ (?:failures?|skipped)\b"
    r"|Executed \d+ of \d+ |Ran \d+ (?:tests? in |of \d+ Specs)|\d+ scenarios? (?:\(|passed\b)"
    r"|(?:\d+ out of|All) \d+ tests (?:passed|failed)\b|=+ (?:\d+ \w+, )*\d+ (?:passed|failed)\b[^=\n]* in [\d.]+s\b"
    r"|Tests Passed: \d|test result: \w+\. \d|(?:\[\w+\] +)?Tests run: \d+, Failures: \d|DONE \d+ tests?\b"
)
# A word of a shell before a command, which no title of a test has.
_RUN = lazy_pattern(r"\s*(?:[$#%>+] |\+\+ )\S|make(?:\[\d+\])?: |[\w.-]+@[\w.-]+:")
_OUTPUT = {*HEADERS, MarkKind.DIGEST, MarkKind.AUX, MarkKind.QUIET}
# So many lines below an error its runner tells how many tests there were.
_BELOW = 60
_LONGEST = 300


def is_of_test(text: LogText, push: ParsedPush) -> bool:
    """Return whether a push is nothing but an error in the report of a test runner."""
    if push.error is None or len(push.events) or any(mark.kind in _OUTPUT for mark in push.marks):
        return False
    first, last = push.error.lines
    if any(_RUN.match(_shown(text, line)) for line in range(push.lines[0], last + 1)):
        return False
    if any(_ITEM.match(_shown(text, line)) for line in range(first, last + 1)):
        return True
    for line in text.below(last, _BELOW):
        below = _shown(text, line)
        if _SUMMARY.match(below) or _RUN.match(below):
            return _SUMMARY.match(below) is not None
    return False


def _shown(text: LogText, line: int) -> str:
    return text.shown(line)[:_LONGEST].rstrip()
