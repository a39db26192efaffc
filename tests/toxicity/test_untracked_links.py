"""Links that are deleted or merged in profile leave the scores, the counts and the sums."""

from services.toxicity import handlers, jobs
from services.toxicity.store import reads
from shared.db import Database, Tx
from shared.events import LinkChecked, LinkScored, LinkUntracked, SiteCreated
from shared.vocabulary import Band
from tests.toxicity.builders import a_check, a_farm_read, a_read
from tests.toxicity.conftest import published, row_of

COUNTS = "SELECT links, followed_links, exact_links FROM domain_counts"


def gone(check: LinkChecked, *, tracked_seq: int = 2) -> LinkUntracked:
    return LinkUntracked(
        workspace_id=check.workspace_id,
        site_id=check.site_id,
        link_id=check.link_id,
        tracked_seq=tracked_seq,
    )


def tracked(check: LinkChecked, *, tracked_seq: int, check_seq: int) -> LinkChecked:
    """The same look, made while this tracking was in force."""
    seen = check.observation.model_copy(update={"check_seq": check_seq})
    return check.model_copy(update={"tracked_seq": tracked_seq, "observation": seen})


async def test_an_untracked_link_leaves_the_sums_and_the_counts(tx: Tx, site: SiteCreated) -> None:
    assert site.site_id is not None
    one = a_check(site, anchor_text="garden furniture")
    two = a_check(site, anchor_text="garden furniture")
    await handlers.on_events([a_read(), one, two], tx)
    assert (await reads.sum_site(tx, site.site_id)).judged == 2
    await handlers.on_events([gone(one)], tx)
    assert (await reads.sum_site(tx, site.site_id)).judged == 1
    assert tuple((await tx.fetch(COUNTS))[0]) == (1, 1, 1)
    row = await row_of(tx, one.link_id)
    assert (row["facts"], row["band"], row["explanation"]) == (None, None, None)


async def test_an_untracked_link_is_not_judged_by_what_comes_late(
    database: Database, site: SiteCreated
) -> None:
    """The check and the page were published before the link was deleted, and come after."""
    check = a_check(site)
    async with database.begin() as tx:
        await handlers.on_events([gone(check)], tx)
        await handlers.on_events([tracked(check, tracked_seq=1, check_seq=1), a_read()], tx)
    while await jobs.walk_once(database):
        pass
    async with database.begin() as tx:
        assert await published(tx, LinkScored) == []
        assert await tx.fetch(COUNTS) == []


async def test_a_link_that_is_tracked_again_is_judged_again(tx: Tx, site: SiteCreated) -> None:
    check = a_check(site, anchor_text="online casino", hidden=True)
    await handlers.on_events([a_farm_read(), tracked(check, tracked_seq=1, check_seq=1)], tx)
    await handlers.on_events([gone(check, tracked_seq=2)], tx)
    await handlers.on_events([tracked(check, tracked_seq=3, check_seq=2)], tx)
    assert (await row_of(tx, check.link_id))["band"] == Band.PROPOSE_DISAVOW
    assert [one.scored_seq for one in await published(tx, LinkScored)] == [1, 2]
    assert tuple((await tx.fetch(COUNTS))[0]) == (1, 1, 0)


async def test_an_old_word_that_a_link_is_gone_changes_nothing(tx: Tx, site: SiteCreated) -> None:
    check = a_check(site)
    await handlers.on_events([a_read(), tracked(check, tracked_seq=3, check_seq=1)], tx)
    await handlers.on_events([gone(check, tracked_seq=2)], tx)
    assert (await row_of(tx, check.link_id))["band"] == Band.OK
