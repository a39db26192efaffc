"""What every transport promises; each test runs on the embedded bus and on a real RabbitMQ."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import orjson
import pytest
from typing_extensions import override

from shared import bundles, dead_letters, outbox
from shared.bundles import PIECE
from shared.bus import BATCH, embedded
from shared.bus.embedded import EmbeddedBus
from shared.bus.rabbit import RabbitBus, consuming
from shared.consumer import Consumer
from shared.db import Database, Tx
from shared.errors import DropError, RetryError
from shared.events import Event, LinkChecked, LinkTracked, SiteCreated
from shared.ids import new_id
from shared.isolation import Handler
from tests.shared.bus_house import LADDER, BusHouse, keep
from tests.shared.conftest import HouseFor
from tests.shared.events import a_check, a_site, a_tracked_link
from tests.waiting import eventually


@pytest.fixture(params=["embedded", pytest.param("rabbit", marks=pytest.mark.rabbitmq)])
async def house(request: pytest.FixtureRequest, house_for: HouseFor) -> AsyncIterator[BusHouse]:
    if request.param == "embedded":
        shared_bus = EmbeddedBus(await house_for("bus_owner"), ladder=LADDER)
        await shared_bus.open()
        yield BusHouse(house_for, lambda: shared_bus, "embedded")
    else:
        url = request.getfixturevalue("amqp_url")
        yield BusHouse(house_for, lambda: RabbitBus(url, ladder=LADDER), "rabbit")


def ids(events: Sequence[Event]) -> list[UUID]:
    return sorted(event.event_id for event in events)


async def test_every_service_that_listens_gets_each_event_once(house: BusHouse) -> None:
    checks = [a_check() for _ in range(250)]
    async with (
        house.serving("profile", {LinkChecked: keep}),
        house.serving("toxicity", {LinkChecked: keep}),
        house.serving("crawler", {}),
    ):
        await house.publish("crawler", checks)
        assert sorted(await house.until_handled("profile", 250)) == ids(checks)
        assert sorted(await house.until_handled("toxicity", 250)) == ids(checks)
        assert await house.count("crawler", "outbox") == 0


async def test_a_bundle_comes_as_the_events_that_it_holds(house: BusHouse) -> None:
    urls = [f'https://blog.example/{n}?a=100%&b=%1$s&c="\\\n\u20ac%%' for n in range(150)]
    before, behind = a_tracked_link(), a_tracked_link()
    head, behind_id = before.encode().decode().split(str(before.event_id))
    middle, rest = behind_id.split(f'"{before.referring_url}"')
    frame = bundles.frame(head, 1, middle, 2, rest)
    given = [new_id() for _ in urls]
    rows = [
        PIECE.join((str(one).encode(), orjson.dumps(url)))
        for one, url in zip(given, urls, strict=True)
    ]
    met: list[LinkTracked] = []

    async def note(events: Sequence[LinkTracked], tx: Tx) -> None:
        met.extend(events)
        await keep(events, tx)

    async with (await house.db("profile")).begin() as tx:
        await outbox.add(tx, [before])
        await outbox.add_bundled(tx, LinkTracked, frame, rows)
        await outbox.add(tx, [behind])
    async with house.serving("profile", {}), house.serving("crawler", {LinkTracked: note}):
        handled = await house.until_handled("crawler", 152)
        assert sorted(handled) == sorted([before.event_id, *given, behind.event_id])
        assert await house.count("profile", "outbox") == 0
    found = {event.event_id: event for event in met}
    for one, url in zip(given, urls, strict=True):
        assert found[one] == before.model_copy(update={"event_id": one, "referring_url": url})


async def test_events_wait_for_a_service_that_starts_later(house: BusHouse) -> None:
    checks, sites = [a_check() for _ in range(120)], [a_site() for _ in range(3)]
    await house.publish("crawler", [*checks, *sites])
    await house.carry("crawler")
    assert await house.count("crawler", "outbox") == 0
    async with house.serving("toxicity", {LinkChecked: keep, SiteCreated: keep}):
        assert sorted(await house.until_handled("toxicity", 123)) == ids([*checks, *sites])


async def test_competing_consumers_share_the_work(house: BusHouse) -> None:
    checks: list[LinkChecked] = []
    at_work: set[str] = set()

    def kept_by(name: str) -> Handler[LinkChecked]:
        async def keep_and_tell(events: Sequence[LinkChecked], tx: Tx) -> None:
            at_work.add(name)
            await keep(events, tx)

        return keep_and_tell

    async def both_work() -> bool:
        more = [a_check() for _ in range(100)]
        checks.extend(more)
        await house.publish("profile", more)
        await house.until_handled("profile", len(checks))
        return at_work == {"first", "second"}

    async with (
        house.serving("profile", {LinkChecked: kept_by("first")}),
        house.serving("profile", {LinkChecked: kept_by("second")}),
    ):
        await eventually(both_work)
    assert sorted(await house.handled("profile")) == ids(checks)


async def test_a_crowded_queue_is_read_while_a_batch_is_written(house: BusHouse) -> None:
    checks = [a_check() for _ in range(4_000)]
    at_work, whole = 0, 0
    together = asyncio.Event()

    async def keep_beside_another(events: Sequence[LinkChecked], tx: Tx) -> None:
        nonlocal at_work, whole
        at_work += 1
        if at_work == 2:
            together.set()
        if whole:  # the first whole batch says that there is more
            async with asyncio.timeout(10):
                await together.wait()
        await keep(events, tx)
        at_work -= 1
        whole += len(events) >= BATCH * 3 // 4

    await house.publish("crawler", checks)
    await house.carry("crawler")
    async with house.serving("profile", {LinkChecked: keep_beside_another}):
        assert sorted(await house.until_handled("profile", len(checks))) == ids(checks)
    assert together.is_set()


async def test_a_failed_event_comes_again_after_the_first_rung(house: BusHouse) -> None:
    check = a_check()
    attempts: list[float] = []

    async def fail_once(events: Sequence[LinkChecked], tx: Tx) -> None:
        attempts.append(time.monotonic())
        if len(attempts) == 1:
            raise RuntimeError("not today")
        await keep(events, tx)

    async with house.serving("profile", {LinkChecked: fail_once}):
        await house.publish("profile", [check])
        assert await house.until_handled("profile", 1) == [check.event_id]
    assert attempts[1] - attempts[0] >= LADDER[0] * 0.9


async def test_a_handler_may_ask_for_a_longer_wait(house: BusHouse) -> None:
    attempts: list[float] = []

    async def ask_for_time(events: Sequence[LinkChecked], tx: Tx) -> None:
        attempts.append(time.monotonic())
        if len(attempts) == 1:
            raise RetryError("the site is not here yet", after_s=LADDER[1])
        await keep(events, tx)

    async with house.serving("profile", {LinkChecked: ask_for_time}):
        await house.publish("profile", [a_check()])
        await house.until_handled("profile", 1)
    assert attempts[1] - attempts[0] >= LADDER[1] * 0.9


async def test_an_event_that_always_fails_is_parked_after_the_last_rung(house: BusHouse) -> None:
    check = a_check()
    attempts: list[UUID] = []

    async def fail(events: Sequence[LinkChecked], tx: Tx) -> None:
        attempts.extend(event.event_id for event in events)
        raise RuntimeError("a bug")

    async with house.serving("profile", {LinkChecked: fail}):
        await house.publish("profile", [check])

        async def is_parked() -> int:
            return await house.count("profile", "dead_letters")

        await eventually(is_parked)
        [letter] = await letters(house)
    assert attempts == [check.event_id] * (1 + len(LADDER))
    assert (letter.event_id, letter.reason, letter.attempts) == (check.event_id, "failed", 4)
    assert letter.detail == "RuntimeError: a bug"


async def test_a_poisonous_event_costs_its_neighbours_nothing(house: BusHouse) -> None:
    checks = [a_check() for _ in range(300)]
    poison = checks[137]

    async def refuse_poison(events: Sequence[LinkChecked], tx: Tx) -> None:
        await keep(events, tx)
        if poison in events:
            raise DropError("this link has no page")

    async with house.serving("profile", {LinkChecked: refuse_poison}):
        await house.publish("profile", checks)
        await house.until_handled("profile", 299)
        [letter] = await letters(house)
    assert sorted(await house.handled("profile")) == ids([one for one in checks if one != poison])
    assert (letter.event_id, letter.reason) == (poison.event_id, "refused")


async def test_a_parked_event_can_be_replayed_to_the_one_service(house: BusHouse) -> None:
    site = a_site()
    is_fixed = False

    async def refuse_until_fixed(events: Sequence[SiteCreated], tx: Tx) -> None:
        if not is_fixed:
            raise DropError("no column for this")
        await keep(events, tx)

    async with (
        house.serving("toxicity", {SiteCreated: refuse_until_fixed}),
        house.serving("outreach", {SiteCreated: keep}),
    ):
        await house.publish("toxicity", [site])
        await house.until_handled("outreach", 1)

        async def is_parked() -> int:
            return await house.count("toxicity", "dead_letters")

        await eventually(is_parked)
        is_fixed = True
        async with (await house.db("toxicity")).begin() as tx:
            [letter] = await dead_letters.list_dead_letters(tx)
            assert await dead_letters.replay(tx, [letter.dead_letter_id]) == 1
            assert await dead_letters.replay(tx, [letter.dead_letter_id]) == 0
        assert await house.until_handled("toxicity", 1) == [site.event_id]
        assert await house.handled("outreach") == [site.event_id]


async def test_bytes_that_are_no_event_of_ours_are_parked(house: BusHouse) -> None:
    known = a_site()
    strangers = [b"not json", b'{"id": 5}', a_site().encode().replace(b"created", b"sold")]
    strangers.append(a_site().encode().replace(b'"version_no"', b'"version_number"'))
    async with (await house.db("profile")).begin() as tx:
        await outbox.add(tx, [known])
        await tx.run(
            "INSERT INTO outbox (event_id, name, body)"
            " SELECT gen_random_uuid(), 'site.created', unnest($1::bytea[])",
            strangers,
        )
    async with house.serving("profile", {}), house.serving("toxicity", {SiteCreated: keep}):

        async def are_parked() -> bool:
            return await house.count("toxicity", "dead_letters") == 4

        await eventually(are_parked)
        assert await house.handled("toxicity") == [known.event_id]
        reasons = sorted(letter.reason for letter in await letters(house, "toxicity"))
    assert reasons == ["not-as-agreed", "unknown-event", "unreadable", "unreadable"]


async def test_an_event_counts_once_however_often_it_comes(house: BusHouse) -> None:
    checks = [a_check() for _ in range(150)]
    last = a_check()
    async with house.serving("profile", {LinkChecked: keep}):
        await house.publish("profile", [*checks, *checks[:50]])
        await house.publish("profile", checks)
        await house.until_handled("profile", 150)
        await house.publish("profile", [*checks, last])

        async def last_is_handled() -> bool:
            return last.event_id in await house.handled("profile")

        await eventually(last_is_handled)
    assert sorted(await house.handled("profile")) == ids([*checks, last])


async def test_trouble_of_the_database_costs_no_attempt(house: BusHouse) -> None:
    calls = 0

    async def meet_trouble(events: Sequence[LinkChecked], tx: Tx) -> None:
        nonlocal calls
        calls += 1
        if calls <= len(LADDER) + 2:
            raise ConnectionResetError("the database went away")
        await keep(events, tx)

    async with house.serving("profile", {LinkChecked: meet_trouble}):
        await house.publish("profile", [a_check()])
        await house.until_handled("profile", 1)
    assert await house.count("profile", "dead_letters") == 0


class Killed(BaseException):
    """The process ends here."""


class DyingDatabase(Database):
    """Ends the process when a transaction of a consumer is about to commit."""

    @override
    @asynccontextmanager
    async def begin(self, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        async with super().begin(snapshot=snapshot) as tx:
            yield tx
            raise Killed


async def test_a_consumer_that_dies_before_its_commit_loses_nothing(house: BusHouse) -> None:
    checks = [a_check() for _ in range(30)]
    await house.publish("crawler", checks)
    await house.carry("crawler")
    own = await house.db("profile")
    bus = house.new_bus()
    await bus.open()
    doomed = DyingDatabase(own.url, schema="profile")
    dying = Consumer("profile", db=doomed, bus=bus)
    dying.on(LinkChecked, keep)
    async with bus.source("profile.bulk") as source:
        await source.wait()
        with pytest.raises(Killed):
            await dying.step("profile.bulk", source)
    await bus.close()
    await doomed.close()
    assert await house.handled("profile") == []
    async with house.serving("profile", {LinkChecked: keep}):
        assert sorted(await house.until_handled("profile", 30)) == ids(checks)


async def test_stopping_waits_for_the_batch_in_flight(house: BusHouse) -> None:
    check = a_check()
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def take_time(events: Sequence[LinkChecked], tx: Tx) -> None:
        begun.set()
        await may_end.wait()
        await keep(events, tx)

    async def let_it_end() -> None:
        await asyncio.sleep(0.3)
        may_end.set()

    async with asyncio.TaskGroup() as group, house.serving("profile", {LinkChecked: take_time}):
        await house.publish("profile", [check])
        await begun.wait()
        group.create_task(let_it_end())
    assert await house.handled("profile") == [check.event_id]
    later = a_check()
    async with house.serving("profile", {LinkChecked: keep}):
        await house.publish("profile", [later])
        await house.until_handled("profile", 2)
    assert sorted(await house.handled("profile")) == ids([check, later])


async def test_stopping_waits_for_no_poll(house: BusHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (embedded, consuming):
        monkeypatch.setattr(module, "_POLL_S", 3_600.0)
    for name in ("_POLL_S", "_FIRST_POLL_S", "_IDLE_POLL_S"):
        monkeypatch.setattr(outbox, name, 3_600.0)
    async with (
        asyncio.timeout(100),
        house.serving("profile", {LinkChecked: keep}, grace_s=3_600.0),
    ):
        await house.publish("crawler", [a_check()])
        await house.carry("crawler")
        await house.until_handled("profile", 1)


async def test_stopping_flushes_the_outbox(house: BusHouse) -> None:
    checks = [a_check() for _ in range(2500)]
    async with house.serving("crawler", {}):
        await house.publish("crawler", checks)
    assert await house.count("crawler", "outbox") == 0


async def letters(house: BusHouse, service: str = "profile") -> list[dead_letters.DeadLetter]:
    async with (await house.db(service)).begin() as tx:
        return await dead_letters.list_dead_letters(tx)
