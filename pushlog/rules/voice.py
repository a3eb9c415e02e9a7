"""What was written for Docker, said of another client: its name, its commands, its options, and nothing untrue."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.knowledge.wording import fill

if TYPE_CHECKING:
    from pushlog.diagnosis.case import Case
    from pushlog.knowledge.clients import ClientFacts
    from pushlog.model import Finding

_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z`])")
_COMMAND = re.compile(r"(`[^`]*`)")
_PUSH = re.compile(r"\bdocker (?:image )?push ((?:[^\s`&|;']|\$\([^)]*\))+)")
# Longer ones first: `docker manifest inspect` is one thing, `docker image …` none of these.
_VERBS = {
    "manifest": re.compile(r"\bdocker manifest inspect(?: -v)? "),
    "history": re.compile(r"\bdocker history "),
    "login": re.compile(r"\bdocker login\b"),
    "pull": re.compile(r"\bdocker pull "),
    "tag": re.compile(r"\bdocker tag "),
}
# Docker Hub is a registry, `docker://` a place, a repository's format has the name too.
_DOCKER = re.compile(r"\bdocker\b(?! hub|\.io|://)(?<!format=docker)|\bdockerd\b|\bdaemon\b", re.IGNORECASE)
_ACTOR = re.compile(r"\b[Tt]he (?:Docker )?daemon\b|\bDocker\b(?! Hub| host)")
_HOST = re.compile(r"\b([Tt])he Docker host\b")
# Sentences about what Docker does in time, by its version or by its stores hold for Docker alone.
_DOCKERS_OWN = re.compile(
    r"\bretr(?:y|ies|ied)\b|\b[Oo]lder\b|\bDocker \d|\bup to \d|\b\d+ s\b|\bstores?\b|\bwait for\b"
)
_ASK = "Look at the log of the registry for the time of the push; it often says more than the client."


def spoken(case: Case, finding: Finding) -> Finding:
    """The finding, said of the client that pushed."""
    client = case.client
    if not client.commands and client.uses_docker_engine:
        return finding
    if client.uses_docker_engine:
        return replace(finding, remedy=tuple(_commands(step, client) for step in finding.remedy))
    remedy = [_commands(step, client) for step in finding.remedy]
    remedy = [_HOST.sub(r"\1his machine", step) for step in remedy]
    kept = [step for step in remedy if not _of_docker(step, client)]
    own = _own(case, finding)
    ahead = bool(own) and finding.name not in client.retried
    steps = (*own, *kept) if ahead else (*kept, *own)
    return replace(
        finding,
        title=_named(finding.title, client),
        explanation=_sentences(finding.explanation, client),
        remedy=steps or (_ASK,),
    )


def _commands(step: str, client: ClientFacts) -> str:
    """The step with its commands as the client has them."""
    return "".join(_translated(part, client) if part.startswith("`") else part for part in _COMMAND.split(step))


def _translated(command: str, client: ClientFacts) -> str:
    template = client.commands.get("push")
    if template:
        command = _PUSH.sub(lambda hit: template.format(hit[1]), command)
    for verb, pattern in _VERBS.items():
        if verb in client.commands:
            gap = "" if client.commands[verb].endswith("://") or verb == "login" else " "
            command = pattern.sub(f"{client.commands[verb]}{gap}", command)
    return command


def _of_docker(step: str, client: ClientFacts) -> bool:
    """Whether a step is of no use to who pushes with another program; BuildKit is driven by docker itself."""
    if client.commands.get("push", "").startswith("docker "):
        return "daemon.json" in step or "dockerd" in step
    return _DOCKER.search(step) is not None


def _own(case: Case, finding: Finding) -> tuple[str, ...]:
    """What the client's own options can do, where the finding is the cause."""
    failure = case.push.error
    if failure is None or finding.name != failure.family.value:
        return ()
    return tuple(fill(step, case.values()) for step in case.client.own(failure.family))


def _sentences(text: str, client: ClientFacts) -> str:
    parts = _SENTENCE.split(text)
    kept = [part for part in parts if not (_DOCKER.search(part) and _DOCKERS_OWN.search(part))]
    return " ".join(_named(part, client) for part in kept)


def _named(text: str, client: ClientFacts) -> str:
    """The text with the client in Docker's place."""
    text = _HOST.sub(r"\1his machine", text)

    def name(hit: re.Match[str]) -> str:
        inside = hit.start() > 0
        return client.name[0].lower() + client.name[1:] if inside and client.name.startswith("The ") else client.name

    return _ACTOR.sub(name, text)
