"""`pushlog rules` and `pushlog explain`: what can be found, and each of it in full."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.faults import UserError

# Columns: longer lines are hard to read, and a pipe has no width.
_WIDEST, _NARROWEST, _PIPE = 100, 40, 80


def _names(incomplete: str) -> list[str]:
    """Return the rules whose names begin so, for completion."""
    from pushlog.rule_pages import pages

    return [page.name for page in pages() if page.name.startswith(incomplete)]


def rules() -> None:
    """List all rules: code, name, severity and what each means."""
    from pushlog.rule_pages import pages

    for page in pages():
        typer.echo(f"{page.code}  {page.severity:<7}  {page.name:<26}  {page.title}")


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RULE|TEXT]...",
            help="The name or code of a rule, such as retry-exhausted or PL101; or an error text, - for one on "
            "standard input. None lists the rules.",
            autocompletion=_names,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Explain a rule, or an error text without a log.

    A rule: what it means, how it is recognised, what to do, where the knowledge comes from. An error text: its family,
    whether Docker retries it, whether pushing again helps, what to do, and the source.
    """
    if not words:
        rules()
        return
    from pushlog.report.visible import visible
    from pushlog.rule_pages import page

    text = _standard_input() if words == ["-"] else " ".join(words)
    rule_page = page(text, _width())
    typer.echo(rule_page.text if rule_page else visible(_of_error(text)))


def _of_error(text: str) -> str:
    """Return the page of an error text. Raises UserError when nothing in it is known."""
    from pushlog.error_page import error_page
    from pushlog.redaction.find import redact_text
    from pushlog.rule_pages import pages
    from pushlog.suggest import did_you_mean

    is_name = text.strip() and len(text.split()) == 1
    hint = did_you_mean(text.strip(), (word for page in pages() for word in (page.name, page.code))) if is_name else ""
    if hint:
        raise UserError(f"no rule is called {text.strip()!r}{hint}")
    found_page = error_page(redact_text(text), _width()) if text.strip() else None
    if found_page is None:
        raise UserError(f"no rule and no error that is known: {text.strip()!r}; 'pushlog rules' lists the rules")
    return found_page


def _standard_input() -> str:
    """Return standard input as text, up to the limit of an error text; a whole log is for `analyze`."""
    import sys

    return sys.stdin.buffer.read(_LONGEST).decode("utf-8", "replace")


# Bytes: an error page of a proxy has a few thousand.
_LONGEST = 1 << 20


def _width() -> int:
    import shutil
    import sys

    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else _PIPE
