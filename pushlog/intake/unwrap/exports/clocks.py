"""The times of records: their form is recognised from the values, whatever a store calls them."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from pushlog.intake.unwrap.timestamps import LineTimes, seconds
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Clock
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pushlog.intake.log_text import Int64

Float64 = NDArray[np.float64]

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<rest>\d{1,9}))?(?: ?(?P<half>[AP])M)?"
_ISO = lazy_pattern(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
_EPOCH = lazy_pattern(r"1\d{9}(?:\.\d{1,9})?|1\d{12}(?:\.\d{1,6})?|1\d{15}|1\d{18}")
# No step of a job takes 30 years: such a figure is no time.
_LONGEST_STEP = 1e9
# `Nov 23, 2026 @ 21:26:46.100` (Kibana), `23/Nov/2026:21:26:46 +0000` (Apache), `Mon, 23 Nov 2026 21:26:46 GMT`.
_NAMED = (
    lazy_pattern(rf"(?P<month>[A-Z][a-z]{{2}}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})(?: @|,)? {_CLOCK}(?P<zone>)"),
    lazy_pattern(rf"(?P<day>\d\d)/(?P<month>[A-Z][a-z]{{2}})/(?P<year>\d{{4}}):{_CLOCK} (?P<zone>[+-]\d{{4}})"),
    lazy_pattern(
        rf"(?:[A-Z][a-z]{{2}}, )?(?P<day>\d\d) (?P<month>[A-Z][a-z]{{2}}) (?P<year>\d{{4}}) {_CLOCK}(?P<zone> .+)?"
    ),
)
# `11/23/2026, 9:26:46.100 PM`: Azure's portal and spreadsheets in American English; with a zone, Sumo Logic's.
_SLASHED = lazy_pattern(
    rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}}),? {_CLOCK}(?: (?P<zone>[+-]\d{{4}}|UTC|GMT))?"
)
_YEAR_FIRST = lazy_pattern(rf"(?P<year>\d{{4}})/(?P<month>\d\d)/(?P<day>\d\d) {_CLOCK}(?P<zone>)")


@record
class RecordTimestamps:
    """The times of records: byte `starts[i]` of the text and those after it came at `seconds[i]`, NaN if unknown.

    `is_dated`: they carry a date; `zone`: in which moments are told, None where neither they nor the user name one.
    """

    starts: Int64
    seconds: Float64
    resolution: float
    is_dated: bool
    zone: dt.tzinfo | None

    @property
    def kind(self) -> Clock:
        """Return `stamped`: the store or the CI system stamped these times."""
        return Clock.STAMPED

    def times(self, lines: Sequence[int], offsets: Sequence[int]) -> LineTimes:  # noqa: ARG002 - a record's time is that of its bytes
        """Return the seconds of byte offsets, given in ascending order; they never fall."""
        index = np.searchsorted(self.starts, np.array(offsets, dtype=np.int64), side="right") - 1
        values = self.seconds[np.maximum(index, 0)]
        if len(index) > 1 and index[0] == index[-1] and offsets[0] != offsets[-1]:
            # All of it came in one record, whose time is not that of each line.
            values = np.full(len(index), np.nan)
        readable = values[~np.isnan(values)]
        # fmax ignores NaN, so that a record without a time breaks no order.
        steady = np.where(np.isnan(values), np.nan, np.fmax.accumulate(values)) if len(values) else values
        return LineTimes(
            seconds=tuple(steady.tolist()),
            resolution=self.resolution,
            steps=int(np.count_nonzero(np.diff(readable) < 0)),
            began=self._moment(float(readable[0])) if len(readable) else None,
        )

    def _moment(self, value: float) -> str | None:
        if not self.is_dated:
            return None
        try:
            moment = dt.datetime.fromtimestamp(value, self.zone or dt.UTC)
            return moment.replace(tzinfo=self.zone and moment.tzinfo).isoformat(timespec="milliseconds")
        except (ValueError, OverflowError, OSError):
            return None


def iso_text(value: object) -> str | None:
    """Return a time with its date as ISO 8601 text or as seconds since 1970; None for a value that is no such time."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = value.strip() if isinstance(value, str) else _number(value)
    if match := _ISO.fullmatch(text):
        zone = {"UTC": "Z", "GMT": "Z"}.get(match["zone"], match["zone"]) or ""
        return f"{match['date']}T{match['time']}{zone}"
    if _EPOCH.fullmatch(text):
        return _epoch(text)
    for form in (*_NAMED, _SLASHED, _YEAR_FIRST):
        if match := form.fullmatch(text):
            return _composed(match)
    return None


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")


def _epoch(text: str) -> str:
    whole, _, rest = text.partition(".")
    digits = {10: 0, 13: 3, 16: 6, 19: 9}[len(whole)]
    fraction = whole[10:] + rest
    return f"{whole[:10]}.{fraction}" if digits or rest else whole


