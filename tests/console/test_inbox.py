"""What came back is read, answered and corrected in a real browser."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from shared.db import Database
from shared.events import SiteCreated
from shared.ids import new_id
from tests.console.browser import no_barriers
from tests.console.house import House
from tests.outreach.mail import NOON, a_mailbox, an_approved, switch

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]
_ANSWER = """
    INSERT INTO inbound_messages (inbound_id, workspace_id, mailbox_id, uidvalidity, uid, digest,
        message_id, thread_id, site_id, match, from_email, from_name, address_key, subject, text,
        received_at, kind, intent, sentence, rfc_message_id, thread_ids)
    SELECT $1, workspace_id, mailbox_id, 1, 1, 'x', message_id, message_id, site_id, 'strong',
        to_email, 'Bob Lee', address_key, 'Re: Your post', E'Hello,\\n\\nwhich page? A link costs 120,- EUR per year.', now(), 'human',
        'question', 'which page?', '<1@blog.example.org>', '{<1@blog.example.org>}'
    FROM messages WHERE message_id = $2
"""


async def furnish(house: House, url: str) -> None:
    """Let Bob have answered a message."""
    database = Database(url, schema="outreach", pool_size=2)
    try:
        async with database.begin() as tx:
            workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
            site = SiteCreated(
                workspace_id=workspace_id,
                site_id=UUID(house.site_id),
                version_no=1,
                domain="x.example",
            )
            await switch(tx, workspace_id)
            message_id = await an_approved(tx, site, await a_mailbox(tx, site, next_at=NOON))
            await tx.run("UPDATE messages SET state = 'sent', sent_at = now() - interval '1 day'")
            await tx.run(_ANSWER, new_id(), message_id)
    finally:
        await database.close()


async def test_an_answer_is_read_answered_and_corrected(
    house: House, page: Page, module_url: str
) -> None:
    await furnish(house, module_url)
    await page.goto(house.screen("inbox"))
    item = page.get_by_role("article", name="Bob Lee", exact=True)
    await expect(item).to_contain_text("Asks a question")
    await expect(item).to_contain_text("Waits for your answer")
    await no_barriers(page)
    await item.get_by_role("link", name="Bob Lee", exact=True).click()
    theirs = page.get_by_role("article", name="From Bob Lee", exact=True)
    await expect(theirs).to_contain_text("Told by: “which page?”")
    await page.get_by_label("Your answer", exact=True).fill("The one on quays.")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Write it", exact=True).click()
    await expect(page.get_by_text("The one on quays.", exact=True)).to_be_visible()
    await expect(page.get_by_text("waits for approval, ", exact=False)).to_be_visible()

    named = page.get_by_role("listitem").filter(has_text="120.00 EUR a year")
    await expect(named).to_contain_text("A link costs 120,- EUR per year.")
    await named.get_by_role("button", name="Keep as an offer").click()
    offer = page.get_by_role("article", name="Offer, example.org")
    await expect(offer).to_contain_text("They ask: 120.00 EUR a year.")
    await offer.get_by_text("A counter-offer").click()
    await offer.get_by_label("Amount").fill("100")
    await offer.get_by_role("button", name="Write it down").click()
    await expect(offer).to_contain_text("Your team proposes: 100.00 EUR a year.")
    await offer.get_by_text("Accept it").click()
    await offer.get_by_label("First payment by").fill("2027-01-15")
    await no_barriers(page, phone=True)
    await offer.get_by_role("button", name="Accept these terms").click()
    await expect(offer).to_contain_text("accepted it.")
    await page.goto(house.screen("campaigns"))
    await page.get_by_label("Name", exact=True).fill("Spring")
    await page.get_by_label("So many live links").fill("10")
    await page.get_by_label("Budget").fill("500 EUR, 200 USD")
    await page.get_by_role("button", name="Write it down").click()
    campaign = page.get_by_role("article", name="Spring")
    await expect(campaign).to_contain_text("0 of 10 links are live.")
    await expect(campaign).to_contain_text(
        "0.00 EUR of 500.00 EUR are agreed, 500.00 EUR are left."
    )
    await campaign.get_by_role("button", name="Pause it").click()
    await page.get_by_role("dialog").get_by_role("button", name="Pause it").click()
    await expect(campaign.get_by_text("Paused", exact=True)).to_be_visible()
    await no_barriers(page, phone=True)
    await page.goto(house.screen("offers"))
    await expect(page.get_by_role("article", name="Offer, example.org")).to_contain_text("Accepted")
    await no_barriers(page)
    await page.goto(house.screen("inbox"))
    await page.get_by_role("link", name="Bob Lee", exact=True).click()
    await theirs.get_by_text("It is something else", exact=True).click()
    await theirs.get_by_label("What they want", exact=True).select_option(label="Interested")
    await theirs.get_by_role("button", name="Say what it is", exact=True).click()
    await expect(theirs).to_contain_text("said so.")
    await no_barriers(page)
