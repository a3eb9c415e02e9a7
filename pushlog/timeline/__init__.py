"""From events to a timeline: the clock, what each layer went through, and how far the push got."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


class _Room(ModuleType):
    """The package, which the library's `pushlog.timeline(log)` has the name of, and so has to answer."""

    def __call__(self, source: object, options: object = None) -> object:
        """Return the frame that `tables.timeline` makes; `tables` stands to the right of this room."""
        return import_module("pushlog.library.tables").timeline(source, options)


sys.modules[__name__].__class__ = _Room
