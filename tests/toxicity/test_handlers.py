"""Events in, rows and events out, on a real PostgreSQL."""

import asyncio
import itertools

from hypothesis import given
from hypothesis import strategies as st

from services.toxicity import handlers, jobs
from services.toxicity.domain.crossing import crosses, last_known
from services.toxicity.store import scores
from shared.db import Database, Tx
from shared.events import (
    LinkAdopted,
    LinkScored,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
    ToxicityChanged,
)
from shared.ids import new_id
from shared.vocabulary import Action, Band, LinkStatus, Outcome, Reason
from tests.toxicity.builders import (
    NOON,
    a_change,
    a_check,
    a_farm_read,
    a_read,
    a_site,
)
from tests.toxicity.conftest import CountingTx, published, row_of


async def test_a_link_is_judged_when_the_page_comes_last(tx: Tx, site: SiteCreated) -> None:
    check = a_check(site, anchor_text="online casino", hidden=True)
    await handlers.on_events([check], tx)
    assert await published(tx, LinkScored) == []
    await handlers.on_events([a_farm_read()], tx)
    (scored,) = await published(tx, LinkScored)
    assert (scored.link_id, scored.scored_seq) == (check.link_id, 1)
    assert (scored.band, scored.action) == (Band.PROPOSE_DISAVOW, Action.PROPOSE_DISAVOW)
    assert (scored.site_id, scored.workspace_id) == (site.site_id, site.workspace_id)


async def test_a_link_is_judged_when_the_check_comes_last(tx: Tx, site: SiteCreated) -> None:
    await handlers.on_events([a_read()], tx)
    await handlers.on_events([a_check(site)], tx)
    (scored,) = await published(tx, LinkScored)
    assert scored.band is Band.OK


async def test_a_link_that_was_found_beside_another_is_judged_at_once(
    tx: Tx, site: SiteCreated
) -> None:
    check = a_check(site, anchor_text="online casino", hidden=True)
    adopted = LinkAdopted(
        workspace_id=check.workspace_id,
        site_id=check.site_id,
        link_id=check.link_id,
        observation=check.observation,
    )
    await handlers.on_events([a_farm_read(), adopted], tx)
    assert (await row_of(tx, check.link_id))["band"] == Band.PROPOSE_DISAVOW
    assert len(await published(tx, LinkScored)) == 1


async def test_a_check_and_a_page_that_come_at_once_miss_nothing(
    database: Database, site: SiteCreated
) -> None:
    for number in range(20):
        page = f"https://host{number}.posts.example/post"
        check = a_check(site, page=page)

        async def in_own_transaction(handler: object, event: object) -> None:
            async with database.begin() as tx:
                await handler([event], tx)  # type: ignore[operator]

        async with asyncio.TaskGroup() as group:
            group.create_task(in_own_transaction(handlers.on_events, check))
            group.create_task(in_own_transaction(handlers.on_events, a_read(page)))
        async with database.begin() as tx:
            assert (await row_of(tx, check.link_id))["band"] == Band.OK


async def test_a_recheck_that_sees_the_same_publishes_nothing(tx: Tx, site: SiteCreated) -> None:
    link_id = new_id()
    await handlers.on_events([a_read()], tx)
    await handlers.on_events([a_check(site, link_id=link_id)], tx)
    await handlers.on_events([a_check(site, link_id=link_id, seq=2)], tx)
    await handlers.on_events([a_read(seq=2)], tx)
    assert len(await published(tx, LinkScored)) == 1
    assert (await row_of(tx, link_id))["check_seq"] == 2


async def test_a_new_score_counts_up_and_a_crossed_band_is_told(tx: Tx, site: SiteCreated) -> None:
    link_id = new_id()
    await handlers.on_events([a_read()], tx)
    await handlers.on_events([a_check(site, link_id=link_id)], tx)
    worse = a_check(site, link_id=link_id, seq=2, anchor_text="online casino", hidden=True)
    await handlers.on_events([worse], tx)
    assert [one.scored_seq for one in await published(tx, LinkScored)] == [1, 2]
    (crossed,) = await published(tx, ToxicityChanged)
    assert (crossed.from_band, crossed.to_band) == (Band.OK, Band.REVIEW)


async def test_what_was_known_before_nothing_was_seen_is_compared_with(
    tx: Tx, site: SiteCreated
) -> None:
    link_id = new_id()
    await handlers.on_events([a_read(), a_check(site, link_id=link_id)], tx)
    # As it stands when so little is seen of a link that nothing can be said.
    await tx.run("UPDATE links SET band = 'insufficient_data', score = NULL")
    worse = a_check(site, link_id=link_id, seq=2, anchor_text="online casino", hidden=True)
    await handlers.on_events([worse], tx)
    (crossed,) = await published(tx, ToxicityChanged)
    assert (crossed.from_band, crossed.to_band) == (Band.OK, Band.REVIEW)


