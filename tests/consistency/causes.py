"""Contradictions about the cause of a failure and its remedies: the second half of the checks."""

import re
from collections.abc import Iterator

from pushlog.model import Confidence, Diagnosis, Family, Fate, Finding, Outcome, Severity, Store
from pushlog.report import waterline, words
from tests.consistency.commands import commands

# Rules that name a cause more narrowly than the catalogue's word on an error does.
NARROW = (
    "token-expired",
    "manifest-too-large",
    "proxy-body-limit",
    "layer-too-large",
    "missing-namespace",
    "missing-repository",
    "token-outlived",
    "limit-on-the-way",
    "documented-limit",
    "login-elsewhere",
    "login-refused",
    "config-unread",
    "logged-in-without-right",
    "foreign-layers",
)
# Words of one registry, and the kinds for which they hold.
VENDORS = {
    r"Docker Hub": {"docker-hub"},
    r"Amazon|\bECR\b|\becr:": {"ecr", "ecr-public"},
    r"\bGHCR\b|GitHub Container Registry": {"ghcr"},
    r"Artifactory|JFrog": {"artifactory"},
    r"\bHarbor\b": {"harbor"},
    r"\bGitLab\b": {"gitlab"},
    r"\bQuay\b": {"quay"},
    r"Azure|\bACR\b": {"acr"},
    r"Artifact Registry|Google Cloud|\bGCR\b": {"gar", "gcr"},
    r"Heroku": {"heroku"},
}
_LOGGED_IN = re.compile(r"\bLogin Succeeded\b|\blogged in via ", re.IGNORECASE)
_LOG_IN = re.compile(r"^(?:Log in|Check the login)\b(?! (?:again and push|right before))|^For .{1,40}: `[^`]*login")
_FIGURE_OF_LAYERS = re.compile(r"\b(\d+) of (\d+) layers?\b")


def _errors(push: Diagnosis) -> list[Finding]:
    return [finding for finding in push.findings if finding.severity is Severity.ERROR]


def an_error_has_one_voice(_: str, push: Diagnosis) -> Iterator[str]:
    """A push ends with one error: a second finding of that severity tells the same event again."""
    errors = _errors(push)
    if push.error is not None and len(errors) > 1:
        yield f"{', '.join(finding.name for finding in errors)} all tell line {push.error.line}"


def the_headline_is_the_narrowest(_: str, push: Diagnosis) -> Iterator[str]:
    if push.outcome is not Outcome.FAILED or push.error is None or not push.findings:
        return
    first = push.findings[0]
    sure = (Confidence.CERTAIN, Confidence.LIKELY)
    narrow = [other.name for other in push.findings[1:] if other.name in NARROW and other.confidence in sure]
    if first.name not in NARROW and narrow:
        yield f"{first.name} leads, though {', '.join(narrow)} says more"


def no_login_is_asked_for_beside_one(text: str, push: Diagnosis) -> Iterator[str]:
    """Who is logged in, as far as the log shows, need not be told to log in first."""
    if push.error is None or push.error.family not in (Family.AUTH, Family.PERMISSION):
        return
    above = "\n".join(text.split("\n")[: push.lines[0] - 1])
    if _LOGGED_IN.search(above):
        for finding in _errors(push)[:1]:
            if finding.name not in ("login-elsewhere", "login-refused") and _LOG_IN.match(finding.remedy[0]):
                yield f"{finding.name}: {finding.remedy[0][:60]!r} below a login"


def every_option_is_one_of_this_version(_: str, push: Diagnosis) -> Iterator[str]:
    """Docker 27.1 brought `push --platform`, 29.7 the limit for the containerd store; 28 dropped foreign layers."""
    error = push.error.text if push.error else ""
    is_before_27 = "manifest list/index" in error and "--platform flag" not in error
    for finding in push.findings:
        steps = finding.remedy
        if push.store is Store.CONTAINERD:
            lacking = [step for step in steps if "max-concurrent-uploads" in step and "29.7" not in step]
        elif is_before_27:
            lacking = [step for step in steps[:1] if "docker push --platform" in step]
        else:
            lacking = [step for step in steps if "nondistributable" in step and "17.06 to 27" not in step]
        yield from (f"{finding.name}: {step[:80]!r} in a version without it" for step in lacking)


def no_word_of_another_registry(_: str, push: Diagnosis) -> Iterator[str]:
    """Where the kind of registry is known, words about another one mislead."""
    if push.registry_kind in ("unknown", "local") or push.outcome is Outcome.SUCCEEDED:
        return
    for finding in push.findings:
        for text in (finding.title, finding.explanation, *finding.remedy):
            for vendor, kinds in VENDORS.items():
                if push.registry_kind not in kinds and (match := re.search(vendor, text)):
                    yield f"{finding.name}: {match[0]} in {text[:70]!r} for {push.registry_kind}"


def a_bar_of_a_failed_push_is_never_full(_: str, push: Diagnosis) -> Iterator[str]:
    drawing = waterline.drawing(push)
    if push.outcome is not Outcome.FAILED or drawing is None or push.manifest_refused:
        return
    stands = {segment.stand for segment in drawing.bars[0].segments}
    if stands <= {words.Stand.EXISTED, words.Stand.MOUNTED, words.Stand.PUSHED, words.Stand.SKIPPED}:
        yield f"a full bar of {', '.join(sorted(stands))}"


def layers_in_sentences_are_those_of_the_table(_: str, push: Diagnosis) -> Iterator[str]:
    for match in _FIGURE_OF_LAYERS.finditer(f"{push.verdict} {push.advice} {words.reached(push)}"):
        if int(match[2]) not in (push.progress.layers_total, len(push.layers)):
            yield f"{match[0]} beside {push.progress.layers_total} layers"
    settled = sum(layer.fate is Fate.DONE for layer in push.layers)
    is_all_named = push.progress.layers_total == len(push.layers) and push.outcome is not Outcome.SUCCEEDED
    if is_all_named and settled != push.layers_settled:
        yield f"{settled} layers done by their fate, {push.layers_settled} by the progress"


def waits_and_tries_are_those_of_the_table(_: str, push: Diagnosis) -> Iterator[str]:
    waited = max((layer.retry_wait for layer in push.layers), default=0.0)
    most = max((layer.attempts for layer in push.layers), default=0)
    for finding in push.findings:
        seconds, tries = finding.data.get("seconds_waited"), finding.data.get("attempts")
        if isinstance(seconds, float | int) and seconds > waited:
            yield f"{finding.name}: {seconds} s of waiting, {waited} s in the table"
        if isinstance(tries, int) and most and tries != most:
            yield f"{finding.name}: {tries} attempts, {most} in the table"


def a_placeholder_is_only_for_what_the_log_lacks(_: str, push: Diagnosis) -> Iterator[str]:
    host = push.reference.registry
    if host is None or push.reference.masked or not re.fullmatch(r"[a-z0-9.:-]+", host):
        return  # hidden or unknown
    for line in commands(push):
        lacking = re.search(r"(?<![\w-])REGISTRY(?![\w-])", line)
        if lacking or (push.registry_kind == "ecr" and re.search(r"\bREGION\b", line)):
            yield f"`{line[:80]}` beside {host}"


CHECKS = (
    an_error_has_one_voice,
    the_headline_is_the_narrowest,
    no_login_is_asked_for_beside_one,
    every_option_is_one_of_this_version,
    no_word_of_another_registry,
    a_bar_of_a_failed_push_is_never_full,
    layers_in_sentences_are_those_of_the_table,
    waits_and_tries_are_those_of_the_table,
    a_placeholder_is_only_for_what_the_log_lacks,
)
