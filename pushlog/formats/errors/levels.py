"""Lines that say that they are no error of a push: by their level, a label, or the program they are of."""

from __future__ import annotations

from pushlog.formats.errors.bystanders import speaks_of_error
from pushlog.lazy_pattern import lazy_pattern

_LESSER = lazy_pattern(
    r"\W{0,3}(?:\d[\d:.,TZ/ +-]{6,40}\W{1,3})?"
    r"(?:(?i:warn(?:ing)?|info|debu?g?|trace|notice)(?:\[\d+\])?(?:\W*[:\])]|\s)"
    r"|(?i:note|hint|tip): |npm (?:WARN|warn|notice) |curl: \(|exit 0$"
    # klog, and the commands of GitHub's runner.
    r"|[WID]\d{4} \d\d:\d\d:\d\d\.|::(?:warning|notice|debug)\b)"
)
_OF_PUSH = lazy_pattern(r"(?i:push|upload|registry|image|layer|blob|manifest)")


def is_lesser(line: str) -> bool:
    """Return whether a line says that it is no error, and does not speak of one of a push all the same."""
    return _LESSER.match(line) is not None and not (speaks_of_error(line) and _OF_PUSH.search(line))