@given(st.lists(st.sampled_from(Band)))
def test_each_way_from_one_known_band_to_another_is_told_once(bands: list[Band]) -> None:
    known: Band | None = None
    told = []
    for band in bands:
        if crosses(known, band):
            told.append((known, band))
        known = last_known(known, band)
    seen = [band for band in bands if band is not Band.INSUFFICIENT_DATA]
    assert told == [(old, new) for old, new in itertools.pairwise(seen) if old is not new]


async def test_a_first_score_crosses_no_band(tx: Tx, site: SiteCreated) -> None:
    missing = a_check(site, outcome=Outcome.MISSING, reasons=(Reason.LINK_REMOVED,))
    await handlers.on_events([missing], tx)
    found = a_check(site, link_id=missing.link_id, seq=2, anchor_text="online casino", hidden=True)
    await handlers.on_events([a_farm_read()], tx)
    await handlers.on_events([found], tx)
    bands = [one.band for one in await published(tx, LinkScored)]
    assert bands == [Band.INSUFFICIENT_DATA, Band.PROPOSE_DISAVOW]
    assert await published(tx, ToxicityChanged) == []


async def test_a_look_that_failed_does_not_make_a_link_worse(tx: Tx, site: SiteCreated) -> None:
    await handlers.on_events([a_read()], tx)
    check = a_check(site)
    await handlers.on_events([check], tx)
    before = await row_of(tx, check.link_id)
    blocked = a_check(
        site, link_id=check.link_id, seq=2, outcome=Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,)
    )
    await handlers.on_events([blocked], tx)
    after = await row_of(tx, check.link_id)
    assert (after["score"], after["band"]) == (before["score"], before["band"])
    assert after["last_reasons"] == ["timeout"]


async def test_order_and_doubles_of_checks_do_not_matter(tx: Tx, site: SiteCreated) -> None:
    await handlers.on_events([a_farm_read()], tx)
    for order in itertools.permutations(range(4)):
        link_id = new_id()
        gone, late = (Reason.LINK_REMOVED,), (Reason.TIMEOUT,)
        checks = [
            a_check(site, link_id=link_id, seq=1, anchor_text="one"),
            a_check(site, link_id=link_id, seq=2, anchor_text="online casino", hidden=True),
            a_check(site, link_id=link_id, seq=3, outcome=Outcome.MISSING, reasons=gone),
            a_check(site, link_id=link_id, seq=4, outcome=Outcome.UNKNOWN, reasons=late),
        ]
        for number in order:
            await handlers.on_events([checks[number], checks[number]], tx)
        row = await row_of(tx, link_id)
        assert (row["check_seq"], row["found_seq"], row["last_reasons"]) == (4, 2, ["timeout"])
        assert row["band"] == Band.PROPOSE_DISAVOW


async def test_old_facts_of_a_page_change_nothing(tx: Tx, site: SiteCreated) -> None:
    check = a_check(site, anchor_text="online casino", hidden=True)
    await handlers.on_events([check], tx)
    await handlers.on_events([a_farm_read(seq=5)], tx)
    await handlers.on_events([a_read(seq=4)], tx)
    assert (await row_of(tx, check.link_id))["band"] == Band.PROPOSE_DISAVOW


async def test_a_lost_link_needs_no_action_and_a_recovered_one_is_judged_again(
    tx: Tx, site: SiteCreated
) -> None:
    check = a_check(site, anchor_text="online casino", hidden=True)
    await handlers.on_events([a_farm_read()], tx)
    await handlers.on_events([check], tx)
    lost, live = a_change(check, LinkStatus.LOST), a_change(check, LinkStatus.LIVE)
    await handlers.on_events([lost], tx)
    assert (await row_of(tx, check.link_id))["action"] == Action.NO_ACTION_NEEDED
    await handlers.on_events([live], tx)
    await handlers.on_events([lost], tx)
    assert (await row_of(tx, check.link_id))["action"] == Action.PROPOSE_DISAVOW


async def test_a_domain_with_a_placement_is_never_proposed(tx: Tx, site: SiteCreated) -> None:
    placed, other = a_check(site), a_check(site, anchor_text="online casino", hidden=True)
    await handlers.on_events([a_farm_read()], tx)
    change = a_change(placed, LinkStatus.LIVE, placement_id=new_id())
    await handlers.on_events([change], tx)
    await handlers.on_events([placed, other], tx)
    assert (await row_of(tx, other.link_id))["band"] == Band.REVIEW


async def test_a_partner_is_never_proposed(tx: Tx) -> None:
    site = a_site(partners=("posts.example",))
    await handlers.on_events([site], tx)
    check = a_check(site, anchor_text="online casino", hidden=True)
    await handlers.on_events([a_farm_read()], tx)
    await handlers.on_events([check], tx)
    assert (await row_of(tx, check.link_id))["band"] == Band.REVIEW


