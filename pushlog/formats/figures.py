"""Sizes as Docker prints them, whole columns at a time; sizes and durations as other clients do, one at a time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pushlog.formats.events import UNKNOWN, Uint8
from pushlog.lazy_pattern import lazy_pattern
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.intake.log_text import Int64

# docker/go-units HumanSize: base 1000, four significant digits, one space before the unit up to 1.13 and in 17.03.
_UNITS = b"kMGTPEZY"
# Ten petabytes and a day: larger than in any push, and sums of many still fit in 64 bits.
LARGEST = 10**16
LONGEST_WAIT = 86_400
_FIGURE = lazy_pattern(r"(\d+)(?:\.(\d+))? ?([kMGTPEZY]?)B?", re.ASCII)
# More digits are not exact in the sums of the bulk reader.
DIGITS = 15
_WORD = 8
# The bits of a digit that hold its value.
_DIGIT = 0x0F


@record(kw_only=False)
class Run:
    """Digits that stand within eight bytes, with at most one point between them.

    `at`: where the eight bytes begin; `before`, `behind`: which bits of them make up the digits before the point and
    those behind it, all of them where there is none; `power`: how many digits of the figure follow.
    """

    at: int
    before: int
    behind: int
    power: int


@record(kw_only=False)
class Figure:
    """How to read a figure at a fixed place: its digits, the last ones first, and their scale."""

    runs: tuple[Run, ...] = ()
    scale: float = 1.0


def figure(row: bytes, start: int, stop: int) -> Figure | None:
    """Return how to read the figure at a place of a row: no digits where `start` is below 0, None if impossible."""
    text = row[max(start, 0) : max(stop, 0)]
    digits = [start + place for place in range(len(text) - 1, -1, -1) if text[place : place + 1].isdigit()]
    _, point, fraction = text.partition(b".")
    decimals = sum(fraction[place : place + 1].isdigit() for place in range(len(fraction))) if point else 0
    exponent = next((3 * power for power, unit in enumerate(_UNITS, 1) if unit in text), 0)
    runs = _runs(digits)
    return None if runs is None else Figure(runs, float(np.power(10.0, exponent - decimals)))


def _runs(digits: Sequence[int]) -> tuple[Run, ...] | None:
    """Return the runs of digits at these places, the last one first; None if they are too many or too far apart."""
    if len(digits) > DIGITS:
        return None
    runs: list[Run] = []
    done = 0
    while done < len(digits):
        at = digits[done] + 1 - _WORD
        inside = [digit for digit in digits[done:] if digit >= at]
        bits = {0: 0, 1: 0}  # by the number of other bytes between a digit and the next ones of the run
        for place, digit in enumerate(inside):
            gap = digits[done] - digit - place
            if gap not in bits or at < 0:
                return None
            bits[gap] |= _DIGIT << 8 * (digit - at)
        runs.append(Run(at, before=bits[1], behind=bits[0], power=done))
        done += len(inside)
    return tuple(runs)


def sizes(data: Uint8, start: Int64, stop: Int64) -> Int64:
    """Return the bytes of figures `data[start:stop]`, such as `98.82kB` or `1.024 kB`; UNKNOWN where start < 0."""
    is_there = start >= 0
    length = np.where(is_there, stop - start, 0)
    value = np.zeros(len(start))
    decimals = np.zeros(len(start), dtype=np.int64)
    exponent = np.zeros(len(start), dtype=np.int64)
    fraction = np.zeros(len(start), dtype=bool)
    for place in range(int(length.max(initial=0))):
        inside = length > place
        char = np.where(inside, data[np.where(inside, start + place, 0)], 0)
        digit = (char >= ord("0")) & (char <= ord("9"))
        value = np.where(digit, value * 10 + (char.astype(np.int64) - ord("0")), value)
        decimals += digit & fraction
        fraction |= char == ord(".")
        for power, unit in enumerate(_UNITS, 1):
            exponent[char == unit] = 3 * power
    figure = np.minimum(value * np.power(10.0, exponent - decimals), float(LARGEST))
    return np.where(is_there, np.rint(figure).astype(np.int64), UNKNOWN)


# A log repeats the same few totals.
@lru_cache(maxsize=4096)
def size(text: str) -> int:
    """Return the bytes of one figure, with the arithmetic of `sizes`."""
    match = _FIGURE.fullmatch(text)
    if match is None:
        return UNKNOWN
    whole, decimals, unit = match[1], match[2] or "", match[3]
    power = 3 * (_UNITS.index(unit.encode()) + 1) if unit else 0
    return round(min(float(whole + decimals) * 10.0 ** (power - len(decimals)), float(LARGEST)))


_POWERS = {"b": 0, "k": 10, "m": 20, "g": 30, "t": 40, "p": 50}
_BINARY = lazy_pattern(r"(\d+(?:\.\d+)?) ?([KMGTP]?)i?[Bb]?")


@lru_cache(maxsize=4096)
def binary(text: str) -> int:
    """Return the bytes of one figure with powers of 1024, `12.0MiB` or `4.2 Ki`, as mpb and containerd write them."""
    match = _BINARY.fullmatch(text.strip())
    return round(min(float(match[1]) * 2 ** _POWERS[(match[2] or "b").lower()], float(LARGEST))) if match else UNKNOWN


_UNIT_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = lazy_pattern(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)")


def go_seconds(text: str) -> float:
    """Return the seconds of a duration as Go writes it, a day at most: `1s`, `2m0.5s`, `512ms`."""
    return min(sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _PART.findall(text)), float(LONGEST_WAIT))


def elapsed(text: str) -> float:
    """Return the seconds that a client counted since something began, a year at most."""
    return min(float(text), 366.0 * LONGEST_WAIT)
