"""Names of images in text: taken apart, with masks and variables, in requests, in errors and in other lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pushlog.formats.engine_address import asked_push, with_escapes
from pushlog.formats.name_ends import without_stop
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The daemon prints full names; an old client or a command line may leave the host out.
HUB = "docker.io"
_OLD_HUB = "index.docker.io"
HUB_HOSTS = (HUB, "registry-1.docker.io", "cdn-registry-1.docker.io", "index.docker.io", "registry.hub.docker.com")
# What CI systems and people print in place of a secret: `***`, `[MASKED]`, `<account id>`, `xxxxxxxxxxxx`.
MASK = lazy_pattern(r"\*+|\[[A-Za-z*]{3,20}\]|<[^<>\n]{1,40}>|[xX]{4,}|\u2022+|\.{3}|\u2026")
# The same by three letters, as a whole part, and in place of numbers: of an account, of an address. No host has an
# underscore.
_CROSSED = lazy_pattern(
    r"(?<![\w-])(?:[xX]{3}|_{2,}|[A-Z]+(?:_[A-Z]+)+)(?![\w-])|^[xX]{1,2}(?=\.dkr\.ecr\.)|(?<![\w.-])(?=[\d.]*[xX])(?:\d{1,3}|[xX]{1,3})(?:\.(?:\d{1,3}|[xX]{1,3})){3,4}(?![\w.-])"
)
# Variables of shells, of Windows, of workflows and of templates.
_VARIABLE = lazy_pattern(r"\$\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\$\([^()\n]*\)|\$\w+|%\w+%|\{\{?[^{}\n]*\}?\}")
_HOLE = "\0"
# distribution/reference regexp.go.
_PATH = lazy_pattern(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_PLAIN_TAG = lazy_pattern(r"(?!.*\.{3}$)\w[\w.-]{0,127}")
# The end of an emphasis, for a mask has three stars and more; and of a line of HTML or of a wiki.
_STARS = lazy_pattern(r"(?<=\w)(?:\*{1,2}|(?:<br ?/?>)+|\{color\})$")
_SCHEME = lazy_pattern(r"^https?://")
_QUOTES = "\"'`\u201c\u201d\u2018\u2019"

# distribution-spec: `/v2/<name>/blobs/…`, `/v2/<name>/manifests/<tag>`. Names in Flux's manual have `/manifests/`, too.
_NOT_IN_NAME = r"(?!(?:[\w.-]+/)*(?:blobs|manifests)/)"
_REQUEST = lazy_pattern(
    r"https?://(?P<host>[^/\s\"\\]+)/v2/(?P<name>(?:[A-Za-z0-9*]|\[[A-Za-z]{3,20}\])(?:[\w./*-]|\[[A-Za-z]{3,20}\])*?)"
    rf"/(?:blobs|manifests)/{_NOT_IN_NAME}"
    r"(?:(?<=manifests/)(?P<tag>(?!sha\d{3}:|\w+:[0-9a-f]{32})\w[\w.-]*))?"
)
# The same with a name that a person left out.
_CUT_REQUEST = lazy_pattern(r"https?://(?P<host>[^/\s\"\\]+)/v2/[.\u2026]{2,9}/(?:blobs|manifests)/")
# distribution docs/spec/auth/token.md: a token to push to a repository is asked for by its name.
_TOKEN = lazy_pattern(
    r"https?://(?P<host>[^/\s\"\\]+)/\S*?[?&]scope=(?:\S*?[=&+])?repository(?::|%3A)(?P<name>[\w./%-]+?)(?::|%3A)"
    r"(?:pull(?:,|%2C))?push\S*"
)
# go-containerregistry pkg/v1/remote/check.go.
_CHECKED = lazy_pattern(r"\bpush check transport for (?P<host>[\w.-]+(?::\d+)?) failed: ")
_SERVICE = lazy_pattern(r"[?&]service=(?P<host>[\w.-]+(?:(?::|%3A)\d+)?)")
# The path alone, whatever the host: the v1 protocol; Harbor; Amazon.
_PATH_ALONE = lazy_pattern(
    r"\btrying (?:to push (?:repository )?+|head request for )(?P<v1>[a-z0-9][\w.-]*(?:/[\w.-]*\w)*)(?=:?(?: |$))"
    r"|\bunauthorized to access repository: (?P<harbor>[^\s,]+), action: push"
    r"|\b[Rr]epository with name '(?P<ecr>[^'\s]+)' |\balready exists in the '(?P<tagged>[^'\s]+)' repository\b"
    r"|\bfrom destination repository (?P<read>[a-z0-9][\w./-]*): \d{3} "
)
# Amazon's name of a repository, whose host follows from it.
_ECR = lazy_pattern(
    r"\barn:aws(?P<part>[\w-]*):ecr:(?P<region>[a-z0-9-]+|<[^<>\n]{1,40}>|\*+):(?P<account>\d{12}|[^:\s]{1,40}):repository/(?P<name>[\w./-]*\w)"
)
# What follows may be hidden, or stand for something. containers/image and .NET name the host alone.
_PING = lazy_pattern(r"https?://(?P<host>[^/\s\"\\]+)/v[0-2]/(?:(?:_ping)?(?=[\"\s:<{$]|$)|(?:images|repositories)/)")
_PINGED = lazy_pattern(
    r"(?:pinging (?:container|docker) registry |retrieving credentials for \")"
    r"(?P<host>[\w-]+(?:\.[\w-]+)*(?::\d+)?)(?=[:\"])"
)
# containers/image docker/docker_image_dest.go, errors.go.
_PLACES = (
    lazy_pattern(r" upload to /v2/(?P<name>\S+)/blobs/uploads/(?:\S* )?in (?P<host>[^\s/]+)(?P<tag>): "),
    lazy_pattern(r" exists in (?P<host>[^\s/]+)/(?P<name>[^\s:]+)(?P<tag>): "),
    lazy_pattern(r"uploading manifest (?P<tag>\w[\w.-]*) to (?P<host>[^\s/]+)/(?P<name>[^\s:]+): "),
)
# moby distribution/errors.go, daemon/images; docker/cli cli/registry/client.
_NAMED = lazy_pattern(
    r"(?:does not exist locally with the tag: |tag does not exist: |Tag does not exist: (?=\S*[:/])"
    r"|[Rr]epository does not exist: |No such (?:image|manifest): |[Nn]o such manifest: "
    r"|failed to (?:put manifest|push) (?!(?:to|an?|the|this|(?:image|tag|layer|blob|manifest|config|index|descriptor"
    r"|artifact|chart|bundle|package|referrer|signature|attestation|sbom)s?)[\s:]))(?P<name>[\w./:*-]*\w)"
)
# A person cut the name of an image behind its host.
_CUT = lazy_pattern(r"/(?:\.{3}|\u2026|<|\[|(?=[\s\"']))")
# Before docker 1.10 this is the tag alone.
_MISSING = lazy_pattern(
    r"(?:does not exist locally with the tag: |tag does not exist: |Tag does not exist: (?=\S*[:/]))"
    r"(?P<name>[\w./:-]*\w)"
)
# ECR; Harbor; Artifact Registry; containerd's reference of a manifest; a request for one.
_TAGGED = (
    lazy_pattern(r"[Ii]mage tag '(?P<tag>\w[\w.-]*)' already exists in the '(?P<name>[^']+)' repository"),
    lazy_pattern(r"'(?P<name>[^'\s:]+):(?P<tag>\w[\w.-]*)' configured as immutable"),
    lazy_pattern(r"cannot update tag (?P<tag>\w[\w.-]*?)\.?(?:\s|$)"),
    lazy_pattern(r"failed commit on ref \"manifest-(?P<tag>\w[\w.-]*)@sha256:"),
    lazy_pattern(
        r"/v2/(?P<name>[a-z0-9<][\w./<>-]*?)/manifests/"
        + _NOT_IN_NAME
        + r"(?P<tag>(?!sha\d{3}:|\w+:[0-9a-f]{32})\w[\w.-]*)"
    ),
)


def split(text: str) -> tuple[str, str | None]:
    """Return name and tag of `host:5000/path:tag@digest`; an empty name for one with a variable in it.

    A masked part of the name stays as printed; a masked or variable tag is none.
    """
    name, tag = _name_and_tag(text)
    return ("" if _HOLE in name else name), (tag if _PLAIN_TAG.fullmatch(tag) else None)


def has_open_tag(text: str) -> bool:
    """Return whether a variable or a mask stands for the tag."""
    tag = _name_and_tag(text)[1]
    return bool(tag) and not _PLAIN_TAG.fullmatch(tag)


def _name_and_tag(text: str) -> tuple[str, str]:
    """Return name and tag of a reference, with a hole in place of each variable."""
    text = without_stop(_STARS.sub("", text.strip(_QUOTES)))
    text = _VARIABLE.sub(_HOLE, _SCHEME.sub("", text)).partition("@")[0]
    name, colon, tag = text.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (text, "")


def host(name: str) -> tuple[str | None, str | None]:
    """Return registry and repository of a name, by Docker's own rule: a host has a dot, a colon, or is localhost.

    Masks stay as printed. A host is not told that is nothing but a mask, nor a name behind one.
    Source: distribution/reference normalize.go splitDockerDomain.
    """
    if not name:
        return None, None
    first, slash, rest = name.partition("/")
    if slash and first == _OLD_HUB:
        return HUB, rest if "/" in rest else f"library/{rest}"
    if slash and _is_host(first) and first.strip("."):
        return (first if _is_told(first) else None), rest or None
    if MASK.fullmatch(first) or _CROSSED.fullmatch(first) or not _PATH.fullmatch(first):
        return None, None
    return HUB, name if slash else f"library/{name}"


def host_before_variable(text: str) -> str | None:
    """Return the registry of a reference whose host is written out and whose path begins with a variable."""
    first, slash, rest = _SCHEME.sub("", text.strip(_QUOTES)).partition("/")
    is_open = bool(slash) and _VARIABLE.search(first) is None and _VARIABLE.search(rest) is not None
    return host(f"{first}/x")[0] if is_open and _is_host(first) else None


def _is_told(registry: str) -> bool:
    """Return whether a host shows a part of its address, and its port."""
    address, _, port = MASK.sub(f".{_HOLE}.", registry).partition(":")
    return _HOLE not in port and any(label not in {"", _HOLE} for label in address.split("."))


def is_masked(text: str) -> bool:
    """Return whether a part of a tag or a reference is masked by a form that no other text has."""
    return MASK.search(_STARS.sub("", text)) is not None


def is_masked_name(name: str) -> bool:
    """Return whether a part of a name is masked: no client prints one with other letters than a registry takes."""
    first, slash, rest = name.partition("/")
    path = rest if slash and _is_host(first) else name
    return (
        is_masked(name)
        or _CROSSED.search(name) is not None
        or any(not _PATH.fullmatch(part) for part in path.split("/") if path)
    )


def _is_host(first: str) -> bool:
    return "." in first or ":" in first or first == "localhost"


def may_be(request: str, name: str) -> bool:
    """Return whether a requested name can be the one that the daemon printed, whatever its variables and masks hold."""
    request = _name_and_tag(request)[0]
    if _HOLE not in request and not MASK.search(request):
        return MASK.search(name) is not None or _fits(request, name)
    parts = re.split(f"(?:{_HOLE}|{MASK.pattern})", request)
    pattern = ".+".join(re.escape(part) for part in parts)
    return MASK.search(name) is not None or any(re.fullmatch(pattern, form) for form in (name, *short_forms(name)))


def _fits(request: str, name: str) -> bool:
    registry, repository = host(request.replace("index.docker.io/", f"{HUB}/", 1))
    known_registry, known_repository = host(name)
    if repository != known_repository:
        return False
    # A daemon may have another default registry than Docker Hub.
    return registry == known_registry or (registry == HUB and not request.startswith(f"{HUB}/"))


def short_forms(name: str) -> Iterator[str]:
    """Return how commands may write the full name of an image on Docker Hub."""
    if name.startswith(f"{HUB}/"):
        path = name.removeprefix(f"{HUB}/")
        yield path
        if path.startswith("library/"):
            yield path.removeprefix("library/")


def names_in(texts: Sequence[str]) -> Reference:
    """Return the reference in the requests that error texts quote; empty where they quote none."""
    texts = [with_escapes(text) for text in texts]
    for text in texts:
        if match := next(filter(None, (form.search(text) for form in (*_PLACES, _REQUEST))), None):
            registry = HUB if match["host"] in HUB_HOSTS else match["host"] if _is_told(match["host"]) else None
            tags = (match["tag"],) if match["tag"] else ()
            masked = is_masked(match["host"]) or is_masked_name(f"{match['host']}/{match['name']}")
            return Reference(registry=registry, repository=match["name"], tags=tags, masked=masked)
    asked = next((_of_token(match) for text in texts if (match := _TOKEN.search(text))), None)
    cut = next((match["host"] for text in texts if (match := _CUT_REQUEST.search(text))), None)
    return asked or (Reference(registry=HUB if cut in HUB_HOSTS else cut, masked=True) if cut else Reference())


def named_by(error: str) -> Reference:
    """Return the reference in the error of a push: in its words, in its requests, or at least its registry."""
    if match := _NAMED.search(error):
        return _of_name(match["name"], is_cut=_CUT.match(error, match.end()) is not None)
    if asked := asked_push(error):
        registry, repository = host(asked.name)
        return Reference(registry=registry, repository=repository, tags=(asked.tag,) if asked.tag else ())
    request = names_in([error])
    if request.repository is not None:
        return request
    if match := _PATH_ALONE.search(error):
        return Reference(repository=next(filter(None, match.groups())), masked=is_masked(match[0]))
    if match := _ECR.search(error):
        return Reference(registry=_ecr_host(match), repository=match["name"])
    ping = pinged(error)
    return Reference(registry=HUB if ping in HUB_HOSTS else ping)


def _of_name(text: str, *, is_cut: bool) -> Reference:
    """Return the reference in the words of an error; `is_cut`: what is left of the name is its host."""
    if is_cut:
        return Reference(registry=host(f"{text}/x")[0], masked=True)
    name, tag = split(text)
    registry, repository = host(name)
    return Reference(registry=registry, repository=repository, tags=(tag,) if tag else ())


def _of_token(asked: re.Match[str]) -> Reference:
    """Return the repository that a token was asked for; its service tells the host where it is named like one."""
    checked = _CHECKED.search(asked.string)
    if checked:
        return Reference(registry=checked["host"], repository=asked["name"].replace("%2F", "/"))
    service = _SERVICE.search(asked[0])
    registry = service["host"].replace("%3A", ":") if service else ""
    if registry == "registry.docker.io" or asked["host"] in HUB_HOSTS:
        registry = HUB
    elif "." not in registry:
        registry = asked["host"] if "/v2/" in asked[0] else ""
    return Reference(registry=registry or None, repository=asked["name"].replace("%2F", "/"))


def _ecr_host(arn: re.Match[str]) -> str | None:
    """Return the host of Amazon's name of a repository; None where a person hid the account or the region."""
    if not arn["account"].isdigit() or arn["region"][0] in "<*":
        return None
    domain = "amazonaws.com.cn" if arn["part"] == "-cn" else "amazonaws.com"
    return f"{arn['account']}.dkr.ecr.{arn['region']}.{domain}"


def missing_image(error: str) -> str | None:
    """Return the name without its tag of the image that the daemon does not have."""
    match = _MISSING.search(error)
    return split(match["name"])[0] or None if match else None


def pinged(error: str) -> str | None:
    """Return the host whose registry did not answer at all."""
    match = _PING.search(error) or _PINGED.search(error)
    return match["host"] if match else None


def tag_in(error: str, repository: str | None) -> str | None:
    """Return the tag that an error names, of this repository where it names one."""
    named = _NAMED.search(error)
    if named and not _CUT.match(error, named.end()):
        name, tag = split(named["name"])
        return tag if repository is None or host(name)[1] == repository else None
    for image, other_tag in _tagged(error):
        if image is None or repository is None or repository.endswith(image) or image.endswith(repository):
            return other_tag
    return None


def _tagged(error: str) -> Iterator[tuple[str | None, str | None]]:
    """Yield the images that an error names by words or requests, None where it names a tag alone, each with its tag."""
    if asked := asked_push(error):
        yield asked.name, asked.tag
    for match in filter(None, (form.search(error) for form in _TAGGED)):
        yield match.groupdict().get("name"), split(f":{match['tag']}")[1]
