"""What searches found, as an editor reads it and goes on from it in a real browser."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from services.crawler.domain.discovery.candidates import Candidate, CandidateState, Sender
from services.crawler.store import candidates, findings, sites
from services.crawler.store.findings import MentionSeen
from shared import clock, urls
from shared.vocabulary import DiscoveryReason
from tests.console.browser import no_barriers
from tests.console.house import House

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
