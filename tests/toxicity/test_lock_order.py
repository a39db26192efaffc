"""Consumers that touch the same links at once wait for each other, and never in a circle."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from typing_extensions import override

from services.toxicity.app import subscribe
from shared.bus import Delivery, Source
from shared.consumer import Consumer
from shared.db import Database, Tx
from shared.events import Event, SiteCreated
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import LinkStatus
from tests.fakes import RecordingBus
from tests.toxicity.builders import a_change, a_check, a_read
from tests.waiting import eventually

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Given(Source):
    """A queue that holds one batch."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events

    @override
    async def wait(self) -> None:
        """Return at once: the batch is there."""

    @override
    def wake(self) -> None:
        """Do nothing: nobody waits."""

    @override
    async def take(self, tx: Tx) -> Sequence[Delivery]:
        return [Delivery(body=event.encode()) for event in self._events]

    @override
    async def acknowledge(self) -> None:
        """Do nothing: nobody else holds the batch."""

    @override
    def release(self) -> None:
        """Do nothing: a batch that could not be handled fails the test."""


async def take(database: Database, events: Sequence[Event]) -> None:
    """What the service's consumer does with a batch."""
    consumer = subscribe(Consumer("toxicity", db=database, bus=RecordingBus()))
    await consumer.step("toxicity.bulk", Given(events))


async def waiting(database: Database) -> int:
    async with database.begin() as tx:
        return int(await tx.fetch_value(_WAITING))


async def test_a_check_with_a_page_and_a_change_never_wait_in_a_circle(
    database: Database, site: SiteCreated
) -> None:
    """The check locks a later link than the page of the same batch; the change locks both."""
    early, late = sorted([new_id(), new_id()])
    page, other = "https://one.example/post", "https://two.example/post"
    on_page = a_check(site, link_id=early, page=page)
    elsewhere = a_check(site, link_id=late, page=other)
    await take(database, [on_page, elsewhere])
    bulk = [
        a_check(site, link_id=late, page=other, seq=2),
        a_read(page),
        a_read(other),
    ]
    changes: list[Event] = [
        a_change(one, LinkStatus.LIVE, page=where)
        for one, where in ((on_page, page), (elsewhere, other))
    ]
    async with asyncio.TaskGroup() as group, AsyncExitStack() as held:
        tx = await held.enter_async_context(database.begin())
        await tx.run("SELECT 1 FROM pages WHERE page_id = $1 FOR UPDATE", page_id(page))
        group.create_task(take(database, bulk))
        await eventually(lambda: waits(database, 1), what="the bulk batch waits for the page")
        other_task = group.create_task(take(database, changes))
        await eventually(lambda: done_or_waits(other_task, database), what="the changes got on")
    async with database.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM links WHERE scored_at IS NOT NULL") == 2


async def waits(database: Database, count: int) -> bool:
    return await waiting(database) >= count


async def done_or_waits(task: asyncio.Task[None], database: Database) -> bool:
    return task.done() or await waits(database, 2)


async def test_many_consumers_at_once_never_wait_in_a_circle(
    database: Database, site: SiteCreated
) -> None:
    """Every batch touches every link, every page and every count, in another order."""
    pages = [f"https://host{number}.example/post" for number in range(12)]
    checks = [a_check(site, page=page) for page in pages]
    await take(database, checks)
    for round_no in range(2, 8):
        again = [
            a_check(
                site,
                link_id=check.link_id,
                page=page,
                seq=round_no,
                anchor_text=f"words {round_no}",
            )
            for check, page in zip(checks, pages, strict=True)
        ]
        reads = [a_read(page, seq=round_no, title=f"{round_no}") for page in pages]
        statuses = (LinkStatus.LOST, LinkStatus.LIVE)
        changes = [
            a_change(check, statuses[round_no % 2], page=page)
            for check, page in zip(checks, pages, strict=True)
        ]
        mixed: list[Event] = [
            one for pair in zip(again, reversed(reads), strict=True) for one in pair
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(take(database, mixed[: len(mixed) // 2]))
            group.create_task(take(database, mixed[: len(mixed) // 2 - 1 : -1]))
            group.create_task(take(database, [*changes[::-1], site]))
    async with database.begin() as tx:
        counted = await tx.fetch_value("SELECT sum(links) FROM domain_counts")
        assert counted == await tx.fetch_value("SELECT count(counted_domain) FROM links")
