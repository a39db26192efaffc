"""The bus on RabbitMQ 3.10 and newer; the only file that knows AMQP.

Plain connections, not aio-pika's self-restoring ones: whoever uses a connection opens it again and
declares everything again, so that nothing depends on what a library remembers. Publishing and
consuming have connections of their own, because a broker in alarm stops reading from publishers.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aiormq import Channel as Underlay
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import AMQPError, ChannelInvalidStateError, DeliveryError, PublishError
from pamqp.commands import Basic
from pamqp.common import FieldValue
from yarl import URL

from shared import outbox
from shared.bus import BATCH, LADDER, Delivery, Source
from shared.bus.metrics import BLOCKED, RECONNECTS, REDELIVERED
from shared.bus.packing import BULK_EXCHANGE, EVENTS_EXCHANGE, Message, pack
from shared.bus.topology import PREFIX, all_queues, linger_s, routes, rung_name
from shared.db import Database, Tx
from shared.errors import UnavailableError
from shared.events import REGISTRY
from shared.log import get_logger
from shared.metrics import EVENTS_PUBLISHED

log = get_logger(__name__)

ATTEMPT_HEADER = "x-anchorwatch-attempt"
EVENTS_HEADER = "x-anchorwatch-events"
DEAD = f"{PREFIX}.dead"
UNROUTED = f"{PREFIX}.unrouted"
EVENTS_LOG = f"{PREFIX}.events.log"

_HEARTBEAT_S = 5
_CONNECT_S = 5.0
_CONFIRM_S = 10.0
_CLOSE_S = 3.0
_POLL_S = 1.0
_PUBLISH_AT_ONCE = 500  # aiormq looks at every open confirm for each multiple-ack of the broker
_PACKED_PREFETCH = 20
_SUSPECT_AFTER_S = 10.0
_DELIVERY_LIMIT = 20  # the broker's last word; a consumer acts after batches.CRASHES already
_MAX_QUEUE_BYTES = 1 << 30
_PERSISTENT = 2
# What aiormq raises from a connection or channel that is gone; TimeoutError is an OSError.
_BROKEN = (AMQPError, ChannelInvalidStateError, OSError)


class RabbitBus:
    """Carries events over RabbitMQ; several services of one process may share it."""

    def __init__(self, url: str, *, ladder: tuple[float, ...] = LADDER, name: str = PREFIX) -> None:
        self.ladder = ladder
        self._publisher = _Connection(url, name=f"{name} publish", ladder=ladder)
        self._consumer = _Connection(url, name=f"{name} consume", ladder=ladder)
        self._publish_channel: AbstractChannel | None = None
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
        with _as_unavailable():
            channel = await self._publishing()
        async with db.begin() as tx:
            rows = await outbox.read_oldest(tx, outbox.WINDOW)
        if not rows:
            return 0
        # No transaction is open meanwhile. What is confirmed and then not deleted, because this
        # process dies right here, goes out again and is dropped by the inboxes.
        messages = pack(rows, ladder=self.ladder)
        with _as_unavailable():
            confirmed = await self._publish(channel, messages)
        if confirmed:
            async with db.begin() as tx:
                await outbox.remove(tx, [row for one in confirmed for row in one.row_ids])
        for message in confirmed:
            EVENTS_PUBLISHED.labels(db.schema, message.name).inc(len(message.row_ids))
        if len(confirmed) < len(messages):
            missing = len(messages) - len(confirmed)
            raise UnavailableError(
                f"The broker did not confirm {missing} of {len(messages)} messages"
            )
        return len(rows)

    @asynccontextmanager
    async def source(self, queue: str) -> AsyncIterator[Source]:
        with _as_unavailable():
            connection = await self._consumer.open()
            channel = connection.channel(publisher_confirms=False)
            await channel.initialize(timeout=_CONNECT_S)
            source = _Queue(queue, await _underlay(channel))
            await source.start()
        try:
            yield source
        finally:
            # What is unacknowledged returns to the queue; a dead channel has returned it already.
            with suppress(*_BROKEN):
                async with asyncio.timeout(_CLOSE_S):
                    await channel.close()

    async def _publishing(self) -> Underlay:
        async with self._carrying:
            connection = await self._publisher.open()
            if self._publish_channel is None or self._publish_channel.is_closed:
                self._publish_channel = connection.channel(on_return_raises=True)
                await self._publish_channel.initialize(timeout=_CONNECT_S)
            channel = await _underlay(self._publish_channel)
            if await _is_blocked(channel):
                raise UnavailableError("The broker takes nothing now: it reports a resource alarm")
            return channel

    async def _publish(self, channel: Underlay, messages: Sequence[Message]) -> list[Message]:
        """Publish in windows; returns what was confirmed.

        A window that hangs ends the connection: on a live channel a late confirm and a second copy
        could not be told apart.
        """
        confirmed: list[Message] = []
        for start in range(0, len(messages), _PUBLISH_AT_ONCE):
            window = messages[start : start + _PUBLISH_AT_ONCE]
            outcomes = await _publish_window(channel, window)
            confirmed += [one for one, fault in zip(window, outcomes, strict=True) if fault is None]
            faults = [fault for fault in outcomes if fault is not None]
            if faults:
                log.warning("events not confirmed", count=len(faults), why=repr(faults[0]))
                if not all(_is_plain_nack(fault) for fault in faults):
                    await self._publisher.close()
                break
        return confirmed


class _Connection:
    """A connection that is opened, and its topology declared, whenever somebody finds it closed."""

    def __init__(self, url: str, *, name: str, ladder: Sequence[float]) -> None:
        self._url = URL(url).update_query(heartbeat=_HEARTBEAT_S)
        self._name = name
        self._ladder = ladder
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.is_closed

    async def open(self) -> AbstractConnection:
        async with self._opening:
            if self._connection is None or self._connection.is_closed:
                await self._close()
                self._connection = await aio_pika.connect(
                    self._url,
                    timeout=_CONNECT_S,
                    client_properties={"connection_name": self._name},
                )
                RECONNECTS.labels(self._name.rpartition(" ")[2]).inc()
                await _declare(self._connection, self._ladder)
            return self._connection

    async def close(self) -> None:
        async with self._opening:
            await self._close()

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_BROKEN):
                async with asyncio.timeout(_CLOSE_S):
                    await connection.close()


class _Queue:
    """One queue as a consumer sees it: a buffer that the broker fills up to the prefetch."""

    def __init__(self, name: str, channel: Underlay) -> None:
        self._name = name
        self._channel = channel
        self._buffer: deque[DeliveredMessage] = deque()
        self._buffered = 0
        self._taken: list[DeliveredMessage] = []
        self._last = 0
        self._bell = asyncio.Event()
        self._enough = asyncio.Event()
        self._lost: str | None = None
        self._idle_s = 0.0

    async def start(self) -> None:
        packed = self._name.endswith(".bulk")
        await self._channel.basic_qos(prefetch_count=_PACKED_PREFETCH if packed else 2 * BATCH)
        self._channel.closing.add_done_callback(lambda _: self._lose("the channel is closed"))
        self._channel.on_consumer_cancel_callbacks.add(
            lambda _: self._lose("the broker cancelled the consumer")
        )
        await self._channel.basic_consume(self._name, self._receive, timeout=_CONNECT_S)

    async def wait(self) -> None:
        if not self._buffer:
            self._bell.clear()
            await _wait(self._bell, _POLL_S)
        if self._lost is not None:
            raise UnavailableError(f"Cannot consume {self._name}: {self._lost}")
        if self._buffer:
            self._idle_s = 0.0
            await self._gather()
        else:
            await self._suspect()

    async def take(self, _: Tx) -> Sequence[Delivery]:
        size = 0
        while self._buffer:
            count = _events_in(self._buffer[0])
            if self._taken and size + count > BATCH:
                break
            self._taken.append(self._buffer.popleft())
            size += count
        self._buffered -= size
        self._last = size
        return [_delivery(message) for message in self._taken]

    async def acknowledge(self) -> None:
        if not self._taken:
            return
        # The batch is the oldest that this channel has, so one tag speaks for all of it.
        last = self._taken[-1].delivery_tag
        self._taken.clear()
        with _as_unavailable():
            await self._channel.basic_ack(last or 0, multiple=True, wait=False)

    def release(self) -> None:
        self._buffer.extendleft(reversed(self._taken))
        self._buffered += sum(map(_events_in, self._taken))
        self._taken.clear()

    async def _receive(self, message: DeliveredMessage) -> None:
        if message.redelivered:
            REDELIVERED.labels(self._name).inc()
        self._buffer.append(message)
        self._buffered += _events_in(message)
        self._bell.set()
        if self._buffered >= BATCH:
            self._enough.set()

    async def _gather(self) -> None:
        if self._buffered < BATCH:
            self._enough.clear()
            await _wait(self._enough, linger_s(self._last))

    async def _suspect(self) -> None:
        """Ask the broker, now and then, whether a silent queue is an empty one."""
        self._idle_s += _POLL_S
        if self._idle_s < _SUSPECT_AFTER_S:
            return
        self._idle_s = 0.0
        with _as_unavailable():
            found = await self._channel.queue_declare(self._name, passive=True, timeout=_CONNECT_S)
        if found.message_count and not self._buffer:
            raise UnavailableError(f"{self._name} has messages but delivers none")

    def _lose(self, why: str) -> None:
        # Delivery tags die with their channel: the broker gives all of this to somebody again.
        self._lost = why
        self._bell.set()
        self._enough.set()


async def _underlay(channel: AbstractChannel) -> Underlay:
    """Return aiormq's channel: only it can publish without waiting and acknowledge many at once."""
    found = await channel.get_underlay_channel()
    if not isinstance(found, Underlay):
        raise TypeError(f"not a channel of aiormq: {found!r}")
    return found


