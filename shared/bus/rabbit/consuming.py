"""Consuming from RabbitMQ: a buffer that the broker fills up to the prefetch, one ack for each batch."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from aiormq import Channel
from aiormq.abc import DeliveredMessage

from shared.bus import BATCH, Delivery
from shared.bus.metrics import REDELIVERED
from shared.bus.rabbit.connection import CONNECT_S, as_unavailable
from shared.bus.rabbit.publishing import ATTEMPT_HEADER, EVENTS_HEADER
from shared.bus.topology import linger_s
from shared.db import Tx
from shared.errors import UnavailableError

_POLL_S = 1.0
_PACKED_PREFETCH = 20
_SUSPECT_AFTER_S = 10.0


class Queue:
    """One queue as a consumer sees it: a buffer that the broker fills up to the prefetch."""

    def __init__(self, name: str, channel: Channel) -> None:
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
        await self._channel.basic_consume(self._name, self._receive, timeout=CONNECT_S)

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

    def wake(self) -> None:
        self._bell.set()

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
        with as_unavailable():
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
        with as_unavailable():
            found = await self._channel.queue_declare(self._name, passive=True, timeout=CONNECT_S)
        if found.message_count and not self._buffer:
            raise UnavailableError(f"{self._name} has messages but delivers none")

    def _lose(self, why: str) -> None:
        # Delivery tags die with their channel: the broker gives all of this to somebody again.
        self._lost = why
        self._bell.set()
        self._enough.set()


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


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
