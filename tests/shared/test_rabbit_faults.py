"""RabbitMQ goes away, comes back, loses a queue or closes a connection: no event is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from shared.bus.rabbit import RabbitBus
from shared.events import CheckRequested, LinkChecked, LinkTracked
from tests.rabbit import RabbitNode
from tests.shared.bus_house import LADDER, BusHouse, keep
from tests.shared.conftest import HouseFor
from tests.shared.events import a_check, a_tracked_link
from tests.waiting import eventually

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
async def amqp_url(rabbit_node: RabbitNode) -> AsyncIterator[str]:
    """A virtual host of the private node: another broker must not be killed."""
    url = await asyncio.to_thread(rabbit_node.new_vhost)
    yield url
    await asyncio.to_thread(rabbit_node.drop_vhost, url)


@pytest.fixture
def house(house_for: HouseFor, amqp_url: str) -> BusHouse:
    return BusHouse(house_for, lambda: RabbitBus(amqp_url, ladder=LADDER), "rabbit")


async def test_a_killed_broker_loses_and_doubles_nothing(
    house: BusHouse, rabbit_node: RabbitNode
) -> None:
    async with (
        house.serving("crawler", {LinkTracked: keep, CheckRequested: keep}),
        house.serving("profile", {LinkChecked: keep}),
    ):
        sent = []

        async def publish_for_a_while() -> None:
            for _ in range(60):
                checks = [a_check() for _ in range(25)]
                await house.publish("crawler", checks)
                sent.extend(checks)
                await asyncio.sleep(0.05)

        async with asyncio.TaskGroup() as group:
            group.create_task(publish_for_a_while())
            await house.until_handled("profile", 250)
            await asyncio.to_thread(rabbit_node.kill)
            await asyncio.to_thread(rabbit_node.start)
        handled = await house.until_handled("profile", len(sent), within=60)
    assert sorted(handled) == sorted(event.event_id for event in sent)


async def test_services_start_without_their_broker(
    house: BusHouse, rabbit_node: RabbitNode
) -> None:
    await asyncio.to_thread(rabbit_node.kill)
    try:
        async with house.serving("profile", {LinkChecked: keep}, grace_s=2):
            await house.publish("profile", [a_check()])
            await asyncio.to_thread(rabbit_node.start)
            await house.until_handled("profile", 1, within=30)
    finally:
        await asyncio.to_thread(rabbit_node.start_if_dead)


async def test_closed_connections_are_opened_again(
    house: BusHouse, rabbit_node: RabbitNode
) -> None:
    async with house.serving("profile", {LinkChecked: keep}):
        await house.publish("profile", [a_check() for _ in range(10)])
        await house.until_handled("profile", 10)

        async def close_all() -> bool:
            return await asyncio.to_thread(rabbit_node.close_connections) > 0

        await eventually(close_all)
        await house.publish("profile", [a_check() for _ in range(10)])
        assert len(set(await house.until_handled("profile", 20))) == 20


async def test_a_queue_that_somebody_deleted_comes_back(
    house: BusHouse, rabbit_node: RabbitNode, amqp_url: str
) -> None:
    vhost = quote(amqp_url.rpartition("/")[2], safe="")
    async with (
        house.serving("crawler", {LinkTracked: keep, CheckRequested: keep}),
        house.serving("profile", {}),
    ):
        await house.publish("profile", [a_tracked_link()])
        await house.until_handled("crawler", 1)
        await asyncio.to_thread(rabbit_node.ask, "DELETE", f"/api/queues/{vhost}/crawler.bulk")
        await house.publish("profile", [a_tracked_link()])
        # The message comes back as unroutable, the topology is declared again, the row goes again.
        await house.until_handled("crawler", 2, within=30)


async def test_an_alarm_of_the_broker_delays_events_and_doubles_none(
    house: BusHouse, rabbit_node: RabbitNode
) -> None:
    async with house.serving("profile", {LinkChecked: keep}):
        await house.publish("profile", [a_check() for _ in range(50)])
        await house.until_handled("profile", 50)
        await asyncio.to_thread(rabbit_node.control, "set_disk_free_limit", "100000000000000")
        try:
            await house.publish("profile", [a_check() for _ in range(50)])
        finally:
            await asyncio.to_thread(rabbit_node.control, "set_disk_free_limit", "50000000")
        handled = await house.until_handled("profile", 100, within=30)
    assert len(set(handled)) == len(handled) == 100
