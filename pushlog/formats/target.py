"""The image that a command line of other clients names, with the scheme before it."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

_SCHEME = lazy_pattern(r"(?:oci|oras|docker)://([^\s'\"]+)")
# `helm push chart-1.2.3.tgz oci://host/path` pushes `host/path/chart:1.2.3`.
CHART = lazy_pattern(r"(?:^|[\s/'\"])([a-z0-9][\w.-]*?)-(v?\d+\.\d+\.\d+[\w.+-]*)\.tgz\b")
# imgpkg copies from one registry to another.
_TO_REPOSITORY = lazy_pattern(r"--to-repo[= ](\S+)")
# manifest-tool names the images of its list before the list itself; their names may be patterns.
_LIST = lazy_pattern(r"\spush from-\w+ .*?\s--target[= ]([^\s'\"]+)")
_MODEL = lazy_pattern(r"\bollama push (?:-\S+ )*[\"']?([^\s\"'-][^\s\"']*)")
_IMAGE = lazy_pattern(r"[\w.-]+(?::\d+)?(?:/[\w.-]+)+(?::[\w.-]+)?")


def chart_tag(chart: re.Match[str]) -> str:
    """Return the name of a chart and the tag that Helm gives it."""
    return f"{chart[1]}:{chart[2].replace('+', '_')}"


def target_of(command: str) -> str | None:
    """Return the reference that a push command names; None where a variable or a masked value stands in its place."""
    if "imgpkg " in command:
        to = _TO_REPOSITORY.search(command)
        return to[1].strip("'\"").rstrip("/") if to and _is_whole(to[1]) else None
    if "manifest-tool " in command:
        listed = _LIST.search(command)
        return listed[1] if listed and _is_whole(listed[1]) else None
    if model := _MODEL.search(command):
        return _model(model[1]) if _is_whole(model[1]) else None
    scheme = _SCHEME.search(command)
    if scheme and _is_whole(scheme[1]):
        chart = CHART.search(command)
        name = scheme[1].rstrip("/")
        # Before 3.8 the name could be whole.
        is_whole = ":" in name.rpartition("/")[2] and "/" in name
        return f"{name}/{chart_tag(chart)}" if chart and "helm" in command and not is_whole else name
    words = [word.strip("'\"") for word in command.split()]
    names = [word for word in words if _IMAGE.fullmatch(word) and re.match(r"[^/]*[.:]|localhost/", word)]
    return names[-1] if names and not scheme else None


def _is_whole(name: str) -> bool:
    """Return whether neither a variable nor a mask stands in a name."""
    return not set("$*{") & set(name)


def _model(name: str) -> str:
    """Return the whole name of a model; Ollama adds its own host, a namespace and a tag (types/model/name.go)."""
    first, rest, _ = name.partition("/")
    is_hosted = bool(rest) and re.search(r"[.:]", first) is not None
    host = "" if is_hosted else "registry.ollama.ai/" if rest else "registry.ollama.ai/library/"
    return f"{host}{name}{'' if ':' in name.rpartition('/')[2] else ':latest'}"
