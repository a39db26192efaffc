"""Progress of long commands: bars on a terminal, a plain line now and then anywhere else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

Progress = Callable[[str, int, int], None]
"""Told what goes on, how much of it is done, and how much there is (0 = nobody knows)."""

_LINE_EVERY_S = 5.0


@contextmanager
def progress() -> Iterator[Progress]:
    """Give the function that shows progress, on standard error."""
    if not sys.stderr.isatty():
        yield _Lines().show
        return
    # Loaded only here: bars take longer to load than most files to read.
    with import_module("services.cli.bars").bars() as show:
        yield show


class _Lines:
    """A line when something begins or ends, and every few seconds in between."""

    def __init__(self) -> None:
        self._what = ""
        self._said_at = 0.0
        self._said: tuple[int, int] | None = None

    def show(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        due = now - self._said_at >= _LINE_EVERY_S or (0 < total == done)
        if what == self._what and (not due or self._said == (done, total)):
            return
        self._what, self._said_at, self._said = what, now, (done, total)
        how_far = f": {done} of {total}" if total else " ..."
        print(f"{what}{how_far}", file=sys.stderr, flush=True)
