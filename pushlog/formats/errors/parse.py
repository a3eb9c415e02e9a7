"""Take an error text apart: registry code, stages, request, status and the innermost cause.

The grammar `error.lark` has every form that Docker prints; this module turns its tree into one record.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pushlog.formats.errors import page as error_page
from pushlog.formats.errors.status import status_in_words
from pushlog.formats.grammar.load import load_grammar
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lark import Lark, Token

OBJECT = lazy_pattern(r"(layer|manifest|index|config|attestation|unknown)-(?:(.+)@)?([a-z0-9]+:\S+)")
# A question about a blob, before anything of it is sent: Docker's URL, the words of containers/image.
_ASKED_DIGEST = lazy_pattern(r"/blobs/([a-z0-9]+:[0-9a-f]{64})(?:\?\S*)?")
_ASKED_STAGE = lazy_pattern(r"(?:Error )?(?:trying to reuse|checking whether a) blob ([a-z0-9]+:[0-9a-f]{64}) ")
_QUERY_DIGEST = lazy_pattern(r"[?&]digest=([a-z0-9]+(?:%3A|:)[0-9a-f]{12,128})", re.IGNORECASE)
ADDRESS = lazy_pattern(r"(?:dial|read|write) \w+ (?:\S+->)?(?P<address>\S+): $")
LOOKUP = lazy_pattern(r"lookup (\S+?)(?: on \S+)?: $")
CODE = lazy_pattern(
    "un(?:known|supported|authorized|available)|denied|toomanyrequests|(?:digest|size|name|tag) invalid|name unknown"
    "|manifest (?:blob unknown|unknown|invalid|unverified)|blob (?:upload )?unknown|blob upload invalid"
)
# What docker's client puts before an error that the daemon answers with.
DAEMON = "Error response from daemon: "
# The name of a wrapper by its first words; the longer words come first.
STAGES = (
    ("Error response from daemon", "daemon"),
    ("error response from daemon", "daemon"),
    ("Error pushing to registry", "daemon"),
    ("FATA[", "daemon"),
    ("Failed to upload", "upload"),
    ("error during connect", "daemon-connect"),
    ("failed to authorize redirect", "redirect"),
    ("failed to authorize", "authorize"),
    ("failed to fetch oauth", "oauth-token"),
    ("failed to fetch anonymous", "anonymous-token"),
    ("failed to do request", "request"),
    ("failed to copy", "copy"),
    ("failed to push", "push"),
    ("failed to put manifest", "push"),
    ("failed to mount blob", "push"),
    ("pushing image", "push"),
    ("failed to build", "build"),
    ("failed to solve", "solve"),
    ("push access denied", "access-denied"),
    ("server message", "server-message"),
    ("authorization failed", "authorization"),
    ("proxyconnect", "proxy"),
    ("tls", "verify"),
    ("writing blob", "copy"),
    ("uploading layer", "upload"),
    ("initiating layer upload", "upload"),
    ("trying to reuse blob", "upload"),
    ("checking whether a blob", "upload"),
    ("pinging container registry", "ping"),
    ("v1 ping attempt", "ping"),
    ("v2 ping attempt", "ping"),
    ("copying config", "upload"),
    ("writing manifest", "upload"),
    ("uploading manifest", "upload"),
    ("Uploading manifest failed", "upload"),
    ("unable to retrieve auth token", "oauth-token"),
    ("error pushing image", "push"),
    ("failed to push to destination", "push"),
    ("error checking push permissions", "push"),
    ("checking push permission", "push"),
    ("Error response from registry", "push"),
    ("multiple errors returned", "push"),
    ("failed to publish images", "push"),
    ("error publishing", "push"),
    ("rpc error", "rpc"),
    ("Error writing blob", "copy"),
    ("Error initiating layer upload", "upload"),
    ("Error uploading layer", "upload"),
    ("Error trying to reuse blob", "upload"),
    ("Error checking whether a blob", "upload"),
    ("Error pinging", "ping"),
    ("error pinging", "ping"),
    ("Error copying config", "upload"),
    ("Error writing manifest", "upload"),
    ("Error uploading manifest", "upload"),
    ("Requesting bear", "oauth-token"),
    ("creating push check transport", "push"),
    ("Error pushing image", "push"),
    ("Failed to push image", "push"),
    ("failed to push image", "push"),
    ("failed to put image", "push"),
    ("publish", "push"),
)
# docker/distribution 2.8.3, registry/client/errors.go: the words for a body that is not JSON stand for its status.
STATUS_WORDS = {"UNAUTHORIZED": 401, "DENIED": 403, "TOOMANYREQUESTS": 429}


@record
class ErrorText:
    """The parts of an error text; None and empty where the text has no such part.

    `code` is the registry's error code in capitals, `bare` whether its words stand alone, without a message.
    `message` and `detail` are the registry's words, `cause` is the innermost text, `stages` are the wrappers from the
    outside in. `object_*` name what was being uploaded, `asked_digest` a blob that was only asked for, `address` the
    other end of the connection, `host` the name that was looked up or asked. `html_title` and `server` come from a
    page, `items` from a list.
    """

    text: str
    code: str | None = None
    bare: bool = False
    message: str | None = None
    detail: str | None = None
    stages: tuple[str, ...] = ()
    object_kind: str | None = None
    object_ref: str | None = None
    object_digest: str | None = None
    asked_digest: str | None = None
    method: str | None = None
    url: str | None = None
    address: str | None = None
    host: str | None = None
    http_status: int | None = None
    cause: str | None = None
    html_title: str | None = None
    server: str | None = None
    items: tuple[tuple[str | None, str], ...] = ()


def grammar() -> Lark:
    """Return the parser of `error.lark`. Lark is imported on first use: a push that succeeded does not need it."""
    return load_grammar("error.lark", flags=0)


def parse_error(text: str) -> ErrorText:
    """Return the parts of an error text. Raises nothing: a text that the grammar refuses is its own cause."""
    from lark.exceptions import LarkError

    stripped = text.replace("\r\n", "\n").strip()
    try:
        tree = grammar().parse(stripped)
    except LarkError:  # no text is known to end here
        return ErrorText(text=text, cause=stripped or None)
    forms = tuple(
        (str(part.data), tuple(part.scan_values(lambda _: True))) for part in tree.children if not isinstance(part, str)
    )
    return _record(text, stripped, forms)


def _record(text: str, stripped: str, forms: tuple[tuple[str, tuple[Token, ...]], ...]) -> ErrorText:
    tokens = tuple(token for _, values in forms for token in values)
    last = {token.type: str(token) for token in tokens}
    page = error_page.unquoted(last["QUOTED"]) if "QUOTED" in last else stripped
    is_page = "<" in page and error_page.is_page(page)
    registry_words = _registry_words(stripped, forms, is_page=is_page)
    pushed_object = OBJECT.match(last.get("OBJECT", "").strip('": '))
    url = (last.get("URL") or last.get("REQUESTED", "")).strip().removesuffix(":").strip('"') or None
    status = int(last["STATUS"][:3]) if "STATUS" in last else error_page.status(page) if is_page else None
    code_of_page = next((_code(token) for token in tokens if token.type == "CODE"), "") if is_page else ""
    return ErrorText(
        text=text,
        code=registry_words.code,
        bare=registry_words.bare,
        message=registry_words.message,
        detail=registry_words.detail,
        stages=tuple(_stages(forms)),
        object_kind=pushed_object[1] if pushed_object else None,
        object_ref=pushed_object[2] if pushed_object else None,
        object_digest=pushed_object[3] if pushed_object else _digest_in(url),
        asked_digest=_asked_digest(url, tokens),
        method=last["METHOD"].upper() if "METHOD" in last else None,
        url=url,
        address=_last_match(ADDRESS, tokens),
        host=_last_match(LOOKUP, tokens) or _host(url),
        http_status=status or STATUS_WORDS.get(code_of_page) or (status_in_words(stripped) if "FREE" in last else None),
        cause=_cause(stripped, registry_words, page if is_page else None, last),
        html_title=error_page.title(page) if is_page else None,
        server=error_page.server(page) if is_page else None,
        items=registry_words.items,
    )


@record
class RegistryWords:
    """The registry's own words, as far as the text has them."""

    code: str | None = None
    bare: bool = False
    message: str | None = None
    detail: str | None = None
    items: tuple[tuple[str | None, str], ...] = ()


