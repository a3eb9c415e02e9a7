"""Figures and instructions as words, the same in rules and in reports."""

from __future__ import annotations

from pushlog.lazy_pattern import lazy_pattern

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
# What builders put around an instruction: the shell, with the build arguments before it, and marks of their own.
_SHELL = lazy_pattern(r"(?:RUN )?(?:\|\d+ .*?)?/bin/(?:ba|a)?sh (?:-\w+ )*?-c (?!#\(nop\))")
_MARKS = lazy_pattern(r"^/bin/sh -c #\(nop\) ?| # buildkit$")


def size(n: int | None) -> str:
    """Return bytes as Docker prints them, in thousands with four digits: `9.437 MB`; `unknown` for None."""
    if n is None:
        return "unknown"
    value, unit = float(n), 0
    # Compared after rounding, so that 999 999 B is 1 MB and never 1000 kB.
    while float(f"{value:.4g}") >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.4g} {UNITS[unit]}" if value < 1000 else f"{value:.0f} {UNITS[unit]}"


def seconds(value: float) -> str:
    """Return a time as a person says it: `0.4 s`, `50 s`, `1 min 02 s`, `2 h 05 min`."""
    if value < 10:
        return f"{round(value, 1):g} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes:02d} min"


def plural(noun: str) -> str:
    """Return the regular English plural."""
    if noun.endswith(("s", "sh", "ch", "x")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def count(n: int, noun: str) -> str:
    """Return `1 layer`, `3 layers`."""
    return f"{n} {noun if n == 1 else plural(noun)}"


def blob(name: str) -> str:
    """Return how a blob is called where there is little room: a digest by its first twelve digits, as docker does."""
    digits = name.removeprefix("sha256:")
    return digits[:12] if len(digits) == 64 else name


def instruction(created_by: str, width: int | None = None) -> str:
    """Return what made a layer as a Dockerfile says it, on one line and no wider than told: `RUN npm ci`."""
    line = " ".join(created_by.replace("`", "'").split())
    line = _MARKS.sub("", line)
    if shell := _SHELL.match(line):
        line = f"RUN {line[shell.end() :]}"
    return line if width is None or len(line) <= width else f"{line[: width - 3].rstrip()}..."
