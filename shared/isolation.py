"""Handle a run of events so that a bad one costs nobody else anything: savepoints and bisection."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.db import Tx
from shared.errors import RetryError
from shared.events import Event
from shared.trouble import is_poison, is_transient

E = TypeVar("E", bound=Event)
Handler = Callable[[Sequence[E], Tx], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One event that its handler could not take, and why."""

    event: Event
    error: BaseException

    @property
    def is_final(self) -> bool:
        """Say whether another attempt would be a waste."""
        return is_poison(self.error)

    @property
    def after_s(self) -> float:
        """Return how long the handler asked to wait."""
        return self.error.after_s if isinstance(self.error, RetryError) else 0.0


async def handle_isolated(tx: Tx, handler: Handler[E], events: Sequence[E]) -> list[Fault]:
    """Handle the events; what fails alone is undone and returned, everything else stays done.

    A run of n events with one bad one costs about 2 log2(n) more calls. Trouble of the database
    is not the events' fault: it goes up and the whole batch comes again.
    """
    try:
        async with tx.savepoint():
            await handler(events, tx)
    except Exception as error:  # because a handler may fail in any way and its neighbours must not
        if is_transient(error):
            raise
        if len(events) == 1:
            return [Fault(events[0], error)]
    else:
        return []
    middle = len(events) // 2
    first = await handle_isolated(tx, handler, events[:middle])
    return first + await handle_isolated(tx, handler, events[middle:])
