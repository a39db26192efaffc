"""One connection to RabbitMQ: opened, and its topology declared, whenever somebody finds it closed."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aiormq import Channel
from aiormq.exceptions import AMQPError
from pamqp.common import FieldValue
from yarl import URL

from shared.bus.metrics import RECONNECTS
from shared.bus.packing import BULK_EXCHANGE, EVENTS_EXCHANGE
from shared.bus.topology import PREFIX, all_queues, routes, rung_name
from shared.errors import UnavailableError
from shared.events import REGISTRY

CONNECT_S = 5.0
CLOSE_S = 3.0
DEAD = f"{PREFIX}.dead"
UNROUTED = f"{PREFIX}.unrouted"

# What aiormq raises from a connection or channel that is gone: a plain RuntimeError in places.
# TimeoutError is an OSError.
BROKEN = (AMQPError, RuntimeError, OSError)

_HEARTBEAT_S = 5
_DELIVERY_LIMIT = 20  # the broker's last word; a consumer acts after batches.CRASHES already
_MAX_QUEUE_BYTES = 1 << 30


class Connection:
    """A connection that is opened, and its topology declared, whenever somebody finds it closed."""

    def __init__(self, url: str, *, name: str, ladder: Sequence[float]) -> None:
        self._url = URL(url).update_query(heartbeat=_HEARTBEAT_S)
        self._name = name
        self._ladder = ladder
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None

    @property
    def is_open(self) -> bool:
        # aio-pika's own `is_closed` only tells of a connection that was closed from this side.
        transport = None if self._connection is None else self._connection.transport
        return transport is not None and not transport.connection.is_closed

    async def open(self) -> AbstractConnection:
        async with self._opening:
            if self._connection is None or not self.is_open:
                await self._close()
                self._connection = await aio_pika.connect(
                    self._url,
                    timeout=CONNECT_S,
                    client_properties={"connection_name": self._name},
                )
                RECONNECTS.labels(self._name.rpartition(" ")[2]).inc()
                try:
                    await _declare(self._connection, self._ladder)
                except BaseException:
                    # Without its topology a connection is of no use; the next caller tries again.
                    await self._close()
                    raise
            return self._connection

    async def close(self) -> None:
        async with self._opening:
            await self._close()

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*BROKEN):
                async with asyncio.timeout(CLOSE_S):
                    await connection.close()


async def underlay(channel: AbstractChannel) -> Channel:
    """Return aiormq's channel: only it can publish without waiting and acknowledge many at once."""
    found = await channel.get_underlay_channel()
    if not isinstance(found, Channel):
        raise TypeError(f"not a channel of aiormq: {found!r}")
    return found


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Report whatever the library raises about a broken connection in the house's word for it."""
    try:
        yield
    except BROKEN as error:
        raise UnavailableError(f"RabbitMQ: {error!r}") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        # aiormq cancels what waits on a channel that closes; nobody cancelled this task.
        raise UnavailableError("RabbitMQ: the connection was closed") from error


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
