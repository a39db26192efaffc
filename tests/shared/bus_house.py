"""A small house for the bus tests: any service, on either transport, with a table of what it handled."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared import outbox
from shared.bus import Bus
from shared.consumer import Consumer
from shared.db import Database, Tx
from shared.events import Event
from shared.isolation import Handler
from shared.service import Work
from tests.shared.conftest import HouseFor
from tests.waiting import eventually

LADDER = (0.2, 0.4, 0.6)


@dataclass(slots=True)
class BusHouse:
    """Services that share nothing but a bus, as processes do."""

    house_for: HouseFor
    new_bus: Callable[[], Bus]
    kind: str
    _databases: dict[str, Database] = field(default_factory=dict)

    async def db(self, service: str) -> Database:
        """Return the test's own door to a service's database."""
        if service not in self._databases:
            database = await self.house_for(service)
            async with database.begin() as tx:
                await tx.run("CREATE TABLE handled (event_id uuid NOT NULL)")
            self._databases[service] = database
        return self._databases[service]

    async def publish(self, service: str, events: Sequence[Event]) -> None:
        async with (await self.db(service)).begin() as tx:
            await outbox.add(tx, events)

    async def carry(self, service: str) -> None:
        """Bring everything that a service published to the bus."""
        bus = self.new_bus()
        await bus.open()
        while await bus.carry(await self.db(service)):
            pass
        await bus.close()

    @asynccontextmanager
    async def serving(
        self, service: str, handlers: Mapping[type[Event], Handler[Any]], *, grace_s: float = 20.0
    ) -> AsyncIterator[None]:
        """Run a service as its process would: relay, consumer, everything."""
        await self.db(service)
        own = await self.house_for(service)
        bus = self.new_bus()
        consumer = Consumer(service, db=own, bus=bus)
        for event, handler in handlers.items():
            consumer.on(event, handler)
        work = Work(service, db=own, bus=bus, consumer=consumer, grace_s=grace_s)
        async with work.running():
            yield

    async def handled(self, service: str) -> list[UUID]:
        """Return the ids that a service's handlers committed, doubles included."""
        async with (await self.db(service)).begin() as tx:
            return [row[0] for row in await tx.fetch("SELECT event_id FROM handled")]

    async def count(self, service: str, table: str) -> int:
        async with (await self.db(service)).begin() as tx:
            return int(await tx.fetch_value(f"SELECT count(*) FROM {table}"))

    async def until_handled(self, service: str, count: int, *, within: float = 20.0) -> list[UUID]:
        async def enough() -> bool:
            return await self.count(service, "handled") >= count

        await eventually(enough, within=within, what=f"{service} handled {count}")
        return await self.handled(service)


async def keep(events: Sequence[Event], tx: Tx) -> None:
    """Handle events: write down that they came."""
    await tx.run(
        "INSERT INTO handled SELECT unnest($1::uuid[])", [event.event_id for event in events]
    )
