"""The bus on RabbitMQ 3.10 and newer; this package is the only place that knows AMQP.

Plain connections, not aio-pika's self-restoring ones: whoever uses a connection opens it again and
declares everything again, so that nothing depends on what a library remembers. Publishing and
consuming have connections of their own, because a broker in alarm stops reading from publishers.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from aiormq import Channel

from shared import outbox
from shared.bus import LADDER, Source
from shared.bus.packing import Message, pack
from shared.bus.rabbit.connection import (
    BROKEN,
    CLOSE_S,
    CONNECT_S,
    Connection,
    as_unavailable,
    underlay,
)
from shared.bus.rabbit.consuming import Queue
from shared.bus.rabbit.publishing import EventLog, is_blocked, is_plain_nack, publish_window
from shared.bus.topology import PREFIX
from shared.db import Database
from shared.errors import UnavailableError
from shared.log import get_logger
from shared.metrics import EVENTS_PUBLISHED

log = get_logger(__name__)

_PUBLISH_AT_ONCE = 500  # aiormq looks at every open confirm for each multiple-ack of the broker


class RabbitBus:
    """Carries events over RabbitMQ; several services of one process may share it."""

    def __init__(self, url: str, *, ladder: tuple[float, ...] = LADDER, name: str = PREFIX) -> None:
        self.ladder = ladder
        self._publisher = Connection(url, name=f"{name} publish", ladder=ladder)
        self._consumer = Connection(url, name=f"{name} consume", ladder=ladder)
        self._publish_channel: Channel | None = None
        self._log = EventLog(self._publisher)
        self._carrying = asyncio.Lock()
        self._users = 0

    async def open(self) -> None:
        """Count a user. Connecting is left to the loops: a service starts without its broker."""
        self._users += 1

    async def close(self) -> None:
        self._users -= 1
        if self._users <= 0:
            await self._publisher.close()
            await self._consumer.close()

    @property
    def is_connected(self) -> bool:
        return self._publisher.is_open

    async def carry(self, db: Database) -> int:
        with as_unavailable():
            channel = await self._publishing()
        async with db.begin() as tx:
            rows = await outbox.read_oldest(tx, outbox.WINDOW)
        if not rows:
            return 0
        # No transaction is open meanwhile. What is confirmed and then not deleted, because this
        # process dies right here, goes out again and is dropped by the inboxes.
        messages = pack(rows, ladder=self.ladder)
        with as_unavailable():
            confirmed = await self._publish(channel, messages)
        if confirmed:
            await self._log.copy(confirmed)
            async with db.begin() as tx:
                await outbox.remove(tx, [row for one in confirmed for row in one.row_ids])
        for message in confirmed:
            EVENTS_PUBLISHED.labels(db.schema, message.name).inc(message.events)
        if len(confirmed) < len(messages):
            missing = len(messages) - len(confirmed)
            raise UnavailableError(
                f"The broker did not confirm {missing} of {len(messages)} messages"
            )
        return sum(row.events for row in rows)

    @asynccontextmanager
    async def source(self, queue: str) -> AsyncIterator[Source]:
        with as_unavailable():
            connection = await self._consumer.open()
            channel = connection.channel(publisher_confirms=False)
            await channel.initialize(timeout=CONNECT_S)
            source = Queue(queue, await underlay(channel))
            await source.start()
        try:
            yield source
        finally:
            # What is unacknowledged returns to the queue; a dead channel has returned it already.
            with suppress(*BROKEN):
                async with asyncio.timeout(CLOSE_S):
                    await channel.close()

    async def _publishing(self) -> Channel:
        async with self._carrying:
            connection = await self._publisher.open()
            channel = self._publish_channel
            if channel is None or channel.is_closed or channel.connection.is_closed:
                opened = connection.channel(on_return_raises=True)
                await opened.initialize(timeout=CONNECT_S)
                self._publish_channel = channel = await underlay(opened)
            if await is_blocked(channel):
                raise UnavailableError("The broker takes nothing now: it reports a resource alarm")
            return channel

    async def _publish(self, channel: Channel, messages: Sequence[Message]) -> list[Message]:
        """Publish in windows; returns what was confirmed.

        A window that hangs ends the connection: on a live channel a late confirm and a second copy
        could not be told apart.
        """
        confirmed: list[Message] = []
        for start in range(0, len(messages), _PUBLISH_AT_ONCE):
            window = messages[start : start + _PUBLISH_AT_ONCE]
            outcomes = await publish_window(channel, window)
            confirmed += [one for one, fault in zip(window, outcomes, strict=True) if fault is None]
            faults = [fault for fault in outcomes if fault is not None]
            if faults:
                log.warning("events not confirmed", count=len(faults), why=repr(faults[0]))
                if not all(is_plain_nack(fault) for fault in faults):
                    await self._publisher.close()
                break
        return confirmed
