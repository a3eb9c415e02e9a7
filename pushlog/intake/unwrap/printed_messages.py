"""The messages of the Engine API as Node.js and Java print objects, turned into the JSON that they were read from.

Sources: Node.js lib/internal/util/inspect.js, as dockerode's users log its stream; docker-java ResponseItem.java, whose
`toString` is Lombok's since 3.1 and was that of Commons Lang before; spotify/docker-client ProgressMessage.java.
"""

from __future__ import annotations

import json
import re

from pushlog.lazy_pattern import lazy_pattern

# An object of Node with a key of a message first, over one line or several; none that a program's source hands on.
_INSPECTED = lazy_pattern(
    rb"(?<!\w\()\{\s{1,40}(?:status|id|progressDetail|progress|errorDetail|error|aux): "
    rb"[^{}]{0,2000}(?:\{[^{}]{0,2000}\}[^{}]{0,2000}){0,3}\}"
)
# What a message of a push says; other programs have objects with a status too.
_TELLS = lazy_pattern(
    rb"status: ['\"](?:The push refers to |(?:Preparing|Pushing|Pushed|Waiting|Layer already exists)['\"])"
)
_TOKEN = lazy_pattern(
    r"'(?P<single>(?:[^'\\]|\\.)*)'|(?P<double>\"(?:[^\"\\]|\\.)*\")|(?P<key>[A-Za-z_]\w*)(?=\s*:)"
    r"|(?P<nothing>\[\w+\]|undefined)|(?P<rest>null|true|false|-?\d+|[{}\[\],:]|\s+)"
)
_KEYS = {"status", "id", "progressDetail", "progress", "stream", "aux", "error", "errorDetail"}
# A message of Java, one a line.
_OF_JAVA = lazy_pattern(
    rb"(?:(?<![\w$])(?:com\.github\.dockerjava\.api\.model\.)?(?:Push)?ResponseItem(?:@[0-9a-f]{1,8})?[(\[]stream=|(?<!\w)ProgressMessage\{id=)[^\n]{1,4000}[)\]}]"
)
_STATUS = lazy_pattern(r"\bstatus=(?!null\b|<null>)(.{1,1000}?), ?(?:progressDetail|stream)=")
_ID = lazy_pattern(r"(?<![\w.])id=([0-9a-f]{12})\b")
_CURRENT, _TOTAL = lazy_pattern(r"\bcurrent=(\d{1,18})\b"), lazy_pattern(r"\btotal=(\d{1,18})\b")
_ERROR = lazy_pattern(
    r"\bmessage=(?!null\b|<null>)(.{1,2000}?)[)\]], ?error="
    r"|, error=(?!null\b)(.{1,2000}?), progress=(?=.{0,200}progressDetail=)"
)
_SIGNS = (b"ResponseItem", b"ProgressMessage{")


def with_json_messages(text: bytes) -> bytes:
    """Return the text with such messages as JSON, each on its first line; the lines keep their numbers."""
    if any(sign in text for sign in _SIGNS):
        text = _OF_JAVA.sub(_json_of_java, text)
    if b"status: " in text and _TELLS.search(text):
        text = _INSPECTED.sub(_json_of_node, text)
    return text


def _json_of_node(printed: re.Match[bytes]) -> bytes:
    whole = printed[0].decode("utf-8", "surrogateescape")
    tokens = list(_TOKEN.finditer(whole))
    if sum(len(token[0]) for token in tokens) != len(whole):
        return printed[0]
    try:
        message = json.loads("".join(map(_json_token, tokens)))
    except ValueError:
        return printed[0]
    if not isinstance(message, dict) or not _KEYS.issuperset(message):
        return printed[0]
    return json.dumps(message).encode() + b"\n" * printed[0].count(b"\n")


def _json_token(token: re.Match[str]) -> str:
    if (text := token["single"]) is not None:
        return json.dumps(re.sub(r"\\(.)", r"\1", text))
    if token["key"]:
        return json.dumps(token["key"])
    return "null" if token["nothing"] else token[0]


def _json_of_java(printed: re.Match[bytes]) -> bytes:
    whole = printed[0].decode("utf-8", "surrogateescape")
    message: dict[str, object] = {}
    if error := _ERROR.search(whole):
        text = error[1] or error[2]
        message = {"errorDetail": {"message": text}, "error": text}
    elif status := _STATUS.search(whole):
        message = {"status": status[1]}
        if layer := _ID.search(whole):
            message["id"] = layer[1]
        figures = {"current": _CURRENT.search(whole), "total": _TOTAL.search(whole)}
        message["progressDetail"] = {key: int(figure[1]) for key, figure in figures.items() if figure}
    return json.dumps(message).encode() if message else printed[0]
