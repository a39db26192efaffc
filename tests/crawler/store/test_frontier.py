"""Claims: due pages of free hosts, leased, numbered, and never more than their host wants."""

import asyncio
from datetime import timedelta

import pytest

from services.crawler import handlers
from services.crawler.domain.claim import Batch
from services.crawler.store import records, watches
from services.crawler.store.frontier import ClaimLimits
from shared.db import Database
from shared.events import LinkTracked
from tests.crawler.builders import (
    NOW,
    DatabaseFor,
    a_check,
    a_release,
    a_tracked,
    claim,
)


@pytest.fixture
def db(db_for: DatabaseFor) -> Database:
    return db_for("crawler")


async def track(db: Database, *events: LinkTracked) -> None:
    async with db.begin() as tx:
        await handlers.on_link_tracked(events, tx)
        # The clock of the handlers is the machine's; the tests have their own.
        await tx.run("UPDATE pages SET next_check_at = $1 WHERE next_check_at <> 'infinity'", NOW)
        await tx.run("UPDATE hosts SET due_at = $1", NOW)


def pages_on(host: str, count: int) -> list[LinkTracked]:
    return [a_tracked(f"https://{host}/{n}", target_url=None) for n in range(count)]


async def test_a_tracked_link_is_due_at_once_and_claimed_with_its_watch(db: Database) -> None:
    event = a_tracked(contract=True, value=3.5)
    await track(db, event)
    claimed = await claim(db)
    [page] = claimed["blog.example"].pages
    assert page.url == "https://blog.example/post"
    assert page.page_key == event.page_key
    [watch] = page.watches
    assert (watch.watch.link_id, watch.watch.target_key) == (event.link_id, event.target_key)
    assert (watch.contract, watch.value) == (True, 3.5)
    assert watch.watch.hosts == frozenset({"our.example"})


async def test_links_of_one_page_are_one_claim_whatever_the_spelling(db: Database) -> None:
    await track(
        db,
        a_tracked("https://blog.example/post"),
        a_tracked("http://www.blog.example/post/?utm_source=x", target_url=None),
    )
    [page] = (await claim(db))["blog.example"].pages
    assert len(page.watches) == 2


async def test_a_claimed_page_is_not_claimed_again_before_its_lease_ends(db: Database) -> None:
    await track(db, *pages_on("blog.example", 1))
    [first] = (await claim(db))["blog.example"].pages
    assert await claim(db, NOW + timedelta(seconds=100)) == {}
    [again] = (await claim(db, first.lease_until + timedelta(seconds=1)))["blog.example"].pages
    assert again.page_id == first.page_id
    assert again.check_seq > first.check_seq


async def test_two_workers_never_claim_the_same_page(db: Database) -> None:
    await track(db, *(event for n in range(40) for event in pages_on(f"h{n}.example", 3)))
    limits = ClaimLimits(floor_s=0, hosts=10)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(claim(db, limits=limits)) for _ in range(4)]
    claimed = [p.page_id for task in tasks for h in task.result().values() for p in h.pages]
    assert len(claimed) == len(set(claimed)) > 0


async def test_a_host_gives_as_many_pages_as_fit_its_pace(db: Database) -> None:
    await track(db, *pages_on("slow.example", 30), *pages_on("fast.example", 30))
    async with db.begin() as tx:
        await tx.run("UPDATE hosts SET delay_s = 5 WHERE host = 'slow.example'")
    claimed = await claim(db, limits=ClaimLimits(floor_s=1, window_s=10))
    assert len(claimed["slow.example"].pages) == 2
    assert len(claimed["fast.example"].pages) == 10
    assert claimed["slow.example"].pace.delay_s == 5


async def test_a_host_that_a_worker_holds_is_left_alone(db: Database) -> None:
    await track(db, *pages_on("blog.example", 30))
    held = (await claim(db))["blog.example"]
    assert held.held
    assert await claim(db) == {}
    done = Batch(checks=[a_check(page) for page in held.pages])
    free_at = NOW + timedelta(seconds=11)
    done.hosts.append(a_release(held, delay_s=1.0, free_at=free_at))
    async with db.begin() as tx:
        assert await records.record(tx, done) == 10
    assert await claim(db, NOW + timedelta(seconds=10)) == {}
    assert len((await claim(db, free_at))["blog.example"].pages) == 10


async def test_without_a_delay_a_host_is_not_held(db: Database) -> None:
    await track(db, *pages_on("blog.example", 30))
    limits = ClaimLimits(floor_s=0, per_host=20)
    assert len((await claim(db, limits=limits))["blog.example"].pages) == 20
    assert len((await claim(db, limits=limits))["blog.example"].pages) == 10
    assert await claim(db, limits=limits) == {}


async def test_busy_hosts_do_not_hide_free_ones(db: Database) -> None:
    await track(db, *pages_on("big.example", 200), *pages_on("small.example", 1))
    async with db.begin() as tx:
        await tx.run(
            "UPDATE hosts SET next_free_at = $1 WHERE host = 'big.example'",
            NOW + timedelta(hours=1),
        )
    assert set(await claim(db, limits=ClaimLimits(hosts=1))) == {"small.example"}


