"""What the crawler makes of what profile says, in any order and as often as it comes."""

import itertools
from datetime import timedelta
from uuid import UUID

import pytest

from services.crawler import handlers
from shared import clock
from shared.db import Database
from shared.events import CheckRequested, LinkUntracked, SiteDeleted, SiteUpdated
from tests.crawler.builders import SITE, WORKSPACE, DatabaseFor, a_site, a_tracked, claim


@pytest.fixture
def db(db_for: DatabaseFor) -> Database:
    return db_for("crawler")


async def watched(db: Database) -> list[UUID]:
    async with db.begin() as tx:
        rows = await tx.fetch("SELECT link_id FROM watches WHERE removed_at IS NULL")
    return [row["link_id"] for row in rows]


async def test_an_older_link_tracked_never_overwrites_a_newer_one(db: Database) -> None:
    first = a_tracked(value=1.0, tracked_seq=1)
    events = [first] + [
        first.model_copy(update={"tracked_seq": seq, "value": float(seq)}) for seq in (2, 3)
    ]
    for order in itertools.permutations(events):
        async with db.begin() as tx:
            await tx.run("TRUNCATE watches")
        for event in order:
            async with db.begin() as tx:
                await handlers.on_link_tracked([event], tx)
        async with db.begin() as tx:
            assert await tx.fetch_value("SELECT value FROM watches") == 3.0
    async with db.begin() as tx:
        await tx.run("TRUNCATE watches")
        await handlers.on_link_tracked(events[::-1], tx)
        assert await tx.fetch_value("SELECT value FROM watches") == 3.0


async def test_a_link_that_is_worth_more_is_looked_at_sooner_and_before_others(
    db: Database,
) -> None:
    now = clock.now()
    due = {"later": now + timedelta(days=8), "overdue": now - timedelta(days=1)}
    links = {name: a_tracked(f"https://{name}.example/", ever_live=True) for name in (*due, "same")}
    async with db.begin() as tx:
        await handlers.on_link_tracked(list(links.values()), tx)
        for name, moment in {**due, "same": due["overdue"]}.items():
            url = links[name].referring_url
            await tx.run("UPDATE pages SET next_check_at = $2 WHERE url = $1", url, moment)
        risen = [links[name].model_copy(update={"value": 4.0, "tracked_seq": 2}) for name in due]
        await handlers.on_link_tracked(risen, tx)
        rows = await tx.fetch("SELECT url, next_check_at FROM pages WHERE url LIKE '%.example/'")
    at = {row["url"].split("/")[2].partition(".")[0]: row["next_check_at"] for row in rows}
    assert abs(at["later"] - (now + timedelta(days=4))) < timedelta(minutes=1)
    assert at["overdue"] < at["same"] == due["overdue"]


async def test_a_link_that_was_untracked_first_stays_untracked(db: Database) -> None:
    tracked = a_tracked(tracked_seq=1)
    gone = LinkUntracked(
        link_id=tracked.link_id, workspace_id=WORKSPACE, site_id=SITE, tracked_seq=2
    )
    async with db.begin() as tx:
        await handlers.on_link_untracked([gone], tx)
        await handlers.on_link_tracked([tracked], tx)
    assert await watched(db) == []
    async with db.begin() as tx:
        again = tracked.model_copy(update={"tracked_seq": 3})
        await handlers.on_link_tracked([again], tx)
    assert await watched(db) == [tracked.link_id]


async def test_a_late_untracking_does_not_stop_a_link_that_is_tracked_again(db: Database) -> None:
    tracked = a_tracked(tracked_seq=3)
    gone = LinkUntracked(link_id=tracked.link_id, tracked_seq=2)
    async with db.begin() as tx:
        await handlers.on_link_tracked([tracked], tx)
        await handlers.on_link_untracked([gone], tx)
    assert await watched(db) == [tracked.link_id]


async def test_targets_on_the_site_are_watched_too_and_others_are_not(db: Database) -> None:
    async with db.begin() as tx:
        await handlers.on_link_tracked(
            [
                a_tracked("https://blog.example/1"),
                a_tracked("https://blog.example/2", target_url="http://www.our.example/page/"),
                a_tracked("https://blog.example/3", target_url="https://else.example/"),
            ],
            tx,
        )
    claimed = await claim(db, clock.now())
    assert set(claimed) == {"blog.example", "our.example"}
    [page] = claimed["our.example"].pages
    assert [target.site_id for target in page.targets] == [SITE]
    assert page.watches == ()


async def test_a_link_that_was_just_seen_needs_no_second_fetch(db: Database) -> None:
    known = a_tracked(target_url=None)
    async with db.begin() as tx:
        await handlers.on_link_tracked([known], tx)
        await tx.run("UPDATE pages SET next_check_at = now() + interval '7 days'")
        await tx.run("UPDATE hosts SET due_at = now() + interval '7 days'")
    found = a_tracked(known.referring_url, ever_live=True, target_url=None)
    async with db.begin() as tx:
        await handlers.on_link_tracked([found], tx)
    assert await claim(db, clock.now()) == {}
    imported = a_tracked(known.referring_url, target_url=None)
    async with db.begin() as tx:
        await handlers.on_link_tracked([imported], tx)
    assert set(await claim(db, clock.now())) == {"blog.example"}


async def test_a_request_for_an_unknown_link_does_nothing(db: Database) -> None:
    async with db.begin() as tx:
        await handlers.on_check_requested([CheckRequested(link_id=UUID(int=5))], tx)
    assert await claim(db, clock.now()) == {}


async def test_links_of_paused_and_deleted_sites_are_not_looked_at(db: Database) -> None:
    site = a_site()
    fields = site.model_dump(exclude={"event_id", "occurred_at"})
    async with db.begin() as tx:
        await handlers.on_site_created([site], tx)
        await handlers.on_link_tracked([a_tracked(target_url=None)], tx)
        paused = SiteUpdated(**(fields | {"version_no": 2, "paused": True}))
        await handlers.on_site_updated([paused], tx)
        late = SiteUpdated(**(fields | {"version_no": 1}))
        await handlers.on_site_updated([late], tx)
    assert await claim(db, clock.now()) == {}
    async with db.begin() as tx:
        await handlers.on_site_updated([SiteUpdated(**(fields | {"version_no": 3}))], tx)
    assert set(await claim(db, clock.now())) == {"blog.example"}
    async with db.begin() as tx:
        await handlers.on_site_deleted([SiteDeleted(**(fields | {"version_no": 4}))], tx)
    assert await claim(db, clock.now() + timedelta(hours=1)) == {}
