"""Recordings of a terminal: what was drawn, and when.

Sources: asciinema docs, asciicast v2 (absolute times) and v3 (times between events, an exit event); util-linux
script(1) and scriptreplay(1): a typescript with its timing file, classic (`delay bytes`) or advanced (`O delay bytes`).
"""

from __future__ import annotations

import datetime as dt
import re
from array import array
from typing import TYPE_CHECKING

import numpy as np

from pushlog.faults import InputError
from pushlog.intake.limits import loads
from pushlog.intake.log_text import Int64, LogText, blocks_between
from pushlog.intake.spool import DERIVED, Spool
from pushlog.intake.unwrap.exports.template import END, RecordTemplate, ends_of
from pushlog.intake.unwrap.timestamps import LineTimes
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Capture, Clock
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pushlog.intake.unwrap.exports.template import RecordBlock

_CAST = lazy_pattern(rb'\s*\{[^\n]*"version"\s*:\s*([23])\b')
_SCRIPT = lazy_pattern(rb"Script started on ([^\n\[]*)[^\n]*\n")
_SCRIPT_END = lazy_pattern(rb"\r?\n?\nScript done on [^\n]*(?:COMMAND_EXIT_CODE=\"(\d+)\")?[^\n]*\n?\Z")
# Digits of ASCII alone, and no more of them than a delay of 31 years and an output of 1 TB have.
_TIMING = lazy_pattern(r"(?:(?P<kind>[OIHS]) )?(?P<delay>[0-9]{1,9}(?:\.[0-9]{1,9})?) (?P<rest>\S.*)")
_SIZE = lazy_pattern(r"[0-9]{1,12}")
# Times of events, in seconds, are below this.
_LATEST = 1e9
# After so many blocks in a row with events of other kinds, events are read one by one.
_TRIES = 8
# Where the last byte of an output may be: offsets are kept in 64 bits.
_LAST_OFFSET = 1 << 62


@record
class UnwrappedRecording:
    """What a terminal was sent, the times of its bytes (None for a typescript alone), and what had to be said.

    `status`: the exit status of the recorded command, where the recording has it.
    """

    text: LogText
    capture: Capture
    timestamps: RecordingTimestamps | None
    notes: tuple[str, ...]
    status: int | None = None


@record
class RecordingTimestamps:
    """The times of a recording: byte `starts[i]` and those after it were drawn at `seconds[i]`.

    `kind`: recorded with the bytes, or stamped on them by whoever kept them; `resolution`, `steps`: as in `LineTimes`.
    """

    starts: Int64
    seconds: NDArray[np.float64]
    began: str | None
    kind: Clock = Clock.RECORDED
    resolution: float = 0.001
    steps: int = 0

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:  # noqa: ARG002 - a recording times bytes
        """The seconds of byte offsets, given in ascending order."""
        index = np.searchsorted(self.starts, np.array(offsets, dtype=np.int64), side="right") - 1
        seconds = tuple(self.seconds[np.maximum(index, 0)].tolist())
        return LineTimes(seconds=seconds, resolution=self.resolution, steps=self.steps, began=self.began)


def unwrap_recording(text: LogText, timing: str | None = None) -> UnwrappedRecording | None:
    """The recording that a file is; None for one that is none. `timing`: the timing file of a typescript.

    Raises InputError for a timing file that is none, or that belongs to no typescript.
    """
    cast = _CAST.match(text.data[:4096])
    if cast:
        return _cast(text, version=int(cast[1]))
    script = _SCRIPT.match(text.data[:4096])
    if script:
        return _typescript(text, script, timing)
    if timing is not None:
        raise InputError("a timing file was given, but the log is no typescript of `script`")
    return None


def _cast(text: LogText, *, version: int) -> UnwrappedRecording:
    """An asciicast: every event is a physical line, whatever it draws."""
    tape = _Tape(version)
    head = text.data.find(b"\n")
    head = len(text.data) if head < 0 else head
    tape.pass_line()
    for block in blocks_between(text.data, head + 1, len(text.data)):
        tape.add(block)
    notes = [f"{tape.broken} lines of the recording can't be read"] if tape.broken else []
    notes += [f"the recorded command ended with status {tape.status}"] if tape.status is not None else []
    marks = np.frombuffer(tape.starts, dtype=np.int64)
    began = _header_time(text.data[:head])
    timestamps = RecordingTimestamps(starts=marks, seconds=np.frombuffer(tape.seconds), began=began)
    return UnwrappedRecording(
        text=LogText(tape.content.finish(), marks),
        capture=Capture.ASCIICAST,
        timestamps=timestamps,
        notes=tuple(notes),
        status=_number(tape.status),
    )


