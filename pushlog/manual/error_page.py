"""The page of `pushlog explain TEXT`: what an error text means, without a log."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.diagnosis.remedy_order import ordered
from pushlog.formats.errors.classify import classify
from pushlog.knowledge.base import shipped
from pushlog.knowledge.clients import clients
from pushlog.knowledge.signatures import Verified
from pushlog.knowledge.wording import fill, sentences, steps
from pushlog.model import Client, Family, Severity, Store
from pushlog.pipeline import cases
from pushlog.record_class import record
from pushlog.rules import failure, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.clients import ClientFacts
    from pushlog.knowledge.signatures import Signature

# More rows than that explain nothing.
_MOST_ROWS = 3
# Of 1: how alike a text and the sample of a row must be to be called close.
_ALIKE = 0.6
_AGAIN = {
    True: "Yes, it may: the cause often passes.",
    False: "No. The answer stays the same until something is changed.",
    None: "The text alone does not show it.",
}
_WITH_STORE = {
    Store.GRAPHDRIVER: "with the graphdriver image store",
    Store.CONTAINERD: "with the containerd image store",
}
_RETRIED = "when `Retrying in …` stands above it"


@record
class _Setting:
    """What fills the texts of the catalogue: the client that printed the error, and the names in it."""

    client: ClientFacts
    scopes: tuple[str, ...]
    values: Mapping[str, str | None]
    case: Case | None


def error_page(text: str, width: int) -> str | None:
    """Return what an error text means, as lines of at most `width` columns; None if nothing in it is known."""
    setting = _setting(text)
    error = setting.case.push.error if setting.case else None
    rows = _rows(error.text if error else text)
    if rows:
        parts = [_row_text(row, when if len(rows) > 1 else "", setting, width) for row, when in rows]
        lead = [f"{len(rows)} meanings, by what stands around it in the log:"] if len(rows) > 1 else []
        return "\n\n".join([*lead, *parts, *_also(setting, {row.family.value for row, _ in rows}, width)])
    close = _close(text)
    if not close:
        return None
    names = [f"  {sentences((row.title,), setting.scopes, setting.values)} ({row.family.value})" for row in close]
    samples = [f"    {textwrap.shorten(_first_line(row), width - 4, placeholder=' …')}" for row in close]
    listed = "\n".join(line for pair in zip(names, samples, strict=True) for line in pair)
    return f"This text is not in the catalogue. What comes close to it:\n\n{listed}"


def _setting(text: str) -> _Setting:
    """Read the text as a log of one push, for the names in it; a text without a push is Docker's."""
    pushes = [case for case in cases(text.encode("utf-8", "replace")) if case.push.error]
    if pushes:
        case = pushes[-1]
        if case.push.client is Client.UNKNOWN:
            case = replace(case, push=replace(case.push, client=Client.DOCKER))
        return _Setting(client=case.client, scopes=case.scopes, values=case.values, case=case)
    docker = clients()[Client.DOCKER]
    return _Setting(client=docker, scopes=docker.scopes, values=docker.words("REFERENCE"), case=None)


def _rows(text: str) -> list[tuple[Signature, str]]:
    """Return the rows that explain a text, each with what decides for it; what the text itself decides comes first."""
    rows: dict[str, tuple[Signature, str]] = {}
    by_form = classify(text).store
    for store in (Store.UNKNOWN, *_WITH_STORE) if by_form is Store.UNKNOWN else (by_form,):
        for retried in (False, True):
            row = classify(text, store=store, retried=retried).signature
            if row is not None:
                rows.setdefault(row.id, (row, _RETRIED if retried else _WITH_STORE.get(store, "")))
    return list(rows.values())[:_MOST_ROWS]


def _row_text(row: Signature, when: str, setting: _Setting, width: int) -> str:
    title = sentences((row.title,), setting.scopes, setting.values)
    cause = sentences(row.cause, setting.scopes, setting.values)
    unsure = " This row was inferred, not observed." if row.verified is Verified.INFERRED else ""
    head = f"{row.family.value} ({failure.CODES[row.family]})"
    return "\n".join(
        [
            *_wrapped(f"{f'Or, {when}: ' if when else ''}{title}", width),
            "",
            *_labelled("family", head, width),
            *_labelled("cause", f"{cause}{unsure}", width),
            *_labelled("retry", _retried(row, setting.client), width),
            *_labelled("again?", _AGAIN[row.retry_helps], width),
            *_steps(_remedy(row, setting), width),
            *_labelled("source", row.source, width),
            *_labelled("more", f"pushlog explain {row.family.value}", width),
        ]
    )


def _retried(row: Signature, client: ClientFacts) -> str:
    """Return what the client does about such an error by itself."""
    others = "" if client.uses_docker_engine else client.retry if row.family in client.retried else client.final
    return others or f"By Docker such an error is {row.daemon}."


def _remedy(row: Signature, setting: _Setting) -> Sequence[str]:
    remedy = steps(row.remedy, setting.scopes, setting.values)
    options = tuple(fill(step, setting.values) for step in setting.client.own_remedies(row.family))
    both = (*remedy, *options) if row.family in setting.client.retried else (*options, *remedy)
    return ordered(both, retry_helps=row.retry_helps)


def _also(setting: _Setting, families: set[str], width: int) -> Iterator[str]:
    """Yield what else such an error can mean, by the rules that look beyond its text."""
    if setting.case is None:
        return
    others = [f for f in judge(setting.case) if f.severity is Severity.ERROR and f.name not in families]
    for finding in others:
        yield "\n".join(_wrapped(f"Also possible: {finding.title} (pushlog explain {finding.name})", width))


def _close(text: str) -> list[Signature]:
    """Return the rows whose samples are alike."""
    from difflib import get_close_matches

    samples = {_first_line(row).lower(): row for row in shipped().signatures if row.family is not Family.UNKNOWN}
    first = text.strip().partition("\n")[0].lower()
    matches = get_close_matches(first, samples, n=_MOST_ROWS, cutoff=_ALIKE)
    return list({samples[match].id: samples[match] for match in matches}.values())


def _first_line(row: Signature) -> str:
    return row.sample[0].partition("\n")[0] if row.sample else ""


def _steps(remedy: Sequence[str], width: int) -> Iterator[str]:
    for number, step in enumerate(remedy, 1):
        yield from _labelled("steps" if number == 1 else "", f"{number}. {step}", width, hang=11)


def _labelled(label: str, text: str, width: int, hang: int = 8) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"{label:<8}",
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
