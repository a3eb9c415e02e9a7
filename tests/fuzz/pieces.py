"""Inputs made of pieces of real logs: lines that parsers know, taken out of order, cut, doubled and spoilt."""

from __future__ import annotations

import random
from functools import cache
from typing import Protocol

from tests.paths import ROOT

# What no captured push holds, and what a hostile one would.
ODD = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\x1b]0;title",
    b"\x1b[2J\x1b[1A",
    b"\x9b31m",
    b"\r",
    b"\r\r\n",
    b"\xe2\x80\xae",
    b"\xed\xa0\x80",
    b"{" * 40,
    b"[" * 40,
    b'{"status":"Pushing","progressDetail":{"current":-1,"total":1e999},"id":"aaaaaaaaaaaa"}',
    b'{"errorDetail":{"message":7},"error":"denied"}',
    b'{"version": 2, "width": 80}',
    b'[0.5, "o", "aaaaaaaaaaaa: Pushing\\r\\n"]',
    b"Script started on 2026-01-01",
    b"99999999999999999999: digest: sha256:",
    b"aaaaaaaaaaaa: Pushing [>   ] 99999999999999999999GB/1B",
    b"aaaaaaaaaaaa: Retrying in 99999999999999999999 seconds",
    b"https://user:secret@[::1",
    b"-----BEGIN RSA PRIVATE KEY-----",
    b"errors:",
    b"<html>" * 20,
    b"9999-99-99T99:99:99Z ",
)


class Choices(Protocol):
    """Where decisions come from: a fuzzer's bytes or a generator of random numbers."""

    def number(self, low: int, high: int) -> int: ...


class RowOrder:
    """A generator of random numbers as choices: the same seed makes the same log."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


@cache
def pool() -> tuple[bytes, ...]:
    """All different lines of the samples, and of the captures where they are at hand."""
    files = [*sorted((ROOT / "samples").glob("*.txt")), *sorted((ROOT.parent / "shared").rglob("push-log.txt"))]
    lines: dict[bytes, None] = dict.fromkeys(ODD)
    for file in files:
        lines.update(dict.fromkeys(line[:2000] for line in file.read_bytes().split(b"\n")[:400]))
    return tuple(lines)


def composed(choices: Choices, most: int = 12) -> bytes:
    """A log of at most that many pieces."""
    lines = pool()
    parts = [_piece(choices, lines) for _ in range(choices.number(1, most))]
    return b"".join(parts)


def _piece(choices: Choices, lines: tuple[bytes, ...]) -> bytes:
    line = lines[choices.number(0, len(lines) - 1)]
    match choices.number(0, 9):
        case 0:  # cut
            line = line[: choices.number(0, len(line))]
        case 1:  # one byte is another
            at = choices.number(0, max(0, len(line) - 1))
            line = line[:at] + bytes([choices.number(0, 255)]) + line[at + 1 :]
        case 2:  # doubled
            line += b"\n" + line
        case 3:  # something odd inside
            at = choices.number(0, len(line))
            line = line[:at] + ODD[choices.number(0, len(ODD) - 1)] + line[at:]
        case 4:  # a long one
            line *= choices.number(1, 40)
        case _:
            pass
    return line + (b"\n", b"\r\n", b"\n", b"\r", b"")[choices.number(0, 4)]