async def test_links_that_come_before_their_site_are_judged_by_the_walk(
    database: Database,
) -> None:
    site = a_site()
    check = a_check(site)
    async with database.begin() as tx:
        await handlers.on_events([a_read()], tx)
        await handlers.on_events([check], tx)
        assert (await row_of(tx, check.link_id))["scored_seq"] == 0
        await handlers.on_events([site], tx)
    assert await jobs.walk_once(database)
    assert not await jobs.walk_once(database)
    async with database.begin() as tx:
        assert (await row_of(tx, check.link_id))["band"] == Band.OK


async def test_new_names_of_a_site_have_its_links_judged_again(
    database: Database, site: SiteCreated
) -> None:
    await jobs.walk_once(database)
    check = a_check(site, anchor_text="casino royale tours")
    async with database.begin() as tx:
        await handlers.on_events([a_read()], tx)
        await handlers.on_events([check], tx)
        before = await row_of(tx, check.link_id)
        fields = site.model_dump(exclude={"event_id", "brands", "version_no"})
        update = SiteUpdated(**fields, brands=("Casino Royale Tours",), version_no=2)
        await handlers.on_events([update], tx)
    assert await jobs.walk_once(database)
    async with database.begin() as tx:
        after = await row_of(tx, check.link_id)
    assert before["score"] > after["score"]


async def test_an_old_snapshot_does_not_overwrite_a_newer_one(tx: Tx) -> None:
    site = a_site(version_no=3)
    await handlers.on_events([site], tx)
    older = SiteUpdated(
        **site.model_dump(exclude={"event_id", "version_no", "domain"}),
        domain="old.example",
        version_no=2,
    )
    await handlers.on_events([older], tx)
    assert await tx.fetch_value("SELECT domain FROM sites") == "acme.example"


async def test_the_links_of_a_deleted_site_are_forgotten(
    database: Database, site: SiteCreated
) -> None:
    async with database.begin() as tx:
        await handlers.on_events([a_read()], tx)
        await handlers.on_events([a_check(site), a_check(site)], tx)
        gone = SiteDeleted(**site.model_dump(exclude={"event_id", "version_no"}), version_no=2)
        await handlers.on_events([gone], tx)
    while await jobs.walk_once(database):
        pass
    async with database.begin() as tx:
        for table in ("links", "site_counts", "domain_counts", "anchor_domains"):
            assert await tx.fetch_value(f"SELECT count(*) FROM {table}") == 0


async def test_overused_anchors_are_seen_again_when_the_site_has_grown(
    database: Database, site: SiteCreated
) -> None:
    """The first links of a site are judged before anybody knows that all of them say the same."""
    await jobs.walk_once(database)
    pages = [f"https://site{number}.example/post" for number in range(60)]
    checks = [a_check(site, page=page, anchor_text="garden furniture") for page in pages]
    async with database.begin() as tx:
        for check, page in zip(checks, pages, strict=True):
            await handlers.on_events([a_read(page)], tx)
            await handlers.on_events([check], tx)
        first = (await row_of(tx, checks[0].link_id))["milli"]
    while await jobs.walk_once(database):
        pass
    async with database.begin() as tx:
        assert (await row_of(tx, checks[0].link_id))["milli"] > first
        counted = await tx.fetch("SELECT domains, exact_domains FROM site_counts")
        assert dict(counted[0]) == {"domains": 60, "exact_domains": 60}


async def test_counts_follow_changes_of_links(tx: Tx, site: SiteCreated) -> None:
    await handlers.on_events([a_read()], tx)
    one = a_check(site, anchor_text="garden furniture")
    two = a_check(site, anchor_text="garden furniture", rel=("nofollow",))
    await handlers.on_events([one, two], tx)
    counts = "SELECT links, followed_links, exact_links FROM domain_counts"
    assert tuple((await tx.fetch(counts))[0]) == (2, 1, 1)
    await handlers.on_events([a_change(one, LinkStatus.LOST)], tx)
    assert tuple((await tx.fetch(counts))[0]) == (1, 0, 0)
    totals = await tx.fetch("SELECT domains, exact_domains FROM site_counts")
    assert tuple(totals[0]) == (0, 0)
    assert await tx.fetch_value("SELECT sum(domains)::int FROM anchor_counts") == 0


async def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(
    database: Database, site: SiteCreated
) -> None:
    counted = []
    for size in (2, 40):
        pages = [f"https://size{size}-{number}.example/post" for number in range(size)]
        async with database.begin() as tx:
            await handlers.on_events([a_read(page) for page in pages], tx)
        async with database.begin() as tx:
            checks = [a_check(site, page=page) for page in pages]
            statements = CountingTx(tx)
            await handlers.on_events(checks, statements)
            counted.append(statements.count)
    assert counted[0] == counted[1] <= 12


async def test_scoring_without_links_does_nothing(tx: Tx) -> None:
    assert await scores.score_links(tx, [], now=NOON) == 0
    await handlers.on_events([], tx)
    await handlers.on_events([], tx)