def _registry_words(stripped: str, forms: tuple[tuple[str, tuple[Token, ...]], ...], *, is_page: bool) -> RegistryWords:
    """Return the registry's words: after a code, after `error from registry`, in an `errors:` list, after a status."""
    for number, (name, tokens) in enumerate(forms):
        if name == "code":
            code = _code(tokens[0])
            message = stripped[tokens[0].end_pos :].strip() or None
            inner = {form for form, _ in forms[number + 1 :]}
            is_wrapper = is_page or inner & {"commit", "unexpected", "received", "http", "net"}
            if is_wrapper:  # Docker's own word around something that was not the registry's JSON
                return RegistryWords(code=None if code == "UNKNOWN" else code)
            return RegistryWords(code=code, bare=message is None, message=message)
        if name == "registry":
            return _joined(tokens)
        if name == "errors":
            items = tuple(_items(tokens))
            first = next((item for item in items if item[0]), (None, ""))
            return RegistryWords(
                code=first[0], bare=bool(first[0] and not first[1]), message=first[1] or None, items=items
            )
        if name in ("unexpected", "received"):
            after = stripped[tokens[-1].end_pos :].strip()
            return RegistryWords(message=after if after and not is_page else None)
    return RegistryWords()


def _code(words: str) -> str:
    return words.rstrip(": \t").upper().replace(" ", "_")