async def _publish_window(
    channel: Underlay, window: Sequence[Message]
) -> list[BaseException | None]:
    """Publish messages at once; returns for each None when confirmed, else what went wrong."""
    outcomes: list[BaseException | None] = [TimeoutError("not confirmed in time")] * len(window)

    async def publish(place: int, message: Message) -> None:
        try:
            await channel.basic_publish(
                message.body,
                exchange=message.exchange,
                routing_key=message.routing_key,
                properties=_properties(message),
                mandatory=True,
                wait=False,
            )
        except _BROKEN as error:
            outcomes[place] = error
        else:
            outcomes[place] = None

    async with asyncio.TaskGroup() as group:
        waiting = {group.create_task(publish(*one)) for one in enumerate(window)}
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=_CONFIRM_S)
            # In a resource alarm nothing is lost, only late; publishing again would double it all.
            if waiting and not await _is_blocked(channel):
                break
        for task in waiting:
            task.cancel()
    return outcomes


async def _is_blocked(channel: Underlay) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await channel.connection.ready()
    except TimeoutError:
        BLOCKED.set(1)
        return not channel.is_closed
    BLOCKED.set(0)
    return False


def _is_plain_nack(fault: BaseException) -> bool:
    """Say whether the broker refused (a full queue, say) on a connection that is well."""
    return isinstance(fault, DeliveryError) and not isinstance(fault, PublishError)


