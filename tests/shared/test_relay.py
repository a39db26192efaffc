"""The relay: alone, taken over when it dies, and never the reason that an event is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from typing_extensions import override

from shared import outbox
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.errors import UnavailableError
from shared.events import LinkChecked
from shared.outbox import Relay
from tests.fakes import RecordingBus
from tests.shared.bus_house import BusHouse, keep
from tests.shared.conftest import HouseFor
from tests.shared.events import a_check
from tests.waiting import eventually


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Run a relay; the value kills it without any farewell."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(relay.run(stop))

        async def kill() -> None:
            task.cancel()
            await asyncio.wait([task])

        yield kill
        stop.set()


def lock_holders(db: Database) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        async with db.begin() as tx:
            return int(
                await tx.fetch_value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                )
            )

    return count


async def test_only_one_relay_of_a_service_works_and_the_next_takes_over(
    house_for: HouseFor,
) -> None:
    first_bus, second_bus = RecordingBus(), RecordingBus()
    house = BusHouse(house_for, lambda: first_bus, "recording")
    db = await house.db("crawler")
    holders = lock_holders(db)
    async with relaying(Relay(db=await house_for("crawler"), bus=first_bus)) as kill_first:
        await eventually(holders)
        async with relaying(Relay(db=await house_for("crawler"), bus=second_bus)):
            await house.publish("crawler", [a_check() for _ in range(10)])

            async def all_went() -> bool:
                return await house.count("crawler", "outbox") == 0

            await eventually(all_went)
            assert (len(first_bus.events), len(second_bus.events)) == (10, 0)
            assert await holders() == 1
            await kill_first()
            await house.publish("crawler", [a_check() for _ in range(5)])
            await eventually(all_went)
            assert (len(first_bus.events), len(second_bus.events)) == (10, 5)


class LosesItsConfirms(RecordingBus):
    """Publishes, and dies before the outbox rows are deleted."""

    @override
    async def carry(self, db: Database) -> int:
        async with db.begin() as tx:
            rows = await outbox.read_oldest(tx, outbox.WINDOW)
        self.seen = [row.event_id for row in rows]
        raise UnavailableError("the connection broke before the confirm")


async def test_an_event_published_but_not_confirmed_goes_out_again(house_for: HouseFor) -> None:
    broken = LosesItsConfirms()
    house = BusHouse(house_for, lambda: broken, "recording")
    check = a_check()
    await house.publish("crawler", [check])
    with pytest.raises(UnavailableError):
        await broken.carry(await house.db("crawler"))
    assert broken.seen == [check.event_id]
    whole = RecordingBus()
    await whole.collect(await house.db("crawler"))
    assert whole.published(LinkChecked) == [check]


async def test_an_unreachable_bus_keeps_events_in_the_outbox_and_the_relay_alive(
    house_for: HouseFor,
) -> None:
    broken = LosesItsConfirms()
    house = BusHouse(house_for, lambda: broken, "recording")
    await house.publish("crawler", [a_check()])
    async with relaying(Relay(db=await house_for("crawler"), bus=broken, flush_s=0.1)):

        async def was_tried() -> bool:
            return hasattr(broken, "seen")

        await eventually(was_tried)
        assert await house.count("crawler", "outbox") == 1
    assert await house.count("crawler", "outbox") == 1


async def test_nothing_is_published_by_a_transaction_that_rolls_back(house_for: HouseFor) -> None:
    bus = RecordingBus()
    house = BusHouse(house_for, lambda: bus, "recording")
    db = await house.db("crawler")

    async def change_their_mind() -> None:
        async with db.begin() as tx:
            await outbox.add(tx, [a_check()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_their_mind()
    await bus.collect(db)
    assert bus.events == []


async def test_a_committed_event_wakes_the_relay_at_once(house_for: HouseFor) -> None:
    bus = EmbeddedBus(await house_for("bus_owner"))
    await bus.open()
    house = BusHouse(house_for, lambda: bus, "embedded")
    async with house.serving("crawler", {}), house.serving("profile", {LinkChecked: keep}):
        await house.publish("crawler", [a_check()])
        await house.until_handled("profile", 1, within=5)


async def test_how_long_events_wait_is_known(house_for: HouseFor) -> None:
    bus = RecordingBus()
    house = BusHouse(house_for, lambda: bus, "recording")
    db = await house.db("crawler")
    async with db.begin() as tx:
        assert await outbox.oldest_seconds(tx) == 0
    await house.publish("crawler", [a_check(), a_check()])
    async with db.begin() as tx:
        await tx.run("UPDATE outbox SET created_at = created_at - interval '90 seconds'")
        assert 90 <= await outbox.oldest_seconds(tx) < 120
        assert await outbox.count_pending(tx) == 2
