"""Sequences are made of playbooks and prospects enrolled; prospects are pasted, judged and moved on; in a browser."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from services.outreach import handlers
from shared.db import Database
from shared.events import SiteCreated
from tests.console.browser import no_barriers
from tests.console.house import House
from tests.gateway.product import first, made
from tests.outreach.mail import a_mailbox, switch
from tests.outreach.test_judging import a_reading

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def furnish(house: House, url: str) -> None:
    """Let there be two prospects, one of whom can be written to, and a mailbox to write from."""
    text = {"text": "rose.example\nform.example"}
    await made(house.owner, f"{house.api}/prospects", text)
    rose = await first(house.owner, f"{house.api}/prospects?q=rose")
    person = {"email": "ann@rose.example", "name": "Ann Lee"}
    await made(house.owner, f"/v1/prospects/{rose['prospect_id']}/contacts", person)
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
            await a_mailbox(tx, site)
    finally:
        await database.close()


async def test_a_playbook_is_made_ones_own_and_prospects_are_enrolled(
    house: House, page: Page, module_url: str
) -> None:
    await furnish(house, module_url)
    await page.goto(house.screen("sequences"))
    await expect(page.get_by_text("None yet.", exact=False)).to_be_visible()
    await page.get_by_label("Begin with", exact=True).select_option(label="Broken link (English)")
    await expect(page.get_by_text("The address on it that no longer works.")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("Dead links")
    await page.get_by_label("Write from", exact=True).select_option(label="ann@ours.example")
    await no_barriers(page)
    await page.get_by_role("button", name="Make it", exact=True).click()
    await expect(page.get_by_role("heading", name="Dead links", exact=True)).to_be_visible()
    await expect(page.get_by_text("Writes from ann@ours.example.", exact=True)).to_be_visible()
    await no_barriers(page, phone=True)

    await page.get_by_text("Change the steps", exact=True).click()
    await page.get_by_role("button", name="Add a step", exact=True).click()
    await page.get_by_label("Message of step 3", exact=True).fill("[write something]")
    await page.get_by_role("button", name="Save the steps", exact=True).click()
    await expect(page.get_by_text("“[write something]” cannot be sent as it is.")).to_be_visible()
    await page.get_by_label("Message of step 3", exact=True).fill("The last word on {{page}}.")
    await page.get_by_role("button", name="Save the steps", exact=True).click()
    await expect(page.locator("p.letter").nth(2)).to_have_text("The last word on {{page}}.")

    for domain in ("rose.example", "form.example"):
        await page.get_by_role("checkbox", name=domain).check()
    together = page.get_by_role("group", name="For all of them", exact=True)
    for name in ("page", "broken", "ours", "offer"):
        await together.get_by_label(name, exact=True).fill(f"https://rose.example/{name}")
    await no_barriers(page)
    await page.get_by_role("button", name="Enrol 2 prospects", exact=True).click()
    dialog = page.get_by_role("dialog", name="Write to them?", exact=True)
    await expect(dialog).to_contain_text("1 person would be enrolled: ann@rose.example")
    await expect(dialog).to_contain_text("No address that could be written to is known.")
    await dialog.get_by_role("button", name="Enrol them", exact=True).click()
    ann = page.get_by_role("article", name="ann@rose.example", exact=True)
    await expect(ann.get_by_text("Under way", exact=True)).to_be_visible()
    await ann.get_by_role("button", name="Stop", exact=True).click()
    await expect(ann.get_by_text("Stopped by your team", exact=True)).to_be_visible()
    await no_barriers(page, phone=True)


async def tell(url: str) -> None:
    """What the crawler would: two domains were read."""
    database = Database(url, schema="outreach", pool_size=2)
    try:
        async with database.begin() as tx:
            await handlers.on_domain_read(
                [a_reading("acme.example"), a_reading("lily.example")], tx
            )
    finally:
        await database.close()


async def test_domains_are_pasted_judged_and_moved_on(
    house: House, page: Page, module_url: str
) -> None:
    await page.goto(house.screen("prospects"))
    await page.get_by_label("Domains", exact=True).fill("lily.example\nhedge.example\nacme.example")
    await page.get_by_role("button", name="Look at it", exact=True).click()
    rows = page.get_by_role("table", name="Rows to look at", exact=True)
    await expect(rows).to_contain_text("This is your own site.")
    await page.get_by_role("button", name="Add them", exact=True).click()
    listed = page.get_by_role("table", name="Prospects", exact=True)
    await expect(listed.get_by_role("link", name="hedge.example", exact=True)).to_be_visible()
    await no_barriers(page)
    await no_barriers(page, phone=True)

    await tell(module_url)
    await listed.get_by_role("link", name="lily.example", exact=True).click()
    shared = page.get_by_role("table", name="Words that you share", exact=True)
    await expect(shared).to_contain_text("hedges", timeout=20_000)
    contacts = page.get_by_role("table", name="Contacts", exact=True)
    await expect(contacts.get_by_role("row").nth(1)).to_contain_text("info@lily.example")
    await no_barriers(page)
    await no_barriers(page, phone=True)

    await page.get_by_label("Stage", exact=True).select_option(label="Qualified")
    await page.get_by_label("Why", exact=True).fill("They write about our topic.")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("They write about our topic.", exact=False)).to_be_visible()
    await page.get_by_label("A note about the domain", exact=True).fill("Met Ann in May.")
    await page.get_by_role("button", name="Add the note", exact=True).click()
    await expect(page.get_by_role("button", name="Delete the note", exact=True)).to_be_visible()

    await page.get_by_role("link", name="All prospects", exact=True).click()
    await page.get_by_role("checkbox", name="Choose hedge.example", exact=True).check()
    choice = page.get_by_label("Move the chosen ones to", exact=True)
    await choice.select_option(label="Rejected")
    await page.get_by_role("button", name="Move 1 prospect", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 prospect of 1 would come to another stage.")
    await dialog.get_by_role("button", name="Move them", exact=True).click()
    hedge = listed.get_by_role("row").filter(has_text="hedge.example")
    await expect(hedge).to_contain_text("Rejected")
