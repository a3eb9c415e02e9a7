"""Contradictions that no report may hold: each check yields what is wrong with one push of a log."""

import re
from collections.abc import Callable, Iterable, Iterator

from pushlog.model import Diagnosis, Fate, Outcome, Severity
from pushlog.report import words
from tests.consistency import causes
from tests.consistency.commands import COMMAND, commands

# The text of the log, and one push of it.
Check = Callable[[str, Diagnosis], Iterator[str]]

_TRIES = re.compile(r"\b(?:tried|after) (\d+) (?:times|uploads)\b|^(\d+) uploads with waits")
_TOOLS = {
    "aws ": {"ecr", "ecr-public", "unknown"},
    "gcloud ": {"gar", "gcr", "unknown"},
    "az ": {"acr", "unknown"},
}
_LOOP = re.compile(r"(for|until|while)\b")
_NAMES_IMAGES = re.compile(r"(docker (?!image ls)|(?:podman|buildah|skopeo|crane|nerdctl|script|for|until|while)\b)")
_UNDER_WAY = ("in flight", "waiting to retry", "queued")


def sentences(push: Diagnosis) -> Iterator[str]:
    yield push.advice
    for finding in push.findings:
        yield from (finding.title, finding.explanation)


def one_figure_for_tries(_: str, push: Diagnosis) -> Iterator[str]:
    most = max((layer.attempts for layer in push.layers), default=0)
    for text in sentences(push):
        for match in _TRIES.finditer(text):
            figure = int(match[1] or match[2])
            if most and figure != most:
                yield f"{figure} tries in {text[:80]!r}, {most} in the table"


def no_retry_of_what_is_never_retried(_: str, push: Diagnosis) -> Iterator[str]:
    retried = any(layer.retry_wait or layer.attempts > 1 for layer in push.layers)
    if retried and any("never retried" in text for text in sentences(push)):
        yield "'never retried' beside layers that were retried"


def no_login_where_none_helps(_: str, push: Diagnosis) -> Iterator[str]:
    if any("No login helps" in text for text in sentences(push)) and any(" login" in line for line in commands(push)):
        yield "a login beside 'No login helps'"


def remedies_are_for_this_registry(_: str, push: Diagnosis) -> Iterator[str]:
    for line in commands(push):
        for tool, kinds in _TOOLS.items():
            if (line.startswith(tool) or f"| {tool}" in line) and push.registry_kind not in kinds:
                yield f"`{line[:60]}` for {push.registry_kind}"


def a_command_never_means_latest(_: str, push: Diagnosis) -> Iterator[str]:
    """An image without a tag is `:latest`, which may be another image."""
    name = push.reference.repository
    if not name or push.reference.tags == ("latest",):
        return
    bare = re.compile(rf"(?<![\w./:-])(?:[\w.-]+(?::\d+)?/)*{re.escape(name)}(?![\w./@:-])")
    for line in commands(push):
        if _NAMES_IMAGES.match(line) and bare.search(line) and "login" not in line:
            yield f"`{line[:100]}`"


def nothing_is_under_way_at_the_end(_: str, push: Diagnosis) -> Iterator[str]:
    if push.outcome in (Outcome.FAILED, Outcome.INTERRUPTED):
        for layer in push.layers:
            if words.state_word(layer, push) in _UNDER_WAY:
                yield f"{layer.id} {words.state_word(layer, push)} at the end of a push that {push.outcome}"


def retry_advice_is_one(_: str, push: Diagnosis) -> Iterator[str]:
    error = push.error
    if error is None or not push.findings or push.outcome is not Outcome.FAILED:
        return
    if error.retry_helps is False:
        for finding in push.findings:
            if finding.severity is Severity.ERROR and re.match(r"Push (again|once more)\b", finding.remedy[0]):
                yield f"{finding.name}: first step {finding.remedy[0][:50]!r}, though pushing again does not help"
            if any(_LOOP.match(line) for step in finding.remedy for line in COMMAND.findall(step)):
                yield f"{finding.name}: a loop for what cannot change"
    first = next((finding for finding in push.findings if finding.severity is Severity.ERROR), None)
    if error.retry_helps is None and first is not None and re.match(r"Push (again|once more)\b", first.remedy[0]):
        yield f"{first.name}: first step {first.remedy[0][:50]!r}, though nobody can tell whether it helps"


def a_failed_push_has_no_full_bar(_: str, push: Diagnosis) -> Iterator[str]:
    if push.outcome is not Outcome.FAILED or not push.layers or push.manifest_refused:
        return
    if all(layer.fate is Fate.DONE for layer in push.layers) and "named" not in words.reached(push):
        yield f"{words.reached(push)} of a failed push"


def docker_hub_is_not_a_host_to_ask(_: str, push: Diagnosis) -> Iterator[str]:
    for line in commands(push):
        if re.search(r"https?://docker\.io\b", line) or re.search(r"docker login docker\.io\b", line):
            yield f"`{line[:80]}`"


def a_finding_is_said_once(_: str, push: Diagnosis) -> Iterator[str]:
    titles = [finding.title for finding in push.findings]
    yield from (f"twice: {title!r}" for title in set(titles) if titles.count(title) > 1)
    steps = [step for finding in push.findings if finding.severity is Severity.ERROR for step in finding.remedy]
    yield from (f"step twice: {step[:60]!r}" for step in set(steps) if steps.count(step) > 1)


def the_first_error_is_the_cause(_: str, push: Diagnosis) -> Iterator[str]:
    if push.outcome is Outcome.FAILED and push.error is not None:
        first = push.findings[0]
        if first.severity is not Severity.ERROR:
            yield f"the first finding of a failed push is {first.name}, {first.severity}"


def figures_of_layers_agree(_: str, push: Diagnosis) -> Iterator[str]:
    done = sum(layer.state.done for layer in push.layers)
    if push.progress.layers_total == len(push.layers) and done > push.progress.layers_done:
        yield f"{done} layers done, progress says {push.progress.layers_done}"
    for layer in push.layers:
        if layer.attempts and layer.fate is Fate.NOT_STARTED:
            yield f"{layer.id} not started after {layer.attempts} attempts"
        if layer.state.done and layer.fate is not Fate.DONE:
            yield f"{layer.id} {layer.state}, {layer.fate}"


CHECKS: tuple[Check, ...] = (
    one_figure_for_tries,
    no_retry_of_what_is_never_retried,
    no_login_where_none_helps,
    remedies_are_for_this_registry,
    a_command_never_means_latest,
    nothing_is_under_way_at_the_end,
    retry_advice_is_one,
    a_failed_push_has_no_full_bar,
    docker_hub_is_not_a_host_to_ask,
    a_finding_is_said_once,
    the_first_error_is_the_cause,
    figures_of_layers_agree,
    *causes.CHECKS,
)


def contradictions(text: str, pushes: Iterable[Diagnosis]) -> list[str]:
    """What is wrong with the pushes of a log with this text."""
    return [f"{check.__name__}: {wrong}" for push in pushes for check in CHECKS for wrong in check(text, push)]
