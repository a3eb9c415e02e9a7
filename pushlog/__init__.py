"""pushlog reads captured `docker push` output and tells what happened.

    >>> import pushlog
    >>> log = pushlog.analyze("push-log.txt")
    >>> log.pushes[0].verdict

The heavy parts load on first use, so that `import pushlog` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pushlog.pipeline import analyze as analyze

__all__ = ["analyze"]


def __getattr__(name: str) -> object:
    if name == "analyze":
        from pushlog.pipeline import analyze

        return analyze
    raise AttributeError(f"module 'pushlog' has no attribute {name!r}")
