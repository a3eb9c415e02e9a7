"""`pushlog rules` and `pushlog explain`: what can be found, and each of it in full."""

from __future__ import annotations

from typing import Annotated

import typer

from pushlog.commands.width import width
from pushlog.faults import UserError
from pushlog.report.visible import visible

# The pages of `explain` on files that users write.
FILE_PAGES = ("rules-file", "settings")
LISTS = ("text", "json")


def _names(incomplete: str) -> list[str]:
    """Return the rules whose names begin so, for completion."""
    from pushlog.manual.rule_pages import pages
    from pushlog.manual.topic_pages import topics

    names = [*(page.name for page in pages()), *FILE_PAGES, *topics()]
    return [name for name in names if name.startswith(incomplete)]


def rules(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[lint FILE... | draft AUDIT]",
            help="Check rules files, or write rows for the unknown error texts of an audit.",
            show_default=False,
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "-f",
            "--format",
            metavar="FORMAT[=PATH]",
            help="text, json, or html=DIR/, a site of all rules, error messages, registries and CI systems.",
        ),
    ] = None,
) -> int:
    """List all rules, or check a rules file.

    Code, name, severity and what each means. `pushlog rules lint FILE...` tries files for --rules and names every
    fault with its line; `pushlog rules draft AUDIT` writes a row for each error text that an audit did not know. Their
    form is explained by `pushlog explain rules-file`.
    """
    from pushlog.exits import Exit

    if words and words[0] == "draft":
        _draft(words[1:])
        return int(Exit.DONE)
    if words:
        return int(Exit.USAGE if _lint(words) else Exit.DONE)
    for item in formats or ["text"]:
        _write(item)
    return int(Exit.DONE)


def _write(item: str) -> None:
    """Write the rules in one format. Raises UserError."""
    name, _, path = item.partition("=")
    if name == "html" and path:
        _write_site(path)
    elif name in LISTS and not path:
        typer.echo(_as_json() if name == "json" else _as_text())
    else:
        raise UserError(f"{item!r}: the rules are written as text, json or html=DIR/")


def _write_site(path: str) -> None:
    from pathlib import Path

    from pushlog.faults import OutputError
    from pushlog.manual.rule_site import write_site
    from pushlog.messages import tell

    try:
        names = write_site(Path(path))
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {(error.strerror or str(error)).lower()}") from error
    tell(f"{len(names)} files in {path}: open {Path(path) / 'index.html'}")


def _as_text() -> str:
    from pushlog.manual.rule_pages import pages

    return "\n".join(f"{page.code}  {page.severity:<7}  {page.name:<26}  {page.title}" for page in pages())


def _as_json() -> str:
    import json
    from dataclasses import asdict

    from pushlog.manual.rule_pages import pages

    return json.dumps([asdict(page) for page in pages()], ensure_ascii=False, indent=1)


def _lint(words: list[str]) -> bool:
    """Print what is wrong with rules files; return whether anything is. Raises UserError for a wrong call."""
    from pushlog.messages import tell
    from pushlog.rules_file import lint_rules
    from pushlog.suggest import did_you_mean

    action, *files = words
    if action != "lint":
        hint = did_you_mean(action, ["lint", "draft"])
        raise UserError(f"'pushlog rules' takes nothing, 'lint FILE...' or 'draft AUDIT', not {action!r}{hint}")
    if not files:
        raise UserError("'pushlog rules lint' needs a rules file")
    faults = {file: lint_rules(file) for file in files}
    for file, messages in faults.items():
        for message in messages:
            tell(message)
        if not messages:
            typer.echo(f"{visible(file)}: no fault found")
    return any(faults.values())


def _draft(names: list[str]) -> None:
    """Print a rules file with a row for each unknown error text of an audit. Raises UserError."""
    from pushlog.audit.drafts import drafts

    if len(names) != 1:
        raise UserError("'pushlog rules draft' needs the folder of one audit")
    typer.echo(drafts(names[0]), nl=False)


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RULE|TEXT|TOPIC]...",
            help="The name or code of a rule, such as retry-exhausted or PL101; or an error text, - for one on "
            "standard input; or a topic. None lists the rules.",
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
        typer.echo(_as_text())
        return
    from pushlog.manual.rule_pages import page

    text = _standard_input() if words == ["-"] else " ".join(words)
    if text in FILE_PAGES:
        typer.echo(_of_file(text))
        return
    from pushlog.manual.topic_pages import topic_page

    if (topic := topic_page(text, width())) is not None:
        typer.echo(topic)
        return
    rule_page = page(text, width())
    typer.echo(rule_page.text if rule_page else visible(_of_error(text)))


def _of_file(name: str) -> str:
    """Return the reference of a file that users write."""
    from pushlog.manual.file_pages import page, rules_file_page

    if name == "rules-file":
        return rules_file_page(width())
    from pushlog.settings import CONFIG_FILE, EXAMPLE, NOTES

    return page("The settings", NOTES, EXAMPLE, CONFIG_FILE, width())


def _of_error(text: str) -> str:
    """Return the page of an error text. Raises UserError when nothing in it is known."""
    from pushlog.manual.error_page import error_page
    from pushlog.redaction.find import redact_text
    from pushlog.suggest import did_you_mean

    is_name = text.strip() and len(text.split()) == 1
    hint = did_you_mean(text.strip(), _words()) if is_name else ""
    if hint:
        raise UserError(f"no rule and no topic is called {text.strip()!r}{hint}")
    found_page = error_page(redact_text(text), width()) if text.strip() else None
    if found_page is None:
        raise UserError(f"no rule and no error that is known: {text.strip()!r}; 'pushlog rules' lists the rules")
    return found_page


def _words() -> list[str]:
    from pushlog.manual.rule_pages import pages
    from pushlog.manual.topic_pages import topics

    return [*FILE_PAGES, *topics(), *(word for page in pages() for word in (page.name, page.code))]


def _standard_input() -> str:
    """Return standard input as text, up to the limit of an error text; a whole log is for `analyze`."""
    import sys

    return sys.stdin.buffer.read(_LONGEST).decode("utf-8", "replace")


# Bytes: an error page of a proxy has a few thousand.
_LONGEST = 1 << 20
