"""JUnit XML: a log is a suite, a push is a test case; CI systems show what failed and keep the history."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Diagnosis, Log, Outcome
from pushlog.report import text
from pushlog.report.issues import NO_PUSH, image, one_line
from pushlog.report.visible import visible
from pushlog.report.words import outcome, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 100
# Characters that XML 1.0 can't hold, escaped or not; `visible` has replaced its controls and surrogates.
ILLEGAL = lazy_pattern("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
KINDS = {Outcome.FAILED: "failure", Outcome.INTERRUPTED: "skipped", Outcome.INCOMPLETE: "skipped"}


def _safe(value: str) -> str:
    return ILLEGAL.sub("\ufffd", visible(value))


def _name(push: Diagnosis, names: Counter[str]) -> str:
    """The reference; the lines beside it where a log pushes it more than once."""
    name = image(push) or "push"
    return name if names[name] == 1 else f"{name}, {span(push.lines)}"


def _case(log: Log, push: Diagnosis, names: Counter[str]) -> ET.Element:
    case = ET.Element("testcase", classname=_safe(log.source.name), name=_safe(one_line(_name(push, names))))
    if push.duration.seconds is not None:
        case.set("time", f"{push.duration.seconds:.3f}")
    story = _safe(text.render([Log(source=log.source, pushes=(push,))], width=WIDTH, detail=text.Detail.EVERYTHING))
    kind = KINDS.get(push.outcome)
    if kind is not None:
        ended = ET.SubElement(case, kind, message=_safe(one_line(push.verdict) or outcome(push)))
        if kind == "failure":
            ended.set("type", push.outcome.value if push.error is None else push.error.family.value)
        ended.text = story
    elif push.findings:
        ET.SubElement(case, "system-out").text = story
    return case


def _no_push(log: Log) -> ET.Element:
    """A log without a push is an error, so that an empty log can't turn a job green."""
    case = ET.Element("testcase", classname=_safe(log.source.name), name="no push found")
    error = ET.SubElement(case, "error", message=NO_PUSH.title, type=NO_PUSH.name)
    error.text = _safe(text.render([log], width=WIDTH))
    return case


def _count(element: ET.Element, cases: Iterable[ET.Element]) -> None:
    elements = list(cases)
    kinds = Counter(child.tag for case in elements for child in case)
    element.set("tests", str(len(elements)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(kinds[tag]))
    # A bound is no time, and a sum without it is none.
    times = [time for case in elements if (time := case.get("time")) is not None]
    if times and len(times) == len(elements):
        element.set("time", f"{sum(map(float, times)):.3f}")


def _suite(log: Log) -> ET.Element:
    suite = ET.Element("testsuite", name=_safe(log.source.name))
    names = Counter(image(push) or "push" for push in log.pushes)
    cases = [_case(log, push, names) for push in log.pushes] or [_no_push(log)]
    _count(suite, cases)
    suite.extend(cases)
    return suite


def render(logs: Sequence[Log]) -> str:
    """Return one document for all logs."""
    suites = ET.Element("testsuites", name="pushlog")
    for log in logs:
        suites.append(_suite(log))
    _count(suites, suites.iter("testcase"))
    ET.indent(suites, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'
