"""`pushlog rules` and `pushlog explain`: what can be found, and each of it in full."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.commands.width import width
from pushlog.faults import UserError
from pushlog.report.visible import visible

# The page of `explain` that is no rule's.
RULES_FILE = "rules-file"


def _names(incomplete: str) -> list[str]:
    """Return the rules whose names begin so, for completion."""
    from pushlog.rule_pages import pages

    names = [*(page.name for page in pages()), RULES_FILE]
    return [name for name in names if name.startswith(incomplete)]


def rules(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[lint FILE...]", help="Check rules files instead.", show_default=False),
    ] = None,
) -> int:
    """List all rules, or check a rules file.

    Code, name, severity and what each means. `pushlog rules lint FILE...` tries files for --rules and names every
    fault with its line; their form is explained by `pushlog explain rules-file`.
    """
    from pushlog.exits import Exit

    if words:
        return int(Exit.USAGE if _lint(words) else Exit.DONE)
    from pushlog.rule_pages import pages

    for page in pages():
        typer.echo(f"{page.code}  {page.severity:<7}  {page.name:<26}  {page.title}")
    return int(Exit.DONE)


def _lint(words: list[str]) -> bool:
    """Print what is wrong with rules files; return whether anything is. Raises UserError for a wrong call."""
    from pushlog.messages import tell
    from pushlog.rules_file import lint_rules
    from pushlog.suggest import did_you_mean

    action, *files = words
    if action != "lint":
        hint = did_you_mean(action, ["lint"])
        raise UserError(f"'pushlog rules' takes nothing, or 'lint FILE...', not {action!r}{hint}")
    if not files:
        raise UserError("'pushlog rules lint' needs a rules file")
    faults = {file: lint_rules(file) for file in files}
    for file, messages in faults.items():
        for message in messages:
            tell(message)
        if not messages:
            typer.echo(f"{visible(file)}: no fault found")
    return any(faults.values())


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RULE|TEXT]...",
            help="The name or code of a rule, such as retry-exhausted or PL101; or an error text, - for one on "
            "standard input; or rules-file. None lists the rules.",
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
    from pushlog.rule_pages import page

    text = _standard_input() if words == ["-"] else " ".join(words)
    if text == RULES_FILE:
        from pushlog.file_pages import rules_file_page

        typer.echo(rules_file_page(width()))
        return
    rule_page = page(text, width())
    typer.echo(rule_page.text if rule_page else visible(_of_error(text)))


def _of_error(text: str) -> str:
    """Return the page of an error text. Raises UserError when nothing in it is known."""
    from pushlog.error_page import error_page
    from pushlog.redaction.find import redact_text
    from pushlog.suggest import did_you_mean

    is_name = text.strip() and len(text.split()) == 1
    hint = did_you_mean(text.strip(), _words()) if is_name else ""
    if hint:
        raise UserError(f"no rule is called {text.strip()!r}{hint}")
    found_page = error_page(redact_text(text), width()) if text.strip() else None
    if found_page is None:
        raise UserError(f"no rule and no error that is known: {text.strip()!r}; 'pushlog rules' lists the rules")
    return found_page


def _words() -> list[str]:
    from pushlog.rule_pages import pages

    return [RULES_FILE, *(word for page in pages() for word in (page.name, page.code))]


def _standard_input() -> str:
    """Return standard input as text, up to the limit of an error text; a whole log is for `analyze`."""
    import sys

    return sys.stdin.buffer.read(_LONGEST).decode("utf-8", "replace")


# Bytes: an error page of a proxy has a few thousand.
_LONGEST = 1 << 20
