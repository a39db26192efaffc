"""The tests' own bus does what the real ones do, at once."""

from collections.abc import Sequence

from shared.consumer import Consumer
from shared.db import Tx
from shared.errors import DropError
from shared.events import LinkChecked, SiteCreated
from tests.fakes import RecordingBus
from tests.shared.bus_house import BusHouse, keep
from tests.shared.conftest import HouseFor
from tests.shared.events import a_check, a_site


async def test_what_was_published_is_returned_typed_and_in_order(house_for: HouseFor) -> None:
    bus = RecordingBus()
    house = BusHouse(house_for, lambda: bus, "recording")
    checks, site = [a_check() for _ in range(3)], a_site()
    await house.publish("profile", [checks[0], site, *checks[1:]])
    await bus.collect(await house.db("profile"))
    assert bus.published(LinkChecked) == checks
    assert bus.published(SiteCreated) == [site]


async def test_draining_runs_handlers_until_all_is_quiet(house_for: HouseFor) -> None:
    bus = RecordingBus()
    house = BusHouse(house_for, lambda: bus, "recording")
    profile, toxicity = await house.db("profile"), await house.db("toxicity")
    consumer = Consumer("toxicity", db=toxicity, bus=bus)
    calls = 0

    async def fail_once(events: Sequence[LinkChecked], tx: Tx) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("once")
        await keep(events, tx)

    async def refuse(events: Sequence[SiteCreated], tx: Tx) -> None:
        raise DropError("no sites here")

    consumer.on(LinkChecked, fail_once)
    consumer.on(SiteCreated, refuse)
    check = a_check()
    await house.publish("profile", [check, a_site()])
    await bus.drain([profile, toxicity], [consumer])
    assert await house.handled("toxicity") == [check.event_id]
    assert await house.count("toxicity", "dead_letters") == 1
