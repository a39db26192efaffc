"""Publishing to RabbitMQ: windows of messages with confirms, and copies for the stream."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from aiormq import Channel
from aiormq.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic
from pamqp.common import FieldValue

from shared.bus.metrics import BLOCKED
from shared.bus.packing import EVENTS_EXCHANGE, Message
from shared.bus.rabbit.connection import BROKEN, CONNECT_S, Connection, as_unavailable, underlay
from shared.bus.topology import PREFIX
from shared.errors import UnavailableError
from shared.events import REGISTRY
from shared.log import get_logger

log = get_logger(__name__)

ATTEMPT_HEADER = "x-anchorwatch-attempt"
EVENTS_HEADER = "x-anchorwatch-events"
EVENTS_LOG = f"{PREFIX}.events.log"

_CONFIRM_S = 10.0
_COPY_S = 2.0
_COPY_AGAIN_S = 60.0
_PERSISTENT = 2


async def publish_window(channel: Channel, window: Sequence[Message]) -> list[BaseException | None]:
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
        except BROKEN as error:
            outcomes[place] = error
        else:
            outcomes[place] = None

    async with asyncio.TaskGroup() as group:
        waiting = {group.create_task(publish(*one)) for one in enumerate(window)}
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=_CONFIRM_S)
            # In a resource alarm nothing is lost, only late; publishing again would double it all.
            if waiting and not await is_blocked(channel):
                break
        for task in waiting:
            task.cancel()
    return outcomes


async def is_blocked(channel: Channel) -> bool:
    try:
        async with asyncio.timeout(0.05):
            await channel.connection.ready()
    except TimeoutError:
        BLOCKED.set(1)
        return not channel.is_closed
    BLOCKED.set(0)
    return False


def is_plain_nack(fault: BaseException) -> bool:
    """Say whether the broker refused (a full queue, say) on a connection that is well."""
    return isinstance(fault, DeliveryError) and not isinstance(fault, PublishError)


_PRIVATE = frozenset(name for name, event in REGISTRY.items() if event.private)


class EventLog:
    """A stream with a copy of every single event, for subscribers that come later.

    It is bound to an exchange of its own: a stream that is down confirms nothing, and a node of
    3.10 that is killed soon after its first start does not bring its streams back (measured). No
    event waits for its copy; the whole truth is the gateway's event log in PostgreSQL.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._channel: Channel | None = None
        self._silent_until = 0.0

    async def copy(self, messages: Sequence[Message]) -> None:
        """Copy single events; when the stream does not answer, go on without it for a while."""
        copies = [
            replace(message, exchange=EVENTS_LOG)
            for message in messages
            if message.exchange == EVENTS_EXCHANGE and message.name not in _PRIVATE
        ]
        if not copies or time.monotonic() < self._silent_until:
            return
        try:
            async with asyncio.timeout(_COPY_S):
                with as_unavailable():
                    channel = await self._open()
                    outcomes = await publish_window(channel, copies)
                found = next((fault for fault in outcomes if fault is not None), None)
        except (TimeoutError, UnavailableError) as error:
            found = error
        if found is not None:
            log.warning("events not copied to the stream", count=len(copies), why=repr(found))
            self._silent_until = time.monotonic() + _COPY_AGAIN_S
            self._channel = None

    async def _open(self) -> Channel:
        if self._channel is None or self._channel.is_closed:
            connection = await self._connection.open()
            channel = connection.channel(on_return_raises=True)
            await channel.initialize(timeout=CONNECT_S)
            exchange = await channel.declare_exchange(EVENTS_LOG, "fanout", durable=True)
            stream = await channel.declare_queue(
                EVENTS_LOG,
                durable=True,
                arguments={
                    "x-queue-type": "stream",
                    "x-max-age": "7D",
                    "x-max-length-bytes": 5_000_000_000,
                },
            )
            await stream.bind(exchange)
            self._channel = await underlay(channel)
        return self._channel


def _properties(message: Message) -> Basic.Properties:
    return Basic.Properties(
        content_type=message.content_type,
        delivery_mode=_PERSISTENT,
        message_id=str(message.message_id),
        message_type=message.name,
        headers=_headers(message),
    )


def _headers(message: Message) -> dict[str, FieldValue] | None:
    """Return what differs from a first single event: a table costs as much as all other fields."""
    headers: dict[str, FieldValue] = {}
    if message.attempt:
        headers[ATTEMPT_HEADER] = message.attempt
    if message.events > 1:
        headers[EVENTS_HEADER] = message.events
    return headers or None
