"""What logrus writes: `key=value` in a pipe, `INFO[0453] …` on a terminal, or an object of JSON."""

from __future__ import annotations

import json

from pushlog.formats.grammar.shape import LineShape
from pushlog.formats.other_side.moments import rfc3339
from pushlog.intake.limits import loads
from pushlog.record_class import record

_FILE = "side_logrus.lark"
_STARTS = ("start", "on_terminal", "pair")
_PAIR = LineShape(_FILE, "pair", _STARTS)
_ON_TERMINAL = LineShape(_FILE, "on_terminal", _STARTS)
_LEVELS = {
    "DEBU": "debug",
    "ERRO": "error",
    "FATA": "fatal",
    "INFO": "info",
    "PANI": "panic",
    "TRAC": "trace",
    "WARN": "warning",
}
# logstash's formatter names the time and the message otherwise. Source: bshuster-repo/logrus-logstash-hook.
_MESSAGES = ("msg", "message")
_TIMES = ("time", "@timestamp", "timestamp")


@record
class LogrusLine:
    """`at`: seconds since 1970, None on a terminal, which counts from the start of the program."""

    message: str
    level: str
    at: float | None
    fields: dict[str, str]


def logrus_line(text: str) -> LogrusLine | None:
    """Return the parts of a line; None for one that logrus did not write."""
    if text.startswith("{"):
        return _json(text)
    on_terminal = _ON_TERMINAL.fields(text)
    if on_terminal is not None:
        fields = _pairs(on_terminal.get("PAIRS", ""))
        return LogrusLine(message=on_terminal["MESSAGE"], level=_LEVELS[on_terminal["LEVEL"]], at=None, fields=fields)
    if not text.startswith(("time=", "level=")):
        return None
    fields = _pairs(text)
    if "msg" not in fields or "level" not in fields:
        return None
    return _line(fields)


def _line(fields: dict[str, str]) -> LogrusLine:
    message = next((fields.pop(key) for key in _MESSAGES if key in fields), "")
    stamp = next((fields.pop(key) for key in _TIMES if key in fields), "")
    return LogrusLine(
        message=message, level=fields.pop("level", ""), at=rfc3339(stamp) if stamp else None, fields=fields
    )


def _pairs(text: str) -> dict[str, str]:
    return {pair["KEY"]: _unquoted(pair.get("VALUE", "")) for pair in _PAIR.each(text)}


def _unquoted(value: str) -> str:
    """Return a value as the program had it; Go quotes much as JSON does."""
    if not value.startswith('"'):
        return value
    if "\\" not in value:
        return value[1:-1]
    try:
        text = json.loads(value)
    except ValueError:
        return value[1:-1].replace('\\"', '"')
    return text if isinstance(text, str) else value


def _json(text: str) -> LogrusLine | None:
    try:
        record = loads(text)
    except ValueError:
        return None
    if not isinstance(record, dict) or "level" not in record or not any(key in record for key in _MESSAGES):
        return None
    return _line({str(key): _text(value) for key, value in record.items()})


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