async def test_every_page_is_claimed_in_the_end(db: Database) -> None:
    await track(db, *(event for n in range(7) for event in pages_on(f"h{n}.example", 13)))
    limits = ClaimLimits(floor_s=0, pages=10, per_host=4, hosts=3)
    seen = set()
    for _ in range(40):
        claimed = await claim(db, limits=limits)
        seen |= {page.page_id for host in claimed.values() for page in host.pages}
    assert len(seen) == 91


async def test_a_page_that_nobody_watches_comes_to_rest_and_wakes_when_tracked(
    db: Database,
) -> None:
    [event] = pages_on("blog.example", 1)
    await track(db, event)
    async with db.begin() as tx:
        await tx.run("UPDATE watches SET removed_at = now()")
    assert await claim(db) == {}
    async with db.begin() as tx:
        assert await tx.fetch_value("SELECT next_check_at = 'infinity' FROM pages")
    await track(db, event.model_copy(update={"tracked_seq": 2, "ever_live": True}))
    assert set(await claim(db)) == {"blog.example"}


async def test_a_requested_look_comes_before_the_backlog_of_its_host(db: Database) -> None:
    events = pages_on("blog.example", 30)
    await track(db, *events)
    async with db.begin() as tx:
        await watches.request_checks(tx, [events[17].link_id], NOW)
    [page] = (await claim(db, limits=ClaimLimits(window_s=1)))["blog.example"].pages
    assert page.page_key == events[17].page_key


async def test_a_requested_look_comes_before_the_backlog_of_other_hosts(db: Database) -> None:
    wanted = pages_on("wanted.example", 1)
    await track(db, *wanted, *(event for n in range(5) for event in pages_on(f"h{n}.example", 1)))
    async with db.begin() as tx:
        await tx.run("UPDATE hosts SET due_at = $1", NOW - timedelta(days=2))
        await tx.run(
            "UPDATE hosts SET next_free_at = $1 WHERE host = 'wanted.example'",
            NOW - timedelta(minutes=1),
        )
        await watches.request_checks(tx, [wanted[0].link_id], NOW)
    assert set(await claim(db, limits=ClaimLimits(hosts=1))) == {"wanted.example"}


async def test_a_host_with_very_many_due_pages_lets_the_others_have_their_turn(
    db: Database,
) -> None:
    await track(db, *pages_on("giant.example", 400), *pages_on("small.example", 3))
    limits = ClaimLimits(hosts=1, floor_s=1)
    turns = []
    for second in range(0, 60, 12):
        now = NOW + timedelta(seconds=second)
        [host] = (await claim(db, now, limits)).values()
        turns.append(host.host)
        done = Batch(checks=[a_check(page) for page in host.pages])
        done.hosts.append(a_release(host, free_at=now + timedelta(seconds=11)))
        async with db.begin() as tx:
            await records.record(tx, done)
    assert sorted(turns) == ["giant.example"] * 4 + ["small.example"]


async def test_the_pages_of_a_worker_that_died_are_claimed_when_their_leases_end(
    db: Database,
) -> None:
    await track(db, *pages_on("fast.example", 3), *pages_on("slow.example", 3))
    async with db.begin() as tx:
        await tx.run("UPDATE hosts SET delay_s = 2 WHERE host = 'slow.example'")
    dead = await claim(db, limits=ClaimLimits(floor_s=0))
    end = max(page.lease_until for host in dead.values() for page in host.pages)
    assert await claim(db, limits=ClaimLimits(floor_s=0)) == {}
    again = await claim(db, end, ClaimLimits(floor_s=0))
    assert {name: len(host.pages) for name, host in again.items()} == {
        "fast.example": 3,
        "slow.example": 3,
    }


async def test_replicas_with_shards_have_hosts_of_their_own_and_miss_none(db: Database) -> None:
    await track(db, *(event for n in range(30) for event in pages_on(f"h{n}.example", 1)))
    shares = [set(await claim(db, limits=ClaimLimits(shard=n, shards=3))) for n in range(3)]
    assert all(len(share) >= 5 for share in shares)
    assert sum(map(len, shares)) == len(set().union(*shares)) == 30


async def test_a_look_that_is_requested_during_a_check_comes_right_after_it(db: Database) -> None:
    [event] = pages_on("blog.example", 1)
    await track(db, event)
    host = (await claim(db))["blog.example"]
    async with db.begin() as tx:
        await watches.request_checks(tx, [event.link_id], NOW)
    assert await claim(db) == {}
    done = Batch(checks=[a_check(host.pages[0])], hosts=[a_release(host)])
    async with db.begin() as tx:
        await records.record(tx, done)
    assert set(await claim(db)) == {"blog.example"}


async def test_pages_that_are_given_back_are_due_again(db: Database) -> None:
    await track(db, *pages_on("blog.example", 1))
    host = (await claim(db))["blog.example"]
    later = NOW + timedelta(hours=1)
    batch = Batch(given_back=[(host.pages[0], later)], hosts=[a_release(host)])
    async with db.begin() as tx:
        await records.record(tx, batch)
    assert await claim(db) == {}
    assert set(await claim(db, later)) == {"blog.example"}
