"""Recording: fenced by check_seq, one transaction with its events, discoveries once."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.crawler import handlers
from services.crawler.domain.claim import Batch, Claim, Memory, WatchRecord, WatchState
from services.crawler.domain.hazard import History
from services.crawler.domain.verdict import Watch
from services.crawler.store import records
from shared.db import Database
from shared.events import (
    LinkDiscovered,
    Observation,
    Occurrence,
    PageFacts,
    PageRead,
)
from shared.ids import new_id
from shared.vocabulary import DiscoveryReason, Outcome
from tests.crawler.builders import (
    NOW,
    SITE,
    TARGET,
    WORKSPACE,
    DatabaseFor,
    a_check,
    a_release,
    a_tracked,
    claim,
)


@pytest.fixture
async def db(db_for: DatabaseFor) -> Database:
    database = db_for("crawler")
    async with database.begin() as tx:
        await handlers.on_link_tracked([a_tracked(target_url=None)], tx)
        await tx.run("UPDATE pages SET next_check_at = $1", NOW)
        await tx.run("UPDATE hosts SET due_at = $1", NOW)
    return database


async def only_claim(db: Database) -> Claim:
    [page] = (await claim(db))["blog.example"].pages
    return page


def a_page_read(page: Claim) -> PageRead:
    facts = PageFacts(
        url=page.url,
        final_url=page.url,
        referring_domain="blog.example",
        host="blog.example",
        http_status=200,
    )
    return PageRead(
        page_id=page.page_id,
        page_key=page.page_key,
        facts_seq=page.check_seq,
        read_at=NOW,
        facts=facts,
    )


def a_discovery(page: Claim, site_id: UUID = SITE) -> LinkDiscovered:
    key = UUID(int=77)
    return LinkDiscovered(
        workspace_id=WORKSPACE,
        site_id=site_id,
        reason=DiscoveryReason.PAGE_FOUND,
        referring_url=page.url,
        page_key=page.page_key,
        target_url="https://our.example/new",
        target_key=key,
        observation=Observation(
            page_id=page.page_id,
            check_id=new_id(),
            check_seq=page.check_seq,
            checked_at=NOW,
            outcome=Outcome.FOUND,
            occurrences=(Occurrence(target_url="https://our.example/new", target_key=key),),
        ),
    )


async def record(db: Database, batch: Batch) -> int:
    async with db.begin() as tx:
        return await records.record(tx, batch)


async def published(db: Database) -> list[str]:
    async with db.begin() as tx:
        return [row["name"] for row in await tx.fetch("SELECT name FROM outbox ORDER BY id")]


async def test_a_check_is_written_with_its_events(db: Database) -> None:
    page = await only_claim(db)
    link_id = page.watches[0].watch.link_id
    watch = WatchRecord(
        link_id=link_id,
        outcome=Outcome.MISSING,
        missing_streak=1,
        missing_since=NOW,
        observation=b"{}",
    )
    check = a_check(page, watches=[watch], events=[a_page_read(page)])
    assert await record(db, Batch(checks=[check])) == 1
    assert await published(db) == ["page.read"]
    async with db.begin() as tx:
        [row] = await tx.fetch("SELECT * FROM watches JOIN pages USING (page_id)")
    assert (row["last_outcome"], row["missing_streak"], row["missing_since"]) == ("missing", 1, NOW)
    assert (row["checked_at"], row["lease_until"], row["checks"]) == (NOW, None, 1)


async def test_all_that_a_page_remembers_comes_back_with_the_next_claim(db: Database) -> None:
    host = (await claim(db))["blog.example"]
    memory = Memory(
        final_url="https://blog.example/moved",
        etag='"v1"',
        last_modified="Sun, 22 Nov 2026 08:00:00 GMT",
        fingerprint=b"fingerprint",
        facts_hash=b"facts",
        facts_at=NOW - timedelta(days=1),
        checked_at=NOW - timedelta(days=2),
        changed_at=NOW - timedelta(days=3),
        full_at=NOW - timedelta(days=4),
        short_run=1,
        failure_run=2,
        checks=3,
        rate=0.5,
        history=History(losses=4.0, expected=0.25),
    )
    check = a_check(host.pages[0], memory=memory, next_check_at=NOW, learned=History(5.0, 0.75))
    await record(db, Batch(checks=[check], hosts=[a_release(host)]))
    again = await only_claim(db)
    assert again.memory == memory
    assert (again.host_history, again.host_load) == (History(5.0, 0.75), 0.5)


async def test_all_that_a_watch_knows_comes_back_with_the_next_claim(db: Database) -> None:
    host = (await claim(db))["blog.example"]
    terms = a_tracked(
        value=3.5,
        contract=True,
        known_since=NOW - timedelta(days=9),
        tracked_seq=7,
        link_id=host.pages[0].watches[0].watch.link_id,
    )
    async with db.begin() as tx:
        await handlers.on_link_tracked([terms], tx)
    watch = WatchRecord(
        link_id=terms.link_id,
        outcome=Outcome.MISSING,
        missing_streak=1,
        missing_since=NOW - timedelta(days=1),
        observation=b"{}",
        evidence_id=new_id(),
        evidence_marks=b"marks",
    )
    check = a_check(host.pages[0], watches=[watch], next_check_at=NOW)
    await record(db, Batch(checks=[check], hosts=[a_release(host)]))
    [state] = (await only_claim(db)).watches
    assert state == WatchState(
        watch=Watch(
            link_id=terms.link_id,
            site_id=SITE,
            hosts=frozenset({"our.example"}),
            target_key=terms.target_key,
            target_url=TARGET,
        ),
        workspace_id=WORKSPACE,
        known_since=NOW - timedelta(days=9),
        value=3.5,
        contract=True,
        ever_live=False,
        tracked_seq=7,
        missing_streak=1,
        missing_since=NOW - timedelta(days=1),
        observation=b"{}",
        evidence_id=watch.evidence_id,
        evidence_marks=b"marks",
        last_outcome=Outcome.MISSING,
    )


async def test_a_check_whose_page_was_claimed_again_writes_nothing(db: Database) -> None:
    old = await only_claim(db)
    async with db.begin() as tx:
        await tx.run("UPDATE hosts SET next_free_at = '-infinity', due_at = $1", NOW)
        await tx.run("UPDATE pages SET lease_until = $1", NOW)
    new = await only_claim(db)
    stale = a_check(
        old,
        events=[a_page_read(old)],
        watches=[
            WatchRecord(
                link_id=old.watches[0].watch.link_id,
                outcome=Outcome.FOUND,
                missing_streak=0,
                missing_since=None,
            )
        ],
    )
    assert await record(db, Batch(checks=[stale])) == 0
    assert await published(db) == []
    async with db.begin() as tx:
        assert await tx.fetch_value("SELECT last_outcome FROM watches") is None
    assert await record(db, Batch(checks=[a_check(new)])) == 1


async def test_nothing_is_published_when_the_transaction_fails(db: Database) -> None:
    page = await only_claim(db)

    async def fail_late() -> None:
        async with db.begin() as tx:
            check = a_check(page, events=[a_page_read(page)])
            await records.record(tx, Batch(checks=[check]))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_late()
    assert await published(db) == []


async def test_an_observation_is_kept_until_another_comes(db: Database) -> None:
    page = await only_claim(db)
    link_id = page.watches[0].watch.link_id
    for observation in (b"first", None):
        watch = WatchRecord(
            link_id=link_id,
            outcome=Outcome.FOUND,
            missing_streak=0,
            missing_since=None,
            observation=observation,
        )
        await record(db, Batch(checks=[a_check(page, watches=[watch])]))
    async with db.begin() as tx:
        assert await tx.fetch_value("SELECT observation FROM watches") == b"first"


async def test_a_link_is_discovered_once_for_each_site(db: Database) -> None:
    page = await only_claim(db)
    both = [a_discovery(page), a_discovery(page, UUID(int=9)), a_discovery(page)]
    await record(db, Batch(checks=[a_check(page, discoveries=both)]))
    assert await published(db) == ["link.discovered"] * 2
    await record(db, Batch(checks=[a_check(page, discoveries=both)]))
    assert await published(db) == ["link.discovered"] * 2
