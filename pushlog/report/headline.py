"""What a chat message says of the pushes: one headline and one paragraph for each push that went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.model import Outcome
from pushlog.record_class import record
from pushlog.report.issues import image, one_line, tally
from pushlog.report.now import now
from pushlog.report.words import outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Diagnosis, Log

# A message is glanced at: the first ones, and how many more there are.
MOST = 8


@record
class Message:
    """One push that went wrong: its title, sentence, step, and facts by name; `quote`: the error."""

    title: str
    sentence: str
    step: str
    facts: tuple[tuple[str, str], ...]
    quote: str


def headline(logs: Sequence[Log]) -> str:
    """Return the first line: of the only push that went wrong, or how many did."""
    wrong = _wrong(logs)
    if len(wrong) == 1:
        return one_line(f"{outcome(wrong[0][1])}: {image(wrong[0][1]) or wrong[0][0].source.name}")
    return one_line(tally(logs))


def messages(logs: Sequence[Log]) -> tuple[Message, ...]:
    """Return what is said of each push that did not succeed, the first of them."""
    return tuple(_message(log, push) for log, push in _wrong(logs)[:MOST])


def more(logs: Sequence[Log]) -> int:
    """Return how many pushes that did not succeed are left out."""
    return max(len(_wrong(logs)) - MOST, 0)


def _wrong(logs: Sequence[Log]) -> list[tuple[Log, Diagnosis]]:
    return [(log, push) for log in logs for push in log.pushes if push.outcome is not Outcome.SUCCEEDED]


def _message(log: Log, push: Diagnosis) -> Message:
    step, error, where = now(push), push.error, push.reference
    line = error.line if error else push.lines[1]
    facts = [
        ("Registry", where.registry or ""),
        ("Layers", f"{push.progress.layers_done} of {push.progress.layers_total}"),
    ]
    facts.append(("Log", f"{log.source.name}:{line}"))
    return Message(
        title=one_line(f"{outcome(push)}: {image(push) or log.source.name}"),
        sentence=one_line(push.verdict or outcome(push)),
        step=one_line(step.remedy[0]) if step is not None and step.remedy else "",
        facts=tuple((name, one_line(value)) for name, value in facts if value),
        quote=one_line(error.text) if error else "",
    )
