"""Docker could not read its configuration, so that the push had no login of it.

Docker keeps logins, and the names of credential helpers, in `config.json`. If it cannot read that file it prints a
warning and goes on without: a push is then refused as if nobody had logged in, and the error does not say why.

Recognised by: docker's `WARNING: Error loading config file` or `Error parsing config file` in the output of a push that
was refused without a reason, before any layer went in. The same warning beside a push that went through, or that
failed for another reason, means nothing for it.

What to do: let the user who pushes own and read the file, or mend it; then log in again.

Source: docker/cli cli/config/config.go `LoadDefaultConfigFile`, cli/config/credentials (the default helper, which can
have a login all the same).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushlog.diagnosis.login import HAS_NONE, unread_config
from pushlog.diagnosis.rule import Role, Scope, Specificity
from pushlog.lazy_pattern import lazy_pattern
from pushlog.model import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pushlog.diagnosis.case import Case

CODE = "PL610"
NAME = "config-unread"
SEVERITY = Severity.ERROR
ROLE = Role.CAUSE
SPECIFICITY = Specificity.CAUSE
SCOPE = Scope.ANY

# A path that a shell takes as it is, and no other file than docker's: what a log says goes into no command otherwise.
_PATH = lazy_pattern(r"(?<![^\s(:])(?:/[\w@-][\w.@-]*)+/\.docker/config\.json(?![\w/.-])")
_USUAL = "~/.docker/config.json"
_ON_WINDOWS = "Access is denied"
_NOT_ALLOWED = lazy_pattern(rf"permission denied|{_ON_WINDOWS}")
_IS_FOLDER = lazy_pattern(r"is a directory|Incorrect function")
_IS_BUSY = lazy_pattern(r"being used by another process")
_IS_BROKEN = lazy_pattern(
    r"invalid character|unexpected (?:end of JSON input|EOF)|EOF$|cannot unmarshal|nvalid auth config|illegal base64"
)
_AGAIN = ("Then log in again, and push: `{signin}`", "Then log in again, and push.")


def check(case: Case) -> Iterator[Finding]:
    """Fire on a refusal of a push that docker made without its configuration."""
    warning = unread_config(case)
    if warning is None:
        return
    line, reason = warning
    row = case.classified.signature if case.classified else None
    has_none = row is not None and row.id in HAS_NONE
    path = next((match[0] for match in _PATH.finditer(reason)), None)
    why, steps = _mend(reason, path or _USUAL)
    steps = steps if path else tuple(step.replace("{config}", _USUAL) for step in steps)
    yield Finding(
        rule=CODE,
        name=NAME,
        severity=SEVERITY,
        title=f"Docker could not read its configuration ({why}), and pushed without the logins in it",
        explanation=f"Line {line} says so. Docker goes on without its logins and credential helpers then, and the "
        "registry refuses a push of nobody."
        + ("" if has_none else " Only a default credential helper of the system could have had a login all the same."),
        remedy=case.steps(*steps, _AGAIN, config=path),
        evidence=(case.quote(line), *case.error_lines()[:2]),
        confidence=Confidence.CERTAIN if has_none else Confidence.LIKELY,
        data={"config_line": line},
    )


def _mend(reason: str, path: str) -> tuple[str, tuple[str, ...]]:
    """Return why the file could not be read, in a word or two, and what to do about it."""
    if _NOT_ALLOWED.search(reason):
        return "permission denied", _let_read(reason, path)
    if _IS_FOLDER.search(reason):
        return "it is a folder", (
            "Remove the folder, or mount the real file: `ls -ld {config}`. A mount of a missing file makes a folder.",
        )
    if _IS_BUSY.search(reason):
        return "another process uses it", (
            "Give each docker command or job that runs at the same time a `DOCKER_CONFIG` folder of its own.",
        )
    if _IS_BROKEN.search(reason):
        return "it is no valid JSON", (
            "Mend the file; this names the place: `python3 -m json.tool {config}`",
            "Or move it away, and let the login write a new one: `mv {config} {config}.bad`",
        )
    return "see the warning", ("Look why the file cannot be read: `ls -l {config}`",)


def _let_read(reason: str, path: str) -> tuple[str, ...]:
    """Return how the user who pushes gets to read a configuration."""
    if _ON_WINDOWS in reason:
        return ("Let the user who pushes read the file; who may: `icacls %USERPROFILE%\\.docker\\config.json`",)
    home = "set `HOME` or `DOCKER_CONFIG` to a folder of the user who pushes."
    if path.startswith("/root/"):
        return (f"Only root reads what is below `/root`: {home}",)
    rights = (
        'Give the file to the user who pushes: `sudo chown "$(id -u)" {config}`. A docker command that once ran '
        "with `sudo` is the usual reason."
    )
    return (rights, f"If it is another user's file, {home}")