def _composed(match: re.Match[str]) -> str | None:
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower())
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "P" else 0)
    zone = (match["zone"] or "").strip()
    if zone and not re.fullmatch(r"[+-]\d{4}", zone):
        zone = "Z" if zone in ("GMT", "UTC", "Z") else ""
    if number is None:
        return None
    date = f"{match['year']}-{number:02d}-{int(match['day']):02d}"
    fraction = f".{match['rest']}" if match["rest"] else ""
    return f"{date}T{hour:02d}:{match['minute']}:{match['second']}{fraction}{zone}"


def is_epoch(text: str) -> bool:
    """Return whether the text of `iso_text` counts seconds since 1970."""
    return text[4:5] != "-"


def reader(sample: object, *, counts_seconds: bool, zone: dt.tzinfo | None) -> Callable[[object], float] | None:
    """Return a function from a record's time to seconds, NaN for none; None when the sample is no time.

    `counts_seconds`: the values are seconds since a step began; `zone`: that of times that name none.
    """
    if counts_seconds:
        return _plain_seconds if not math.isnan(_plain_seconds(sample)) else None
    if iso_text(sample) is None:
        return None

    def read(value: object) -> float:
        if isinstance(value, str) and value[4:5] == "-":
            try:
                moment = dt.datetime.fromisoformat(value)
            except ValueError:
                pass  # some stores name the zone in words
            else:
                return (moment if moment.tzinfo else moment.replace(tzinfo=zone or dt.UTC)).timestamp()
        text = iso_text(value)
        if text is None:
            return math.nan
        return float(text) if is_epoch(text) else seconds(text, "iso", zone)

    return read


def iso_seconds(texts: Sequence[object]) -> Float64 | None:
    """Return the seconds of times of one form, `2026-11-23T21:26:44.84742Z`, at once; None where one has another form.

    They are what `reader` reads: `datetime` takes six digits behind the point and leaves the others.
    """
    if not all(isinstance(text, str) and text.isascii() for text in texts):
        return None
    lengths = np.fromiter(map(len, cast("Sequence[str]", texts)), np.int64, count=len(texts))
    data = np.frombuffer("".join(cast("Sequence[str]", texts)).encode(), dtype=np.uint8)
    ends = np.cumsum(lengths)
    seconds = np.empty(len(texts))
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        rows = np.flatnonzero(lengths == length)
        values = _iso_rows(data[(ends[rows] - length)[:, None] + np.arange(length)])
        if values is None:
            return None
        seconds[rows] = values
    return seconds


def _iso_rows(rows: NDArray[np.uint8]) -> Float64 | None:
    """Return the seconds of times of one length, a row of bytes each."""
    digits = rows.shape[1] - len("2026-11-23T21:26:44.Z")
    form = f"0000-00-00T00:00:00{'.' + '0' * digits if digits > 0 else ''}Z".encode()
    if len(form) != rows.shape[1] or digits > 9:
        return None
    shape = np.frombuffer(form, dtype=np.uint8)
    is_digit = shape == ord("0")
    numbers = rows - np.uint8(ord("0"))
    if (numbers[:, is_digit] > 9).any() or (rows[:, ~is_digit] != shape[~is_digit]).any():
        return None
    days = _days(rows[:, :10])
    hour, minute, second = (10 * numbers[:, place].astype(np.int64) + numbers[:, place + 1] for place in (11, 14, 17))
    if days is None or hour.max() > 23 or minute.max() > 59 or second.max() > 59:
        return None
    micro = np.zeros(len(rows), dtype=np.int64)
    for place in range(6):
        micro = 10 * micro + (numbers[:, 20 + place] if place < digits else 0)
    whole = 86400 * days + 3600 * hour + 60 * minute + second
    seconds: Float64 = (1_000_000 * whole + micro) / 1_000_000
    return seconds


def _days(dates: NDArray[np.uint8]) -> Int64 | None:
    """Return the days since 1970 of dates, mostly all the same."""
    if (dates == dates[0]).all():
        dates = dates[:1]
    texts = [bytes(date).decode() for date in dates]
    try:
        days = {text: (dt.date.fromisoformat(text) - dt.date(1970, 1, 1)).days for text in dict.fromkeys(texts)}
    except ValueError:
        return None
    return np.array([days[text] for text in texts], dtype=np.int64)


def _plain_seconds(value: object) -> float:
    """Return the seconds since the start of a step, NaN for what can be none."""
    try:
        seconds = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return math.nan
    return seconds if abs(seconds) < _LONGEST_STEP else math.nan


def zone_of(sample: object, zone: dt.tzinfo | None) -> dt.tzinfo | None:
    """Return the zone in which moments like this one are told: its own, else that of the user; epochs are UTC."""
    text = iso_text(sample)
    if text is None:
        return None
    if is_epoch(text):
        return zone or dt.UTC
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.replace(",", ".")))
    except ValueError:
        return None
    return moment.tzinfo or zone


def resolution_of(sample: object) -> float:
    """Return the smallest step, in seconds, that times like this one show."""
    text = iso_text(sample)
    match = re.search(r"[.,](\d+)", text if text is not None else str(sample))
    return 10.0 ** -len(match[1]) if match else 1.0
