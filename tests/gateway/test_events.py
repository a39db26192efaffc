"""The stream of outward events: fast, resumable, bounded, and only what the caller may see."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.gateway import handlers
from services.gateway.adapters.hub import Hub
from services.gateway.domain.outward import Logged
from services.gateway.store import event_log
from shared import clock, outbox
from shared.events import (
    AlertRaised,
    Event,
    ExchangeChanged,
    JobUpdated,
    LinkChanged,
    OfferAccepted,
    PaymentDue,
    PaymentSettled,
    PlacementPromised,
)
from shared.ids import new_id
from shared.vocabulary import AlertSeverity, ChangeKind, JobState, LinkStatus
from tests.gateway.conftest import House
from tests.http import Http


def a_change(workspace_id: UUID, site_id: UUID, kind: ChangeKind = ChangeKind.LOST) -> LinkChanged:
    return LinkChanged(
        workspace_id=workspace_id,
        site_id=site_id,
        link_id=new_id(),
        change_id=new_id(),
        kind=kind,
        from_status=LinkStatus.LIVE,
        to_status=LinkStatus.LOST,
        referring_url="https://blog.example/post",
        referring_domain="blog.example",
    )


END_LISTENERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND query LIKE 'LISTEN %'
"""
"""Ends the connections that wait for word of new events, as a restart of the database does."""


async def publish(house: House, events: Sequence[Event]) -> None:
    """Write events as the gateway's consumer does when the bus brings them."""
    async with house.db.begin() as tx:
        await handlers.on_outward_event(events, tx)


