"""The values of the placeholders that the catalogue and the rules use, as far as a push names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.knowledge.wording import Words, fill
from pushlog.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pushlog.diagnosis.case import Case

# Docker Hub's registry has another host than its names. Source: distribution/reference, `registry-1.docker.io`.
_HUB, _HUB_ENDPOINT = "docker.io", "https://registry-1.docker.io"
_NAME = "REFERENCE"
# A name without a tag means `:latest`, which can be another image.
_NO_TAG = "TAG"
_NO_HOST = "REGISTRY"
_DIALLED = lazy_pattern(r"dial tcp (?P<address>\[[0-9a-fA-F:]+\]|[0-9.]+):(?P<port>\d+): ")
_URL = lazy_pattern(r"https?://(?P<host>[A-Za-z0-9.-]+(?::\d+)?)(?=[/\"\s?]|$)")


def tagged(name: str | None, tags: Sequence[str]) -> str | None:
    """Return an image as a command may name it: never without its tag, a word in capitals where the log has none."""
    return name and f"{name}:{tags[-1] if tags else _NO_TAG}"


def placeholders(case: Case) -> Mapping[str, str | None]:
    """Return the value of each placeholder; None where the log does not tell."""
    reference, kind = case.push.reference, case.push.registry_kind
    parts = case.classified.parts if case.classified else None
    name = "/".join(p for p in (reference.registry, reference.repository) if p) or None
    image = tagged(name, reference.tags) if reference.repository else name
    registry = case.knowledge.registry(kind)
    values = {
        **case.client.words(image or _NAME),
        **(registry.parts_of(reference.registry) if registry else {}),
        "registry": reference.registry,
        "repository": reference.repository,
        "reference": image,
        "tag": reference.tags[-1] if reference.tags else None,
        "host": (parts.host if parts else None) or reference.registry,
        **_dialled(case, parts.host if parts else None),
        "server": parts.server if parts else None,
        "status": str(parts.http_status) if parts and parts.http_status else None,
        "object": parts.object_ref if parts else None,
        "endpoint": _endpoint(case),
        "right": registry.right if registry else None,
    }
    return {**values, "signin": _signin(case, values)}


def _dialled(case: Case, host: str | None) -> dict[str, str | None]:
    """Return the address that was really asked, where it is not that of the host, and the port."""
    match = _DIALLED.search(case.push.error.text) if case.push.error else None
    name = host or case.push.reference.registry
    if match is None:
        return {"dialled": name, "port": None}
    address, port = match["address"], match["port"]
    is_other = name is not None and name.partition(":")[0] == "localhost" and not address.startswith(("127.", "[::1]"))
    return {"dialled": f"{address}:{port}, to which {name} leads" if is_other else name, "port": port}


def _endpoint(case: Case) -> str:
    """Return scheme and host to ask: those of the request that failed, else https and the registry."""
    host = case.push.reference.registry
    match = _URL.search(case.push.error.text) if case.push.error else None
    if match and (host is None or match["host"] == host):
        return match[0]
    if host == _HUB:
        return _HUB_ENDPOINT
    return f"https://{host or _NO_HOST}"


def _signin(case: Case, values: Mapping[str, str | None]) -> str | None:
    """Return the command that logs in to this registry with this client; None if the client has none."""
    registry = case.knowledge.registry(case.push.registry_kind)
    rows = registry.login.by_scope if registry else (("others", "{login} {registry}"),)
    command = Words(tuple((scope, f"`{text}`") for scope, text in rows)).of(case.scopes, values)
    if command is None and values.get("login"):
        command = fill("`{login} {registry}`", values)
    return command and command.strip("`")
