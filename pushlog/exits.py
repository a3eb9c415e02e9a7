"""Exit statuses: a contract with CI jobs, never renumbered."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from pushlog.model import Diagnosis, Family, Log, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable


class Exit(IntEnum):
    """The exit statuses; 10 and above only with `--exit-class`."""

    DONE = 0
    FAIL_ON_MET = 1
    USAGE = 2
    NO_PUSH = 3
    INCOMPLETE_ANALYSIS = 4
    TRANSIENT = 10
    AUTH = 11
    PERMISSION = 12
    MISSING = 13
    SIZE = 14
    QUOTA = 15
    REGISTRY_FAULT = 16
    NETWORK_SETUP = 17
    CANCELLED = 18
    UNKNOWN = 19
    CTRL_C = 130


_CLASSES = {
    Family.AUTH: Exit.AUTH,
    Family.TOKEN_EXPIRED: Exit.AUTH,
    Family.PERMISSION: Exit.PERMISSION,
    Family.IMMUTABLE_TAG: Exit.PERMISSION,
    Family.REPOSITORY_MISSING: Exit.MISSING,
    Family.LOCAL_IMAGE_MISSING: Exit.MISSING,
    Family.SIZE_LIMIT: Exit.SIZE,
    Family.QUOTA: Exit.QUOTA,
    Family.RATE_LIMIT: Exit.QUOTA,
    Family.MANIFEST_INVALID: Exit.REGISTRY_FAULT,
    Family.BLOB_UPLOAD_INVALID: Exit.REGISTRY_FAULT,
    Family.DIGEST_MISMATCH: Exit.REGISTRY_FAULT,
    Family.SERVER_ERROR: Exit.REGISTRY_FAULT,
    Family.REDIRECT: Exit.REGISTRY_FAULT,
    Family.DNS: Exit.NETWORK_SETUP,
    Family.TLS: Exit.NETWORK_SETUP,
    Family.PROXY: Exit.NETWORK_SETUP,
    Family.HTTP_INSTEAD_OF_HTTPS: Exit.NETWORK_SETUP,
    Family.CONNECTION_REFUSED: Exit.NETWORK_SETUP,
    Family.DAEMON_UNREACHABLE: Exit.NETWORK_SETUP,
    Family.CANCELLED: Exit.CANCELLED,
}
# These classes say what to do even where the same push could work later.
_BEFORE_TRANSIENT = (Exit.AUTH, Exit.PERMISSION, Exit.MISSING, Exit.SIZE, Exit.QUOTA, Exit.CANCELLED)

# Which class decides where several pushes failed: what needs a person first, then what heals by itself.
_RANK = (
    Exit.AUTH,
    Exit.PERMISSION,
    Exit.MISSING,
    Exit.SIZE,
    Exit.QUOTA,
    Exit.NETWORK_SETUP,
    Exit.REGISTRY_FAULT,
    Exit.TRANSIENT,
    Exit.UNKNOWN,
    Exit.CANCELLED,
)


def class_of(push: Diagnosis) -> Exit:
    """Return the class of a push's end: 0 when it succeeded, 10 when pushing again may help, else by its family."""
    if push.outcome is Outcome.SUCCEEDED:
        return Exit.DONE
    if push.error is None:
        return Exit.CANCELLED if push.outcome is Outcome.INTERRUPTED else Exit.UNKNOWN
    by_family = _CLASSES.get(push.error.family, Exit.UNKNOWN)
    return Exit.TRANSIENT if push.error.retry_helps and by_family not in _BEFORE_TRANSIENT else by_family


def class_of_all(logs: Iterable[Log]) -> Exit:
    """Return the class of the pushes of all logs: that of the cause, whatever their order.

    In a log a later push of the same image speaks for the earlier ones, by its success only if the tags are known. A
    push that was cancelled or not seen to its end counts only where none failed, since a client stops the others when
    one fails.
    """
    classes = {class_of(push) for log in logs for push in _last_failures(log.pushes)}
    return next((end for end in _RANK if end in classes), Exit.DONE)


def _last_failures(pushes: Iterable[Diagnosis]) -> Iterable[Diagnosis]:
    """Return the last push of each image that is not known to be there in the end."""
    last: dict[object, Diagnosis] = {}
    for push in sorted(pushes, key=lambda push: push.lines):
        image = (push.reference.registry, push.reference.repository, push.reference.tags)
        if push.outcome is not Outcome.SUCCEEDED:
            last[image] = push
        elif push.reference.tags:
            last.pop(image, None)
    return last.values()


def status(logs: Iterable[Log], *, fail_on: str, classes: bool, strict: bool) -> Exit:
    """Return the exit status of an analysis; with `classes` the class of its pushes."""
    results = list(logs)
    pushes = [push for log in results for push in log.pushes]
    if any(log.source.incomplete for log in results):
        return Exit.INCOMPLETE_ANALYSIS
    if not pushes:
        return Exit.NO_PUSH
    if strict and any(push.unread for push in pushes):
        return Exit.INCOMPLETE_ANALYSIS
    if classes:
        return class_of_all(results)
    has_failure = any(push.outcome is not Outcome.SUCCEEDED for push in pushes)
    has_warning = any(f.severity is not Severity.INFO for push in pushes for f in push.findings)
    is_met = {"never": False, "failed": has_failure, "warning": has_failure or has_warning}[fail_on]
    return Exit.FAIL_ON_MET if is_met else Exit.DONE
