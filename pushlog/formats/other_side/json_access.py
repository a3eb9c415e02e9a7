"""A request as an object of JSON: what each program calls its parts, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.formats.other_side.answered import answered, is_unanswered
from pushlog.formats.other_side.moments import ncsa, rfc3339
from pushlog.formats.other_side.record import UNANSWERED, SideKind, SideRecord
from pushlog.formats.other_side.request import request
from pushlog.intake.limits import loads
from pushlog.model import HopName
from pushlog.record_class import record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    Line = Mapping[str, object]


@record
class Names:
    """What one program calls the parts of a request: several names in the order of preference, `a.b` for b within a.

    "" for what it does not tell. `own`: keys that all its lines have, and other programs' have not. `begin` or `end`:
    the time; `unit`: seconds of one unit of `duration`. `body`: bytes of the request's body, `length` those of all of
    it, `sent` those of the answer. `ended`: what ended a request, and that in words.
    """

    own: tuple[str, ...]
    method: str
    target: str
    status: str
    duration: str
    unit: float
    begin: str = ""
    end: str = ""
    body: str = ""
    length: str = ""
    sent: str = ""
    user: str = ""
    remote: str = ""
    agent: str = ""
    upstream: str = ""
    upstream_status: str = ""
    request_id: str = ""
    ended: Callable[[Line], tuple[SideKind, str]] = lambda _: (SideKind.REQUEST, "")
    code: str = ""


def json_request(text: str, zone: dt.tzinfo | None, *, names: Names, hop: HopName) -> SideRecord | None:
    """Return what a line says of a request; None for one that lacks the keys of these names."""
    if not text.startswith("{"):
        return None
    try:
        line = loads(text)
    except ValueError:
        return None
    if not isinstance(line, dict) or any(_value(line, key) is None for key in names.own):
        return None
    duration, status = _number(_value(line, names.duration)), _number(_value(line, names.status))
    body, length = _number(_value(line, names.body)), _number(_value(line, names.length))
    target = text_of(_value(line, names.target))
    # The whole line of a request stands in the place of its target.
    asked = request(target if " " in target else f"{text_of(_value(line, names.method))} {target}")
    if asked is None and hop is HopName.REGISTRY:
        # Other servers of its makers write the same lines, about all but a registry's paths.
        return None
    kind, why = names.ended(line)
    # 0: no answer was begun.
    answer = int(status) if status is not None and 100 <= status < 1000 else -1
    sent = _value(line, names.sent)
    line_record = SideRecord(
        kind=kind,
        hop=hop,
        at=_moment(_value(line, names.end), zone),
        begin=_moment(_value(line, names.begin), zone),
        seconds=duration * names.unit if duration is not None else None,
        status=answer,
        user=text_of(_value(line, names.user)),
        remote=text_of(_value(line, names.remote)),
        agent=text_of(_value(line, names.agent)).replace("\\", ""),
        upstream=text_of(_value(line, names.upstream)),
        upstream_status=str(_value(line, names.upstream_status) or ""),
        request_id=text_of(_value(line, names.request_id)),
        code=UNANSWERED if is_unanswered(answer, str(sent)) else text_of(_value(line, names.code)),
    )
    return answered(
        line_record,
        asked,
        body=int(body) if body is not None else None,
        length=int(length) if length is not None else None,
        why=why,
    )


def _value(line: Line, names: str) -> object:
    """Return the value of the first of these names that is there; of a list its first."""
    for name in names.split():
        value: object = line
        for part in [name] if name in line else name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return value[0] if isinstance(value, list) and value else value
    return None


def text_of(value: object) -> str:
    """Return a text; "" for any other value."""
    return value if isinstance(value, str) else ""


def _moment(value: object, zone: dt.tzinfo | None) -> float | None:
    """Return a time: seconds since 1970, RFC 3339, or as access logs write it."""
    if isinstance(value, str) and not value[:5].isdigit():
        return rfc3339(value) if value[:4].isdigit() else ncsa(value, zone)[0]
    return _number(value)


def _number(value: object) -> float | None:
    """Return a number, also one in a string; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e18 else None
