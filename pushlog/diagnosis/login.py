"""What a login has to do with a failure: the error asks for one, one ran out, or the log shows what became of one."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from pushlog.formats.marks import MarkKind
from pushlog.model import Family, State
from pushlog.record_class import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.diagnosis.case import Case
    from pushlog.formats.errors.classify import Classified
    from pushlog.formats.login import Login
    from pushlog.intake.log_text import LogText
    from pushlog.model import Layer

# How far above a refused push a login is looked for, in bytes, and how many of the last ones count for a push.
_ABOVE = 8 << 20
_NEAREST = 200
# So many pushes can write at the same time.
_SIDE_BY_SIDE = 64
# Docker warns of its configuration before anything else; two pipes into one log can put the line further down.
_WARNED_ABOVE = 3
_WARNED_BELOW = 40
# The rows of the catalogue that say that the client has no login for a host.
HAS_NONE = frozenset({"no-basic-auth", "no-basic-auth-containerd"})
# The rows that say no more than "log in"; those that give another reason keep their own word.
ASKS_FOR_LOGIN = HAS_NONE | {
    "unauthorized-bare",
    "unauthorized",
    "authentication-required-words",
    "authentication-is-required",
    "http-401",
    "acr-authentication-required",
    "oauth-token-refused",
}
# The rows of refusals without a reason.
NO_REASON = frozenset({"denied-bare", "denied", "denied-containerd", "denied-words", "http-403", "http-403-head"})
# What Docker Hub answers a push with the wrong login, and one with none.
_LACKS_SCOPE = "insufficient-scope"
# No registry is known whose tokens live shorter: distribution's own say 60 s (auth/token, the default of `expires_in`).
SHORTEST_LIFE = 10.0


@record
class SeenLogins:
    """What the log shows of logins above a push. `here`: the last one to its registry, good or refused.

    `elsewhere`: the last good one to another host, where none is to this registry or to a host that the log hides.
    """

    here: Login | None
    elsewhere: Login | None


def asks_for_login(classified: Classified) -> bool:
    """Return whether an error asks for a login and gives no reason for it."""
    row = classified.signature
    return row.id in ASKS_FOR_LOGIN if row else "authorization failed" in classified.parts.text


def login_expired(classified: Classified, layers: Sequence[Layer], seconds: float | None) -> bool:
    """Return whether an error that asks for a login comes after layers of the same push were accepted.

    `seconds`: how long the push took, as far as it was measured: it fetched its token when it began.
    """
    is_too_short = seconds is not None and seconds < SHORTEST_LIFE
    return asks_for_login(classified) and not is_too_short and any(layer.state is State.PUSHED for layer in layers)


def with_logins(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of a log with the logins above each push that was refused; what a push printed is none.

    The text of a log, or of a lane of it, is searched once for all its pushes.
    """
    refused = [case for case in cases if _may_be_login(case)]
    texts = {id(case.text): case.text for case in refused}
    pushes = [case.push.lines for case in cases]
    logins = {
        key: _logins(text, [case for case in refused if case.text is text], pushes) for key, text in texts.items()
    }
    return [
        replace(case, logins=_above(case, logins[id(case.text)])) if _may_be_login(case) else case for case in cases
    ]


def seen_logins(case: Case) -> SeenLogins | None:
    """Return the logins that matter for a refusal without a reason; None where the error tells its reason."""
    if not _hides_its_reason(case) or unread_config(case):
        return None
    last: dict[str | None, Login] = {}
    for login in case.logins:
        last[login.host] = login
    hidden = last.pop(None, None)
    here = last.get(case.push.reference.registry, hidden)
    others = [login for login in last.values() if login.reason is None and not login.is_out]
    elsewhere = max(others, key=lambda login: login.line, default=None) if here is None else None
    return SeenLogins(here=None if here and here.is_out else here, elsewhere=elsewhere)


def unread_config(case: Case) -> tuple[int, str] | None:
    """Return the line that says that docker could not read its configuration, and why, for a refusal without a reason.

    The line is one of the push itself: below its command, or right above its first line.
    """
    row = case.classified.signature if case.classified else None
    lacks_scope = row is not None and row.id == _LACKS_SCOPE and not case.layers(State.PUSHED)
    if not lacks_scope and not _hides_its_reason(case):
        return None
    from pushlog.formats.login import unread_config as unread_between

    first, last = case.push.lines
    command = case.parsed.last(MarkKind.COMMAND)
    above = case.text.above(first, _WARNED_ABOVE)
    start = next((line for line in above if case.text.shown(line)), first)
    if command:
        start = max(command.line, first - _WARNED_ABOVE)
    return unread_between(case.text, start, min(last, first + _WARNED_BELOW))


def _hides_its_reason(case: Case) -> bool:
    """Return whether a push was refused with no more than "log in" or "denied", before any layer went in."""
    if case.classified is None or not _may_be_login(case) or case.layers(State.PUSHED):
        return False
    row = case.classified.signature
    return asks_for_login(case.classified) or (row is not None and row.id in NO_REASON)


def _may_be_login(case: Case) -> bool:
    return case.push.error is not None and case.push.error.family in (Family.AUTH, Family.PERMISSION)


def _logins(text: LogText, refused: Sequence[Case], pushes: Sequence[tuple[int, int]]) -> tuple[Login, ...]:
    """Return the logins near the pushes of a text that were refused, outside the lines of any push."""
    # The grammar of logins loads more than the list of rules needs.
    from pushlog.formats.login import logins_between

    logins: list[Login] = []
    stop, spans = 0, sorted(pushes)
    for offset in sorted(text.start_of(case.push.lines[0]) for case in refused):
        logins += logins_between(text, max(stop, offset - _ABOVE), offset)
        stop = offset
    return tuple(login for login in logins if not _is_inside(login.line, spans))


def _is_inside(line: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether a line is one of a push; those of pushes side by side overlap, and begin near each other."""
    index = bisect_right(spans, (line, sys.maxsize))
    return any(first <= line <= last for first, last in spans[max(0, index - _SIDE_BY_SIDE) : index])


def _above(case: Case, logins: Sequence[Login]) -> tuple[Login, ...]:
    stop = bisect_left(logins, case.push.lines[0], key=lambda login: login.line)
    return tuple(logins[max(0, stop - _NEAREST) : stop])
