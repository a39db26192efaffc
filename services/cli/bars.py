"""Progress as bars on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """Give the function that shows progress, on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as shown:
        yield _Terminal(shown).show


class _Terminal:
    """One bar for each thing that goes on; the one before is full when the next begins."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, int] = {}

    def show(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=None)
        task = self._bars.tasks[self._tasks[what]]
        self._bars.update(task.id, completed=done, total=total or None)