class Stream:
    """What a subscriber has read so far, frame by frame."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    async def frame(self) -> dict[str, str]:
        """Return the next frame that is more than a comment."""
        while True:
            while b"\n\n" not in self._rest:
                async with asyncio.timeout(20):
                    self._rest += await anext(self._chunks)
            text, _, self._rest = self._rest.partition(b"\n\n")
            lines = [line for line in text.decode().split("\n") if not line.startswith(":")]
            fields = dict(line.split(": ", 1) for line in lines)
            if "event" in fields:
                return fields


@asynccontextmanager
async def listening(http: Http, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    async with http.sending(**headers).stream("GET", f"/v1/events{query}") as answer:
        assert answer.status == 200
        stream = Stream(answer.chunks)
        stream._rest += await anext(answer.chunks)  # the greeting: from here on nothing is missed
        yield stream


async def test_an_event_reaches_the_subscriber_well_under_a_second(house: House) -> None:
    site = await house.a_site()
    took = []
    async with listening(house.alice) as stream:
        for _ in range(3):  # the quickest counts: the machine may be busy with other tests
            event = a_change(house.workspace_id, site)
            started = time.perf_counter()
            await publish(house, [event])
            frame = await stream.frame()
            took.append(time.perf_counter() - started)
            assert orjson.loads(frame["data"])["id"] == str(event.event_id)
            assert frame["event"] == "link.changed"
    assert min(took) < 0.8


async def test_a_stream_goes_on_when_the_listening_connection_was_ended(house: House) -> None:
    site = await house.a_site()
    async with listening(house.alice) as stream:
        async with house.db.begin() as tx:
            ended = await tx.fetch(END_LISTENERS)
        assert ended
        events = [a_change(house.workspace_id, site) for _ in range(2)]
        await publish(house, events)
        frames = [await stream.frame() for _ in events]

    came = [orjson.loads(frame["data"])["id"] for frame in frames]
    assert came == [str(event.event_id) for event in events]


async def test_an_event_from_the_outbox_travels_through_the_bus_into_the_stream(
    house: House,
) -> None:
    site = await house.a_site()
    async with listening(house.alice) as stream:
        event = a_change(house.workspace_id, site)
        async with house.db.begin() as tx:
            await outbox.add(tx, [event])
        frame = await stream.frame()

    assert orjson.loads(frame["data"])["id"] == str(event.event_id)


async def test_the_stream_goes_on_after_last_event_id(house: House) -> None:
    site = await house.a_site()
    events = [a_change(house.workspace_id, site) for _ in range(3)]
    async with listening(house.alice) as stream:
        await publish(house, events[:1])
        first = await stream.frame()
    await publish(house, events[1:])

    async with listening(house.alice, last_event_id=first["id"]) as stream:
        resumed = [orjson.loads((await stream.frame())["data"])["id"] for _ in range(2)]

    assert resumed == [str(event.event_id) for event in events[1:]]


async def test_a_resume_beyond_what_is_kept_says_that_there_is_a_gap(house: House) -> None:
    site = await house.a_site()
    await publish(house, [a_change(house.workspace_id, site) for _ in range(3)])
    async with house.db.begin() as tx:
        await tx.run("DELETE FROM event_log WHERE seq < (SELECT max(seq) FROM event_log)")

    async with listening(house.alice, last_event_id="1") as stream:
        gap, kept = await stream.frame(), await stream.frame()

    assert gap["event"] == "gap"
    assert kept["event"] == "link.changed"


async def test_a_last_event_id_that_is_not_ours_is_refused(house: House) -> None:
    answer = await house.alice.sending(last_event_id="abc").get("/v1/events")

    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/header/last-event-id")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ChangeKind.LOST, "link.lost"),
        (ChangeKind.RECOVERED, "link.recovered"),
        (ChangeKind.NEW, "link.gained"),
    ],
)
async def test_a_kind_of_change_comes_under_its_name_to_who_asks_by_name(
    house: House, kind: ChangeKind, name: str
) -> None:
    site = await house.a_site()
    async with listening(house.alice, f"?types={name}") as stream:
        others = [a_change(house.workspace_id, site, k) for k in ChangeKind if k is not kind]
        mine = a_change(house.workspace_id, site, kind)
        await publish(house, [*others, mine])
        frame = await stream.frame()

    data = orjson.loads(frame["data"])
    assert (frame["event"], data["type"], data["id"]) == (name, name, str(mine.event_id))


async def test_an_unknown_event_type_is_refused_with_the_list(house: House) -> None:
    answer = await house.alice.get("/v1/events?types=link.lsot")

    assert answer.status == 422
    assert "link.lost" in answer.json()["detail"]


async def test_a_key_of_one_site_hears_nothing_of_another(house: House) -> None:
    mine, other = await house.a_site("mine.example"), await house.a_site("other.example")
    key = await house.a_key(sites={str(mine): "viewer"})
    async with listening(key) as stream:
        hidden = [a_change(house.workspace_id, other), a_change(new_id(), mine)]
        shown = a_change(house.workspace_id, mine)
        await publish(house, [*hidden, shown])
        frame = await stream.frame()

    assert orjson.loads(frame["data"])["id"] == str(shown.event_id)
    history = (await key.get("/v1/events/history")).json()["items"]
    assert [one["id"] for one in history] == [str(shown.event_id)]
    assert (await key.get(f"/v1/events/history?site_id={other}")).status == 404


async def test_the_stream_goes_on_after_an_event_of_the_history(house: House) -> None:
    site = await house.a_site()
    events = [a_change(house.workspace_id, site) for _ in range(3)]
    await publish(house, events)
    second = (await house.alice.get("/v1/events/history")).json()["items"][1]["id"]

    async with listening(house.alice, last_event_id=second) as stream:
        frame = await stream.frame()

    assert orjson.loads(frame["data"])["id"] == str(events[2].event_id)


async def test_a_client_never_receives_vendors_in_events(house: House) -> None:
    site = await house.a_site()
    client = await house.a_key(sites={str(site): "client"})
    promised = PlacementPromised(
        workspace_id=house.workspace_id,
        site_id=site,
        placement_id=new_id(),
        terms_seq=1,
        referring_domain="blog.example",
        vendor_id=new_id(),
    )
    await publish(house, [promised])

    whole = (await house.alice.get("/v1/events/history")).json()["items"][0]["data"]
    stripped = (await client.get("/v1/events/history")).json()["items"][0]["data"]

    assert whole["vendor_id"] == str(promised.vendor_id)
    assert "vendor_id" not in stripped
    assert stripped["referring_domain"] == "blog.example"


async def test_a_client_hears_of_no_alert(house: House) -> None:
    site = await house.a_site()
    client = await house.a_key(sites={str(site): "client"})
    alert = AlertRaised(
        workspace_id=house.workspace_id,
        site_id=site,
        alert_id=new_id(),
        rule_id=new_id(),
        rule_name="Ours",
        severity=AlertSeverity.URGENT,
        title="1 link from blog.example was lost",
        path="/alerts/1",
        deliver_at=clock.now(),
    )
    await publish(house, [alert])

    assert len((await house.alice.get("/v1/events/history")).json()["items"]) == 1
    assert (await client.get("/v1/events/history")).json()["items"] == []


async def test_a_client_hears_nothing_of_money(house: House) -> None:
    site = await house.a_site()
    client = await house.a_key(sites={str(site): "client"})
    about = {"workspace_id": house.workspace_id, "site_id": site, "referring_domain": "b.example"}
    money = {"payment_id": new_id(), "placement_id": new_id(), "amount": 9, "currency": "EUR"}
    owed = {"exchange_id": new_id(), "their_domain": "b.example", "state": "missing"}
    told = [
        PaymentDue(**about, **money, days=2),
        PaymentSettled(**about, **money),
        OfferAccepted(**about, offer_id=new_id(), placement_id=new_id(), amount=9, currency="EUR"),
        ExchangeChanged(**about, **owed),
    ]
    await publish(house, told)

    assert len((await house.alice.get("/v1/events/history")).json()["items"]) == len(told)
    assert (await client.get("/v1/events/history")).json()["items"] == []


async def test_job_progress_is_streamed_but_is_no_history(house: House) -> None:
    site = await house.a_site()
    progress = JobUpdated(
        workspace_id=house.workspace_id,
        site_id=site,
        job_id=new_id(),
        service="profile",
        kind="import",
        state=JobState.RUNNING,
    )
    async with listening(house.alice, "?types=job.updated") as stream:
        await publish(house, [progress])
        frame = await stream.frame()

    assert frame["event"] == "job.updated"
    assert (await house.alice.get("/v1/events/history")).json()["items"] == []


async def test_a_revoked_key_stops_hearing(house: House) -> None:
    site = await house.a_site()
    key = await house.a_key(workspace_role="viewer")
    key_id = (await house.alice.get("/v1/keys")).json()["items"][-1]["id"]
    async with listening(key) as stream:
        await house.alice.delete(f"/v1/keys/{key_id}")
        await publish(house, [a_change(house.workspace_id, site)])
        frame = await stream.frame()

    assert frame["event"] == "bye"


async def test_a_stream_ends_as_soon_as_the_service_begins_to_stop(house: House) -> None:
    async with listening(house.alice) as stream:
        house.app.state.readiness.drain()
        with pytest.raises(StopAsyncIteration):
            await stream.frame()


async def test_a_slow_reader_catches_up_from_the_database(house: House) -> None:
    site = await house.a_site()
    async with listening(house.alice) as stream:
        hub: Hub = house.app.state.hub
        await publish(house, [a_change(house.workspace_id, site) for _ in range(40)])
        await stream.frame()
        # What the memory holds is gone, as after thousands of events.
        hub.start(hub.newest)
        await publish(house, [a_change(house.workspace_id, site) for _ in range(1100)])
        numbers = [int((await stream.frame())["id"]) for _ in range(1139)]

    assert numbers == sorted(set(numbers))


async def test_the_history_pages_through_everything_once(house: House) -> None:
    site = await house.a_site()
    await publish(house, [a_change(house.workspace_id, site) for _ in range(7)])
    seen: list[str] = []
    path = "/v1/events/history?limit=3"
    while path:
        answer = await house.alice.get(path)
        seen += [one["id"] for one in answer.json()["items"]]
        link = answer.header("link") or ""
        path = link.partition("<")[2].partition(">")[0]

    assert len(seen) == len(set(seen)) == 7


async def test_writers_that_run_side_by_side_never_hide_an_event_from_a_reader(
    house: House,
) -> None:
    """The number is taken under a lock that lasts until the commit: order of numbers = of commits."""
    site = await house.a_site()
    first_wrote, second_started = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with house.db.begin() as tx:
            await event_log.add_events(tx, [a_change(house.workspace_id, site)])
            first_wrote.set()
            await second_started.wait()

    async def second() -> None:
        await first_wrote.wait()
        second_started.set()
        async with house.db.begin() as tx:
            await event_log.add_events(tx, [a_change(house.workspace_id, site)])
            rows = await event_log.list_after(tx, 0, limit=10)
            assert len(rows) == 2, "whoever has the higher number sees the lower one"

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        group.create_task(second())


async def test_the_same_event_twice_stands_in_the_log_once(house: House) -> None:
    event: Any = a_change(house.workspace_id, await house.a_site())
    await publish(house, [event])
    await publish(house, [event])

    assert len((await house.alice.get("/v1/events/history")).json()["items"]) == 1


def test_the_hub_tells_memory_from_what_fell_out_of_it() -> None:
    hub = Hub()
    hub.start(10)
    events = [Logged(seq, "link.changed", new_id(), None, b"{}") for seq in range(11, 5011)]
    hub.feed(events)

    assert hub.after(10, limit=5) is None
    newest = hub.after(5005, limit=3)
    assert newest is not None
    assert [event.seq for event in newest] == [5006, 5007, 5008]
    assert hub.after(5010, limit=3) == []
