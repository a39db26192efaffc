"""The event bus as the rest of the house sees it: what a transport takes from outboxes and hands to consumers."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from shared.db import Database, Tx

BATCH = 500
"""Most events that one transaction of a consumer handles."""

LADDER = (5.0, 300.0, 10_800.0)
"""Seconds that a failed event waits before its second, third and fourth attempt."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came: a CloudEvent, or a JSON array of them when it travelled packed."""

    body: bytes
    attempt: int = 0
    """How many attempts failed before this one; counted by us, not by the broker."""
    crashes: int = 0
    """How often a consumer took it and went away without an answer."""


class Source(Protocol):
    """One queue, seen by one consumer. `take` and `acknowledge` enclose the consumer's transaction."""

    async def wait(self) -> None:
        """Return when there is something to take, or after about a second."""

    async def take(self, tx: Tx) -> Sequence[Delivery]:
        """Return the next deliveries in order, at most BATCH events unless one message holds more."""

    async def acknowledge(self) -> None:
        """Say that everything taken is committed; it will not come again."""

    def wake(self) -> None:
        """Have `wait` return now: whoever waits is asked to stop."""

    def release(self) -> None:
        """Say that the transaction was rolled back; what was taken will be taken again."""


class Bus(Protocol):
    """A transport. Publishing is writing to the outbox (`shared.outbox.add`); this carries it on."""

    ladder: tuple[float, ...]

    async def open(self) -> None:
        """Get ready; several services of one process may each open and close the same bus."""

    async def close(self) -> None: ...

    async def carry(self, db: Database) -> int:
        """Move the oldest outbox rows to the queues of all who listen; returns how many went.

        A row leaves the outbox only when the bus has it for good. Raises UnavailableError when
        the bus cannot be reached; then nothing is lost and the same rows go with a later call.
        """

    def source(self, queue: str) -> AbstractAsyncContextManager[Source]:
        """Consume one queue for as long as the block lasts."""

    @property
    def is_connected(self) -> bool:
        """Say whether events can be carried now."""