def _joined(tokens: tuple[Token, ...]) -> RegistryWords:
    """Return the words of `error from registry: MESSAGE - DETAIL`; further errors stand on lines of their own."""
    messages = [str(token).strip() for token in tokens if token.type == "MESSAGE"]
    details = [str(token).strip() for token in tokens if token.type == "DETAIL"]
    items = tuple((None, message) for message in messages) if len(messages) > 1 else ()
    first = messages[0] if messages else None
    # A code without a message: containerd prints its words in place of one.
    code = _code(first) if first and CODE.fullmatch(first) else None
    return RegistryWords(code=code, message=first, detail=details[0] if details else None, items=items)


def _items(tokens: tuple[Token, ...]) -> Iterator[tuple[str | None, str]]:
    code: Token | None = None
    for token in tokens:
        if token.type == "CODE":
            if code:
                yield _code(code), ""
            code = token
        else:
            yield (_code(code) if code else None), str(token).strip()
            code = None
    if code:
        yield _code(code), ""


def _stages(forms: Iterable[tuple[str, tuple[Token, ...]]]) -> Iterator[str]:
    for name, tokens in forms:
        if name == "stage":
            yield next((stage for words, stage in STAGES if tokens[0].startswith(words)), "client")
        elif name == "net":
            yield tokens[0].partition(" ")[0].rstrip(":")
        elif name in ("commit", "registry", "unexpected", "received", "parsing", "http", "errors"):
            yield name


def _last_match(pattern: re.Pattern[str], tokens: tuple[Token, ...]) -> str | None:
    matches = (pattern.match(token) for token in reversed(tokens) if token.type == "NET")
    return next((match[1] for match in matches if match), None)


def _digest_in(url: str | None) -> str | None:
    """Return the blob that the closing request of an upload names in its query."""
    match = _QUERY_DIGEST.search(url or "")
    return unquote(match[1]).lower() if match else None


def _asked_digest(url: str | None, tokens: Iterable[Token]) -> str | None:
    """Return the blob of which a request asked whether the registry has it."""
    stages = (_ASKED_STAGE.match(token) for token in tokens if token.type in ("STAGE", "WRAPPER"))
    match = _ASKED_DIGEST.search(url or "") or next((match for match in stages if match), None)
    return match[1] if match else None


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").netloc.rpartition("@")[2] or None
    except ValueError:  # a torn address such as http://[::
        return None


def _cause(stripped: str, words: RegistryWords, page: str | None, last: dict[str, str]) -> str | None:
    """Return the innermost words: a page's title, free text, the registry's message, the status or a wrapper."""
    if page is not None and (heading := error_page.title(page)):
        return heading
    if "FREE" in last:
        return last["FREE"].strip()
    if words.message:
        return words.message
    if "STATUS" in last:
        return last["STATUS"].strip(" :,")
    return stripped.rpartition(": ")[2].strip(" :") or None