class _Tape:
    """What the events of an asciicast draw, added in order; for each line of the file where that starts, and when."""

    def __init__(self, version: int) -> None:
        self._counts_on = version == 3
        self.content = Spool(DERIVED)
        self.starts, self.seconds = array("q"), array("d")
        self.broken = 0
        self.status: str | None = None
        self._now = 0.0
        self._template: RecordTemplate | None = None
        self._tries = _TRIES

    def pass_line(self) -> None:
        """Add a line that is no event."""
        self.starts.append(self.content.size)
        self.seconds.append(self._now)

    def add(self, block: bytes) -> None:
        """Add the events of a block of whole lines: all at once where each of them draws something."""
        if block.endswith(b"\n") and self._tries:
            for find in (lambda _: self._template, _template):
                template = find(block)
                if template is not None and self._add_drawn(template.read(block)):
                    self._template, self._tries = template, _TRIES
                    return
            self._tries -= 1
        for line in block.removesuffix(b"\n").split(b"\n"):
            self._add_line(line)

    def _add_drawn(self, events: RecordBlock | None) -> bool:
        """Add events that were read at once; False if they must be read one by one."""
        if events is None:
            return False
        try:
            times = np.fromiter(map(float, events.values[0]), np.float64, count=len(events.values[0]))
        except ValueError:
            return False
        if not ((times >= 0) & (times < _LATEST)).all():
            return False
        ends = ends_of(events.texts)
        starts = np.concatenate([[0], ends[:-1] + 1]) - np.arange(len(ends)) + self.content.size
        self.starts.frombytes(starts.astype(np.int64).tobytes())
        times[0] = self._now + times[0] if self._counts_on else max(self._now, times[0])
        seconds = np.cumsum(times) if self._counts_on else np.maximum.accumulate(times)
        self.seconds.frombytes(seconds.tobytes())
        self._now = float(seconds[-1])
        self.content.write(events.texts.translate(None, END))
        return True

    def _add_line(self, line: bytes) -> None:
        self.starts.append(self.content.size)
        event = _event(line)
        if event:
            self._now = self._now + event[0] if self._counts_on else max(self._now, event[0])
            if event[1] == "o":
                self.content.write(event[2].encode("utf-8", "replace"))
            self.status = event[2] if event[1] == "x" else self.status
        self.broken += event is None and len(line) > 0
        self.seconds.append(self._now)


def _template(block: bytes) -> RecordTemplate | None:
    """Return the template of the first event of a block, None if it draws nothing."""
    line = block[: block.index(b"\n")]
    event = _event(line)
    if event is None or event[1] != "o":
        return None
    return RecordTemplate.of(line, text=(2,), values=[(0,)], fixed=[(1,)], encoding=("utf-8", "strict"))


def is_cast(head: bytes) -> bool:
    """Whether a file that begins so is an asciicast."""
    return _CAST.match(head) is not None


def drawn_line(line: bytes) -> bytes:
    """What one line of an asciicast draws."""
    event = _event(line)
    return event[2].encode("utf-8", "replace") if event and event[1] == "o" else b""


def _event(line: bytes) -> tuple[float, str, str] | None:
    """Time, kind and data of an event; None for a line that is none, such as one that was cut."""
    try:
        match loads(line):
            case [int() | float() as time, str() as kind, str() as data] if 0 <= time < _LATEST:
                return float(time), kind, data
            case _:
                return None
    except ValueError:
        return None


def _header_time(line: bytes) -> str | None:
    try:
        header = loads(line)
        stamp = header.get("timestamp") if isinstance(header, dict) else None
        return dt.datetime.fromtimestamp(stamp, dt.UTC).isoformat() if stamp else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _typescript(text: LogText, header: re.Match[bytes], timing: str | None) -> UnwrappedRecording:
    """A typescript: its first and last line are script's own."""
    end = _SCRIPT_END.search(text.data, max(0, len(text.data) - 4096))
    output = Spool(DERIVED)
    output.write(re.sub(rb"[^\n]", b" ", header[0]))
    for block in blocks_between(text.data, header.end(), end.start() if end else len(text.data)):
        output.write(block)
    timestamps = _timed(header.end(), timing) if timing is not None else None
    notes = (
        () if timestamps else ("a typescript without its timing file: name it with --timing to have measured times",)
    )
    if end and end[1]:
        notes = (*notes, f"the recorded command ended with status {end[1].decode()}")
    status = _number(end[1].decode()) if end and end[1] else None
    return UnwrappedRecording(
        text=LogText(output.finish()), capture=Capture.TYPESCRIPT, timestamps=timestamps, notes=notes, status=status
    )


def _number(status: str | None) -> int | None:
    """Return an exit status, which a recording has as text."""
    return int(status) if status is not None and re.fullmatch(r"[0-9]{1,3}", status) else None


def _timed(first: int, timing: str) -> RecordingTimestamps:
    offset, now = first, 0.0
    starts, seconds = array("q", [0]), array("d", [0.0])
    for delay, size in _steps(timing):
        now += delay
        if size is not None:
            starts.append(offset)
            seconds.append(now)
            offset += size
    return RecordingTimestamps(starts=np.frombuffer(starts, dtype=np.int64), seconds=np.frombuffer(seconds), began=None)


def check_timing(timing: str, name: str) -> str:
    """Return the text of a timing file that is one. Raises InputError with its name and the line that is wrong."""
    try:
        total, lines = sum(size or 0 for _, size in _steps(timing)), timing.count("\n")
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    if total > _LAST_OFFSET:
        raise InputError(f"{name}: the timing file is none: no output is as long as the sizes up to line {lines}")
    return timing


def _steps(timing: str) -> Iterator[tuple[float, int | None]]:
    """Yield the delay of each line of a timing file and the size of its output, None for a line of something else.

    A last line without its end was cut and is left out. Raises InputError.
    """
    start, number = 0, 0
    # A file of millions of lines is never cut into all of them at once.
    while start < len(timing):
        end = timing.find("\n", start)
        line = timing[start : end if end >= 0 else None]
        start, number = (end + 1 if end >= 0 else len(timing)), number + 1
        step = _TIMING.fullmatch(line.strip())
        is_output = step is not None and step["kind"] in {None, "O"}
        size = _SIZE.fullmatch(step["rest"].split()[0]) if step is not None else None
        if step is not None and (size or not is_output):
            yield float(step["delay"]), int(size[0]) if size and is_output else None
        elif line.strip() and end >= 0:
            raise InputError(f"the timing file is none: line {number} is not `delay bytes`")
