"""What searches found, as an editor reads it and goes on from it in a real browser."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from services.crawler.domain.discovery.candidates import Candidate, CandidateState, Sender
from services.crawler.store import candidates, findings, sites
from services.crawler.store.findings import MentionSeen
from services.outreach import handlers
from shared import clock, urls
from shared.db import Database
from shared.events import SiteCreated, SiteHost
from shared.vocabulary import DiscoveryReason
from tests.console.browser import no_barriers
from tests.console.house import House
from tests.gateway.product import made
from tests.outreach.test_opportunities import GARDEN, MONEY, judged, surveyed

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def furnish(house: House) -> None:
    """Let a search have found a page that links, a page that only names the site, and a sender."""
    now, post = clock.now(), "https://fan.example/post"
    async with house.crawler.begin() as tx:
        site = await sites.find_searched(tx, UUID(house.site_id))
        assert site is not None
        seen = Candidate(url=post, reason=DiscoveryReason.REFERER, hits=4)
        await candidates.add_candidates(tx, site, [seen], now)
        states = [(seen.page_key, CandidateState.LINKED)]
        await candidates.save_states(tx, site.site_id, states, now)
        quiet = Sender(
            domain="quiet.example",
            target_url="https://acme.example/pricing",
            hits=7,
            first_seen_at=now - timedelta(days=2),
            last_seen_at=now,
        )
        await findings.add_senders(tx, site, [quiet], now)
        named = MentionSeen(
            page_key=urls.page_id("https://names.example/best"),
            url="https://names.example/best",
            domain="names.example",
            title="The best chairs",
            term="Acme Home",
            sentence="We sat on chairs of Acme Home.",
        )
        await findings.save_mentions(tx, site, [named], [], now)


async def test_what_was_discovered_is_told_and_a_mention_becomes_a_prospect(
    house: House, page: Page, tmp_path: Path
) -> None:
    await furnish(house)
    await page.goto(house.screen("discover"))
    senders = page.get_by_role("table", name="Domains that send readers from unknown pages")
    await expect(senders.get_by_role("row").nth(1)).to_contain_text("quiet.example")
    looked = page.get_by_role("table", name="Pages that were looked at")
    await expect(looked.get_by_role("row").nth(1)).to_contain_text("Links to you")
    await no_barriers(page, phone=True)

    await page.get_by_role("button", name="Ask for a link", exact=True).click()
    await expect(page.get_by_text("It is a prospect now.", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Search this file", exact=True).click()
    await expect(page.get_by_text("Send a log or an archive").first).to_be_visible()
    log = tmp_path / "access.log"
    log.write_text("no line of a log\n", encoding="utf-8")
    await page.get_by_label("Log or archive", exact=True).set_input_files(log)
    await page.get_by_role("button", name="Search this file", exact=True).click()
    search = page.get_by_role("region", name="Search", exact=True)
    await search.get_by_role("button", name="Stop", exact=True).click()
    await expect(search).to_contain_text("Cancelled")
    await no_barriers(page)


async def tell_outreach(house: House, url: str) -> None:
    """What the crawler would: a page on the subject links to an address that is dead at two looks."""
    database = Database(url, schema="outreach", pool_size=2)
    try:
        async with database.begin() as tx:
            workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
            site = SiteCreated(
                workspace_id=workspace_id,
                site_id=UUID(house.site_id),
                version_no=9,
                domain="acme.example",
                domains=(SiteHost(host="acme.example"),),
                keywords=("roses", "pruning", "hedges"),
            )
            await handlers.on_site_created([site], tx)
            for domain in ("rose.example", "bank.example"):
                links, words = f"https://{domain}/links", GARDEN if domain[0] == "r" else MONEY
                await handlers.on_page_surveyed([surveyed(site, links, words)], tx)
                await handlers.on_outlink_judged([judged(site, links)], tx)
    finally:
        await database.close()


async def test_a_dead_link_is_shown_with_both_looks_and_accepted_or_dismissed(
    house: House, page: Page, module_url: str
) -> None:
    own = {"pages": [{"url": "https://acme.example/how-to-prune-roses", "title": "Pruning roses"}]}
    await made(house.owner, f"{house.api}/pages", own)
    await tell_outreach(house, module_url)
    await page.goto(house.screen("opportunities"))
    card = page.get_by_role("article", name="gone.example/pruning-guide", exact=True)
    await expect(card).to_contain_text(
        "2 pages on 2 domains link to it, 1 of them near your topic."
    )
    await expect(card).to_contain_text("Read the pruning guide first.")
    await expect(card).to_contain_text("Yours that fits: Pruning roses")
    await expect(card.get_by_text("Last look:", exact=False).first).to_be_visible()
    await card.get_by_text("Decide", exact=True).click()
    await no_barriers(page)
    await no_barriers(page, phone=True)

    await card.get_by_role("button", name="Accept", exact=True).click()
    dialog = page.get_by_role("dialog", name="Make prospects of it?", exact=True)
    await expect(dialog).to_contain_text("1 new prospect.")
    await expect(dialog).to_contain_text("bank.example: it is not known to be near your topic.")
    await dialog.get_by_role("button", name="Accept it", exact=True).click()
    await expect(page.get_by_text("None is like that.", exact=False)).to_be_visible()
    await page.get_by_label("State", exact=True).select_option(label="Accepted")
    await expect(card.get_by_role("link", name="See the prospect", exact=True)).to_be_visible()
    await card.get_by_text("Change it", exact=True).click()
    await card.get_by_label("Why not", exact=True).fill("We have nothing like it.")
    await card.get_by_role("button", name="Dismiss", exact=True).click()
    await page.get_by_label("State", exact=True).select_option(label="Dismissed")
    await expect(card).to_contain_text("We have nothing like it.")

    await page.get_by_role("button", name="Search", exact=True).click()
    await expect(page.get_by_text("Give pages to search", exact=False).first).to_be_visible()
    await page.get_by_label("Pages, one a line", exact=True).fill("https://rose.example/links")
    await page.get_by_role("button", name="Search", exact=True).click()
    search = page.get_by_role("region", name="Search of pages", exact=True)
    await search.get_by_role("button", name="Stop", exact=True).click()
    await expect(search).to_contain_text("Cancelled")