def _properties(message: Message) -> Basic.Properties:
    return Basic.Properties(
        content_type=message.content_type,
        delivery_mode=_PERSISTENT,
        message_id=str(message.message_id),
        message_type=message.name,
        headers={
            ATTEMPT_HEADER: message.attempt,
            EVENTS_HEADER: len(message.row_ids),
            "ce-id": str(message.message_id),
            "ce-type": message.name,
        },
    )


def _delivery(message: DeliveredMessage) -> Delivery:
    headers = message.header.properties.headers or {}
    return Delivery(
        body=message.body,
        attempt=_number(headers, ATTEMPT_HEADER),
        crashes=_number(headers, "x-delivery-count"),
    )


def _events_in(message: DeliveredMessage) -> int:
    return max(_number(message.header.properties.headers or {}, EVENTS_HEADER), 1)


def _number(headers: Mapping[str, Any], name: str) -> int:
    value = headers.get(name, 0)
    return value if isinstance(value, int) else 0


async def _declare(connection: AbstractConnection, ladder: Sequence[float]) -> None:
    """Declare every exchange, queue and binding of every service; the same again changes nothing."""
    async with connection.channel(publisher_confirms=False) as channel:
        unrouted = await channel.declare_exchange(UNROUTED, "fanout", durable=True)
        dead = await channel.declare_exchange(DEAD, "fanout", durable=True)
        bulk = await channel.declare_exchange(BULK_EXCHANGE, "direct", durable=True)
        events = await channel.declare_exchange(
            EVENTS_EXCHANGE, "topic", durable=True, arguments={"alternate-exchange": UNROUTED}
        )
        for parking in (unrouted, dead):
            queue = await _quorum(channel, parking.name, {})
            await queue.bind(parking)
        to_dead: dict[str, FieldValue] = {
            "x-dead-letter-exchange": DEAD,
            "x-delivery-limit": _DELIVERY_LIMIT,
        }
        for name in all_queues():
            await _quorum(channel, name, {**to_dead, "x-dead-letter-strategy": "at-least-once"})
        for event, name in routes():
            queue = await channel.get_queue(name, ensure=False)
            await queue.bind(bulk if REGISTRY[event].packed else events, routing_key=event)
        for wait_s in ladder:
            await _declare_rung(channel, wait_s)
        stream = await channel.declare_queue(
            EVENTS_LOG,
            durable=True,
            arguments={
                "x-queue-type": "stream",
                "x-max-age": "7D",
                "x-max-length-bytes": 5_000_000_000,
            },
        )
        await stream.bind(events, routing_key="#")


async def _declare_rung(channel: AbstractChannel, wait_s: float) -> None:
    """Declare a waiting room: what comes in with a queue's name goes to that queue after a while."""
    name = rung_name(wait_s)
    exchange = await channel.declare_exchange(name, "fanout", durable=True)
    queue = await _quorum(
        channel,
        name,
        {
            "x-message-ttl": int(wait_s * 1000),
            "x-dead-letter-exchange": "",
            "x-dead-letter-strategy": "at-least-once",
        },
    )
    await queue.bind(exchange)


async def _quorum(
    channel: AbstractChannel, name: str, arguments: Mapping[str, FieldValue]
) -> AbstractQueue:
    bounded: dict[str, FieldValue] = {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        "x-max-length-bytes": _MAX_QUEUE_BYTES,
        **arguments,
    }
    return await channel.declare_queue(name, durable=True, arguments=bounded)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


@contextmanager
def _as_unavailable() -> Iterator[None]:
    """Report whatever the library raises about a broken connection in the house's word for it."""
    try:
        yield
    except _BROKEN as error:
        raise UnavailableError(f"RabbitMQ: {error!r}") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # aiormq cancels what waits on a channel that closes; nobody cancelled this task.
        raise UnavailableError("RabbitMQ: the connection was closed") from error
