"""How far an audit is, on standard error, when that is a terminal: rate, bytes and time left."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from pushlog.units import size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Task
    from rich.text import Text


@contextmanager
def progress(total: int, stream: TextIO) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar for `total` inputs; yield a function to call with the inputs and bytes that were done."""
    if not stream.isatty():
        yield lambda _inputs, _bytes: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Inputs and bytes per second."""

        def render(self, task: Task) -> Text:
            seconds = task.elapsed or 0
            if not seconds or not task.completed:
                return Text("")
            return Text(f"{task.completed / seconds:.0f}/s, {size(int(task.fields['bytes'] / seconds))}/s")

    console = Console(file=stream, highlight=False, markup=False)
    with Progress(BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("", total=total, bytes=0)
        read = 0

        def advance(inputs: int, done: int) -> None:
            nonlocal read
            read += done
            bar.update(task, advance=inputs, bytes=read)

        yield advance
