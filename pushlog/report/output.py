"""What makes a module an output: one function that draws all logs of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pushlog.model import Log


class Output(Protocol):
    """A module of `report/`, named as its format; `outputs.py` lists the formats."""

    @property
    def __name__(self) -> str:
        """The name of the module; its last part is the format."""

    def render(self, logs: Sequence[Log], /) -> str:
        """Return the document for these logs, in the order given; the same logs give the same text."""
