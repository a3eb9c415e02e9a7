"""Which findings are shown: what the user selects, ignores and suppresses. Nothing else of a result changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pushlog.faults import UserError
from pushlog.record_class import record
from pushlog.suggest import did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pushlog.model import Diagnosis, Finding, Log
    from pushlog.settings import Suppression


@record
class Selection:
    """The names or codes of rules to show and to hide, as the user wrote them, and what else the notes must say.

    `select`: none for all. `origins`: where the two come from, as words for the notes. `today`: for suppressions that
    end. `found_file`: the name of the settings file, if nobody named it.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    origins: tuple[str, str] = ("--select", "--ignore")
    today: dt.date | None = None
    notes: tuple[str, ...] = ()
    found_file: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether results stay as they are."""
        return not (self.select or self.ignore or self.suppressions or self.notes)

    @property
    def in_force(self) -> tuple[Suppression, ...]:
        """Return the suppressions that are not over."""
        return tuple(entry for entry in self.suppressions if not _is_over(entry, self))


def rule_names(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words, split at commas, each proven to stand for a rule. Raises UserError."""
    names = tuple(word.strip() for item in words for word in item.split(",") if word.strip())
    if names:
        from pushlog.manual.rule_pages import codes

        every_code = codes()
        for name in names:
            if not any(_stands_for(name, rule, code) for rule, code in every_code.items()):
                hint = did_you_mean(name, (*every_code, *every_code.values()))
                raise UserError(f"no rule is called {name!r}{hint or '; pushlog rules lists them'}")
    return names


def _stands_for(word: str, name: str, code: str) -> bool:
    """Return whether a word means a rule: its name, its code, or the beginning of its code, `PL3`."""
    lowered = word.lower()
    return lowered == name.lower() or (lowered.startswith("pl") and code.lower().startswith(lowered))


def selected(log: Log, selection: Selection) -> Log:
    """Return the log with the findings to be shown; its notes say what is hidden and why."""
    if selection.is_empty:
        return log
    hidden: Counter[str] = Counter()
    pushes = tuple(_shown(push, selection, hidden) for push in log.pushes)
    counts = [f"not shown: {count} x {what}" for what, count in hidden.items()]
    notes = (*log.source.notes, *counts, *_ended(selection), *selection.notes)
    return replace(log, source=replace(log.source, notes=notes), pushes=pushes)


def _shown(push: Diagnosis, selection: Selection, hidden: Counter[str]) -> Diagnosis:
    shown = []
    for finding in push.findings:
        why = _hidden_by(finding, push, selection)
        if why is None:
            shown.append(finding)
        else:
            hidden[f"{finding.name} ({why})"] += 1
    return push if len(shown) == len(push.findings) else replace(push, findings=tuple(shown))


def _hidden_by(finding: Finding, push: Diagnosis, selection: Selection) -> str | None:
    """Return what hides a finding, as words for a note; None where nothing does."""
    by_select, by_ignore = selection.origins
    if selection.select and not _any(selection.select, finding):
        return by_select
    if _any(selection.ignore, finding):
        return by_ignore
    for entry in selection.suppressions:
        if _is_over(entry, selection) or not _stands_for(entry.rule, finding.name, finding.rule):
            continue
        if entry.image is None or fnmatchcase(_image(push), entry.image):
            until = f", until {entry.until}" if entry.until else ""
            return f"{entry.place}: {entry.reason}{until}"
    return None


def _any(words: Sequence[str], finding: Finding) -> bool:
    return any(_stands_for(word, finding.name, finding.rule) for word in words)


def _image(push: Diagnosis) -> str:
    return "/".join(part for part in (push.reference.registry, push.reference.repository) if part)


def _is_over(entry: Suppression, selection: Selection) -> bool:
    return entry.until is not None and selection.today is not None and entry.until < selection.today


def _ended(selection: Selection) -> list[str]:
    return [
        f"{entry.place}: the suppression of {entry.rule} ended on {entry.until}; its findings are shown again"
        for entry in selection.suppressions
        if _is_over(entry, selection)
    ]
