"""The HTML report: one self-contained page, or a page and its stylesheet for servers that forbid inline style.

Logs are hostile input. Everything is escaped, everything passes `visible`, links stay inside the page, nothing is
fetched and no script runs.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pushlog.files import put
from pushlog.lazy_pattern import lazy_pattern
from pushlog.report.page import page
from pushlog.report.prose import clip
from pushlog.report.rule_links import address
from pushlog.report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Environment

    from pushlog.model import Diagnosis, Log

STYLESHEET = "report.css"
# After these a long name may go on in the next line.
BREAK = lazy_pattern(r"(?<=[/:@])(?=\w)|(?<=[.-])(?=[A-Za-z]{2})")


def _shown(value: object) -> object:
    # The result of a macro is markup, another kind of text, and went through this function already.
    return visible(clip(value)) if type(value) is str else value


def _breaks(text: str) -> list[str]:
    """The text in pieces between which a line of a narrow page may break."""
    return BREAK.split(text)


@cache
def environment() -> Environment:
    """Return the templates, with everything escaped and made visible."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from pushlog.cache.templates import KeptTemplates

    templates = Environment(
        loader=PackageLoader("pushlog.templates", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        bytecode_cache=KeptTemplates(),
    )
    templates.globals["rule_address"] = address
    templates.globals["breaks"] = _breaks
    return templates


def _render(logs: Sequence[Log], *, single: bool, links: Sequence[tuple[str, str]] = ()) -> str:
    return environment().get_template("report.html.jinja").render(page=page(logs), single=single, links=links)


def render(logs: Sequence[Log]) -> str:
    """Return one page that needs nothing else: its style is inside."""
    return _render(logs, single=True)


def linked(log: Log, push: Diagnosis, links: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page of one push of a log; it wants `report.css` beside it. `links`: words and where they lead."""
    return _render([replace(log, pushes=(push,))], single=False, links=links)


def stylesheet() -> str:
    """Return the text of `report.css`."""
    return files("pushlog.templates").joinpath(STYLESHEET).read_text(encoding="utf-8")


def write_folder(logs: Sequence[Log], directory: Path) -> None:
    """Write `index.html` and `report.css`, which look right under a policy of `style-src 'self'`."""
    directory.mkdir(parents=True, exist_ok=True)
    text = _render(logs, single=False)
    put(directory / STYLESHEET, stylesheet().encode())
    put(directory / "index.html", text.encode())
