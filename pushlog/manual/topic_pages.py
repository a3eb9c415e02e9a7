"""The pages of `pushlog explain TOPIC`: what is read, how to capture a push, formats, CI, audits and the like."""

from __future__ import annotations

import re
import textwrap
from importlib.resources import files

from pushlog.lazy_pattern import lazy_pattern

_SUFFIX = ".txt"
# A list or a piece of code keeps its lines apart; a paragraph may be filled anew.
_ITEM = lazy_pattern(r"- ")


def topics() -> dict[str, str]:
    """Return the name of every topic with its title, by name."""
    paths = (path for path in files("pushlog.manual.topics").iterdir() if path.name.endswith(_SUFFIX))
    named = {path.name.removesuffix(_SUFFIX): path.read_text("utf-8").partition("\n")[0] for path in paths}
    return dict(sorted(named.items()))


def topic_page(name: str, width: int) -> str | None:
    """Return the page of a topic, filled to that many columns; None where no topic has the name."""
    if name not in topics():
        return None
    text = files("pushlog.manual.topics").joinpath(f"{name}{_SUFFIX}").read_text("utf-8")
    return "\n\n".join(_filled(part, width) for part in re.split(r"\n{2,}", text.strip("\n")))


def _filled(part: str, width: int) -> str:
    if part.startswith("    "):
        return part
    items = re.split(r"\n(?=- )", part)
    return "\n".join(
        textwrap.fill(
            " ".join(item.split()),
            width,
            subsequent_indent="  " if _ITEM.match(item) else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for item in items
    )
