"""How far an audit is, on standard error, when that is a terminal: from the first second, with rate and time left."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from pushlog.units import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import Task, TaskID
    from rich.text import Text


class Progress:
    """The bar; without one nothing is shown."""

    def __init__(self, bar: Bar | None = None) -> None:
        self._bar = bar
        self._task: TaskID | None = None if bar is None else bar.add_task("finding logs", total=None, bytes=0)
        self._bytes = 0

    def reading(self, total: int) -> None:
        """Show that so many inputs are read from now on."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description="reading", total=total, completed=0)

    def advance(self, inputs: int, done: int) -> None:
        """Add inputs that were read, and their bytes."""
        self._bytes += done
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=inputs, bytes=self._bytes)

    def writing(self) -> None:
        """Show that the results are counted and written."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description="counting", total=None)


@contextmanager
def progress(stream: TextIO, *, is_plain: bool = False) -> Iterator[Progress]:
    """Show a bar while an audit runs; `is_plain`: without colour."""
    if not stream.isatty():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.text import Text

    class Rate(ProgressColumn):
        """Inputs and bytes per second."""

        def render(self, task: Task) -> Text:
            seconds = task.elapsed or 0
            if not seconds or not task.completed:
                return Text("")
            return Text(f"{task.completed / seconds:.0f}/s, {size(int(task.fields['bytes'] / seconds))}/s")

    console = Console(file=stream, highlight=False, markup=False, no_color=is_plain or None)
    words = TextColumn("{task.description}", markup=False)
    columns = (words, BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        yield Progress(bar)
