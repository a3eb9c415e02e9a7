"""The problems that a CI system lists: every finding, and facts without a finding, such as a log without a push.

The formats that list problems by file and line are drawn from this, so that they count the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Diagnosis, Evidence, Finding, Outcome, Severity
from pushlog.model.source import PART_OF_NONE, WHAT_IT_IS
from pushlog.record_class import record
from pushlog.report.prose import clip
from pushlog.report.visible import visible
from pushlog.report.words import count, outcome, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pushlog.model import Log, Source

STDIN = ("-", "standard input")
DRIVE = lazy_pattern(r"[A-Za-z]:")
NO_PUSH = Finding(
    rule="no-push",
    name="no-push",
    severity=Severity.WARNING,
    title="No push was found in this log",
    explanation="Without a push there is nothing to judge: this is not a success.",
    remedy=(
        "Is it the right file, and does it hold the push step? Capture it with `docker push IMAGE 2>&1 | tee LOG`",
    ),
    evidence=(Evidence(line=1, text=""),),
    confidence=Confidence.CERTAIN,
)


def what_it_is(source: Source) -> str:
    """Return the note that says what an input is instead of a log of a push; empty where nobody knows."""
    note = next((note for note in source.notes if note.startswith(WHAT_IT_IS)), "")
    return note[:1].upper() + note[1:]


def notes_beside(source: Source) -> tuple[str, ...]:
    """Return the notes on a log without a push that say more than `no_push`."""
    others = (note for note in source.notes if not note.startswith(WHAT_IT_IS))
    return tuple(note for note in others if not (source.missed and note.endswith(PART_OF_NONE)))


def unfolded_notes(source: Source) -> tuple[str, ...]:
    """Return the notes that no report leaves out: what could not be read, and lines of a push that is none of those."""
    return source.notes if source.incomplete else tuple(n for n in source.notes if n.endswith(PART_OF_NONE))


def no_push(source: Source) -> Finding:
    """Return what is said of a log without a push; lines that hold words of one are its evidence."""
    if instead := what_it_is(source):
        return replace(NO_PUSH, remedy=(instead,))
    if not source.missed:
        return NO_PUSH
    return replace(
        NO_PUSH,
        explanation="Some lines hold words of a push, but too few of them are here to tell what became of it.",
        remedy=(
            "Keep more of it, from the command to the prompt behind it: `docker push IMAGE 2>&1 | tee push-log.txt`",
        ),
        evidence=tuple(Evidence(line=entry.line, text=entry.text) for entry in source.missed),
    )


@record
class Issue:
    """A finding in its place. `cause`: why a push failed; `fingerprint` is the same in every run on the same log."""

    finding: Finding
    source: Source
    push: Diagnosis | None
    cause: bool
    fingerprint: str

    @property
    def line(self) -> int:
        """The first line that proves it."""
        return self.finding.evidence[0].line


def one_line(text: str) -> str:
    """Return the text as one line that is safe to show."""
    return " ".join(visible(clip(text)).split())


def is_file(source: Source) -> bool:
    """Whether the log has a name that CI can point at."""
    return source.name not in STDIN


def path(source: Source) -> str:
    """Return the log's path as CI systems want it, relative and with slashes; an absolute one loses its root."""
    if not is_file(source):
        return "stdin"
    parts = [part for part in source.name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if len(parts) > 1 and DRIVE.fullmatch(parts[0]):
        del parts[0]
    return visible("/".join(parts)) or "log"


def image(push: Diagnosis) -> str:
    """Return what was pushed, `registry.example.com/team/app:1.2`; empty where the log does not name it."""
    name = "/".join(part for part in (push.reference.registry, push.reference.repository) if part)
    tags = push.reference.tags
    return f"{name}:{tags[0]}" if name and len(tags) == 1 else name


def place(issue: Issue) -> str:
    """Return which push it is about: `Push of team/app:1.2, lines 1-64`."""
    if issue.push is None:
        return ""
    named = image(issue.push)
    return one_line(f"Push{f' of {named}' if named else ''}, {span(issue.push.lines)}.")


def details(issue: Issue) -> tuple[str, ...]:
    """Return what is to be said beside the title: the error where it ended the push, what to do, and why."""
    error = issue.push.error.text if issue.cause and issue.push is not None and issue.push.error is not None else ""
    steps = (f"{number}. {text}" for number, text in enumerate(issue.finding.remedy, 1))
    why = issue.finding.explanation
    texts = (error if error not in why else "", *steps, why)
    return tuple(line for text in texts if (line := one_line(text)))


def tally(logs: Sequence[Log]) -> str:
    """Return `2 pushes in 1 log: 1 failed, 1 succeeded`."""
    ends = Counter(push.outcome for log in logs for push in log.pushes)
    kinds = sorted(Outcome, key=lambda kind: kind is Outcome.SUCCEEDED)
    outcomes = ", ".join(f"{ends[kind]} {kind.value}" for kind in kinds if ends[kind])
    pushes = count(ends.total(), "push") if outcomes else "No push"
    return f"{pushes} in {count(len(logs), 'log')}{': ' if outcomes else ''}{outcomes}"


def _untold(push: Diagnosis) -> Iterator[Finding]:
    """The end of a push that did not succeed, unless a finding speaks of it."""
    failed = push.outcome is Outcome.FAILED
    telling = (Severity.ERROR,) if failed else (Severity.ERROR, Severity.WARNING)
    if push.outcome is Outcome.SUCCEEDED or any(finding.severity in telling for finding in push.findings):
        return
    error = push.error
    evidence = Evidence(line=push.lines[1], text="") if error is None else Evidence(line=error.line, text=error.text)
    yield Finding(
        rule=f"push-{push.outcome.value}",
        name=f"push-{push.outcome.value}",
        severity=Severity.ERROR if failed else Severity.WARNING,
        title=push.verdict or outcome(push),
        explanation=" ".join(text for text in (evidence.text, push.advice) if text),
        remedy=(),
        evidence=(evidence,),
        confidence=Confidence.CERTAIN,
    )


def _fingerprint(finding: Finding, source: Source, push: Diagnosis | None, counts: Counter[str]) -> str:
    repository = "" if push is None else "/".join((push.reference.registry or "", push.reference.repository or ""))
    key = "\0".join((finding.rule, path(source), repository, str(finding.evidence[0].line)))
    counts[key] += 1
    # Two findings may share all of that; GitLab takes one fingerprint for one problem.
    whole = key if counts[key] == 1 else f"{key}\0{counts[key]}"
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def issues(logs: Iterable[Log]) -> tuple[Issue, ...]:
    """Return all that is to be listed, in log order."""
    listed: list[Issue] = []
    counts: Counter[str] = Counter()

    def add(finding: Finding, source: Source, push: Diagnosis | None, *, cause: bool) -> None:
        key = _fingerprint(finding, source, push, counts)
        listed.append(Issue(finding=finding, source=source, push=push, cause=cause, fingerprint=key))

    for log in logs:
        if not log.pushes:
            add(no_push(log.source), log.source, None, cause=False)
        for push in log.pushes:
            findings = (*_untold(push), *push.findings)
            errors = [finding for finding in findings if finding.severity is Severity.ERROR]
            for finding in findings:
                first = bool(errors) and finding is errors[0]
                add(finding, log.source, push, cause=first and push.outcome is not Outcome.SUCCEEDED)
    return tuple(listed)


def best(listed: Iterable[Issue]) -> list[Issue]:
    """Return them with the most telling first: causes, then the surer ones; else in log order."""
    sure = tuple(Confidence)
    bad = tuple(Severity)
    return sorted(
        listed,
        key=lambda issue: (not issue.cause, bad.index(issue.finding.severity), sure.index(issue.finding.confidence)),
    )
