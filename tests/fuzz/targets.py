"""What is fuzzed: each target takes the bytes of a made-up log and raises on whatever must not be."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING

from pushlog.faults import UserError
from pushlog.formats.dialects import openings, pushes
from pushlog.formats.errors.classify import classify
from pushlog.intake.read import raw
from pushlog.intake.unwrap.log import unwrap
from pushlog.knowledge.base import shipped
from pushlog.model import Log, Outcome
from pushlog.outputs import FORMATS
from pushlog.pipeline import analyze_raw
from pushlog.redaction.whole import redact_log_bytes
from pushlog.report.json import render
from pushlog.report.stored import logs as stored
from pushlog.report.visible import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Callable

# All outputs that are drawn from the result alone; text and JSON are tried by themselves.
DRAWN = tuple(name for name in FORMATS if name not in {"text", "json"})
# What may stand for the end of a push that succeeded, as it is written somewhere in its lines; `--quiet` prints a name.
_ENDS = re.compile(
    rb"igest|(?:^|\n)\s*\S+[/:]\S+\s*$|\S@sha256:[0-9a-f]{64}\r|already pushed|successfully pushed|pushed \S+@sha256:"
    rb"|manifest-sha256:\S+ +done|pushing manifest for \S+ (?:[\d.]+s )?done|#\d+ DONE"
    rb"|\w Pushed\b|(?<![a-z])pushed(?: image\b|: )|(?-i:Pushed: \S)",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(f"[{re.escape(''.join(map(chr, SYMBOLS)))}]")
# Clients that print no proof are believed, and the result says that it is not proven.
_UNPROVEN = "success-not-proven"


def lines(data: bytes) -> None:
    """Bytes to sections: decorations, recordings, redraws, both lanes, errors."""
    try:
        text = unwrap(raw("log", data).data, openings()).text
    except UserError:
        return
    for section in pushes(text, shipped()).parsed:
        if section.error:
            classify(section.error.text)


def error(data: bytes) -> None:
    """Any text as the error of a push."""
    classify(data.decode("utf-8", "replace"))


def log(data: bytes) -> Log:
    """A whole analysis; success is only what a line says."""
    try:
        found = analyze_raw(raw("log", data))
    except UserError:
        return analyze_raw(raw("log", b""))
    written = data.split(b"\n")
    for push in found.pushes:
        believed = any(finding.name == _UNPROVEN for finding in push.findings)
        # Of an export, and of a log that was turned round, lines are counted in what was made of it.
        is_made = any("lines are counted" in note for note in found.source.notes)
        # A line that was broken in two has the number of its first part.
        said = data if is_made else b"\n".join(written[push.lines[0] - 1 : push.lines[1] + 1])
        assert push.outcome is not Outcome.SUCCEEDED or believed or _ENDS.search(said), "a success that no line says"
    return found


def redact(data: bytes) -> None:
    """A log to give away: as many lines as before, and nothing to hide in it a second time."""
    text = data.decode("utf-8", "replace").encode()
    clean = redact_log_bytes(text).data
    assert clean.count(b"\n") == text.count(b"\n"), "a line more or less"


def outputs(data: bytes) -> None:
    """A whole analysis, stored, read back and drawn in every way."""
    found = log(data)
    text = render([found])
    assert render(stored(text, "result")) == text
    for name in DRAWN:
        drawn: str = import_module(f"pushlog.report.{name}").render([found])
        assert not _INVISIBLE.search(drawn), name
    from pushlog.report.text import render as on_a_terminal

    drawn = on_a_terminal([found], width=80, color=False, ascii_only=False)
    assert not _INVISIBLE.search(drawn)


def result(data: bytes) -> None:
    """A stored result that somebody spoilt: it is refused or drawn."""
    whole = render([log(b"The push refers to repository [r.example/a]\naaaaaaaaaaaa: Pushed\ndenied: no\n")])
    cut = int.from_bytes(data[:2], "big") % len(whole)
    spoilt = whole[:cut] + data[3:].decode("utf-8", "replace") + whole[cut + (data[2] if len(data) > 2 else 0) :]
    try:
        found = stored(spoilt, "result")
    except UserError:
        return
    for name in ("html", "markdown", "sarif", "junit"):
        import_module(f"pushlog.report.{name}").render(found)
    json.loads(render(found))


TARGETS: dict[str, Callable[[bytes], object]] = {
    "lines": lines,
    "error": error,
    "log": log,
    "redact": redact,
    "outputs": outputs,
    "result": result,
}
