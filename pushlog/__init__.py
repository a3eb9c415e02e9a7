"""pushlog reads captured `docker push` output and tells what happened.

    >>> import pushlog
    >>> log = pushlog.analyze("push-log.txt")
    >>> log.pushes[0].verdict
    >>> pushlog.layers(log)  # a DataFrame; pushlog.events("push-log.txt") is one of every event

The heavy parts load on first use, so that `import pushlog` costs nothing.
"""

from __future__ import annotations

# As `typing.TYPE_CHECKING`, but without an import: `python -m pushlog` finds modules of the working directory first.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from pushlog.pipeline import Options as Options
    from pushlog.pipeline import analyze as analyze
    from pushlog.tables import events as events
    from pushlog.tables import layers as layers

__all__ = ["Options", "analyze", "events", "layers"]

_MODULES = {"Options": "pipeline", "analyze": "pipeline", "events": "tables", "layers": "tables"}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        from importlib import import_module

        attribute: object = getattr(import_module(f"pushlog.{_MODULES[name]}"), name)
        return attribute
    raise AttributeError(f"module 'pushlog' has no attribute {name!r}")
