"""The two sentences that every output leads with: what happened, and whether to push again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pushlog.model import Outcome, Severity, State
from pushlog.timeline.progress import ROWS_WITHOUT_IDS
from pushlog.units import count, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.knowledge.clients import ClientFacts
    from pushlog.model import Diagnosis, Finding

_AGAIN = {
    True: "Pushing again may help.",
    False: "Pushing again will not help.",
    None: "The log can't tell whether pushing again helps.",
}
# The name of the rule that fires where a client printed no error, but no proof either.
_NOT_PROVEN = "success-not-proven"
_DONE_WORDS = {
    State.PUSHED: "uploaded",
    State.EXISTS: "already there",
    State.MOUNTED: "mounted",
    State.SKIPPED: "foreign, not sent",
}


def verdict(push: Diagnosis, findings: Sequence[Finding], client: ClientFacts) -> tuple[str, str]:
    """Return the headline and the advice for a push with these findings."""
    cause = next((finding for finding in findings if finding.severity is Severity.ERROR), None)
    if push.outcome is Outcome.SUCCEEDED:
        is_proven = all(finding.name != _NOT_PROVEN for finding in findings)
        return _succeeded(push, is_proven=is_proven), _work_done(push)
    why = next((str(finding.data["why"]) for finding in findings if "why" in finding.data), None)
    # Who stopped the push is more than the client's word that somebody did.
    is_stopped = push.outcome is Outcome.INTERRUPTED and why is not None
    if push.error is not None and cause is not None and not is_stopped:
        return cause.title, " ".join(
            filter(None, (_AGAIN[push.error.retry_helps], _tried(push, client.name), _kept(push), _shared(cause)))
        )
    what = "The push was stopped" if push.outcome is Outcome.INTERRUPTED else "The log ends in the middle of the push"
    far = f", after {push.progress.layers_done} of {count(push.progress.layers_total, 'layer')}" if push.layers else ""
    again = "Push again: layers that are in the registry are skipped." if push.layers else "Push again."
    line = next((finding.data["possible_error"] for finding in findings if "possible_error" in finding.data), None)
    if line is not None:
        return f"{what}{far}", f"There is no proof of success, and line {line} may be the error: read it first."
    return f"{what}{far}", f"{why or f'There is neither {client.proof_words} nor an error.'} {again}"


def _succeeded(push: Diagnosis, *, is_proven: bool) -> str:
    tags = push.reference.tags
    what = push.reference.repository or "The image"
    if len(tags) == 1:
        what += f":{tags[0]}" if push.reference.repository else f" with the tag {tags[0]}"
    elif tags:
        what += f" with {count(len(tags), 'tag')}"
    return f"{what} is {'' if is_proven else 'most likely '}in the registry"


def _work_done(push: Diagnosis) -> str:
    states = Counter(layer.state for layer in push.layers)
    parts = [f"{states[state]} {word}" for state, word in _DONE_WORDS.items() if states[state]]
    took = push.duration
    time = ""
    if took.seconds is not None:
        time = f" It took {seconds(took.seconds)}."
    elif took.telling:
        time = f" It took at least {seconds(took.at_least)}."
    if not push.layers:
        return f"{ROWS_WITHOUT_IDS if push.progress.rows_without_ids else 'The log shows no layers.'}{time}"
    return f"{count(len(push.layers), 'layer')}: {', '.join(parts) or 'none uploaded'}.{time}"


def _tried(push: Diagnosis, client: str) -> str:
    tries = max((layer.attempts for layer in push.layers if not layer.state.done), default=0)
    if tries < 2:
        return ""
    took = push.duration
    if took.seconds is not None:
        return f"{client} tried {tries} times over {seconds(took.seconds)}."
    # A shorter bound says nothing of a push that took minutes.
    over = f" over at least {seconds(took.at_least)}" if took.telling else ""
    return f"{client} tried {tries} times{over}."


def _shared(cause: Finding) -> str:
    """Return what one error of several pushes leaves open."""
    return "The error does not say which of the images it is about." if cause.data.get("shared") else ""


def _kept(push: Diagnosis) -> str:
    if not push.manifest_refused:
        return ""
    has_foreign = any(layer.state is State.SKIPPED for layer in push.layers)
    return f"All {'other ' if has_foreign else ''}layers are in the registry, the manifest is not."
