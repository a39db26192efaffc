"""A mailbox is set up, a message written, read, changed and approved by keyboard, in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.console.browser import no_barriers
from tests.console.house import House
from tests.gateway.product import first, made

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def test_mail_is_set_up_and_approved_as_it_stands(house: House, page: Page) -> None:
    await page.goto(house.screen("mailboxes"))
    await expect(page.get_by_text("nothing goes out until an owner switches it on")).to_be_visible()
    await page.get_by_label("Address", exact=True).fill("ann@ours.example")
    server = (
        page.get_by_role("region").or_(page.locator("section")).filter(has_text="Add a mailbox")
    )
    await server.get_by_label("Mail server (SMTP)", exact=True).fill("mail.ours.example")
    await server.get_by_label("Password", exact=True).fill("a secret of Ann")
    await server.get_by_role("button", name="Add it", exact=True).click()
    mailbox = page.get_by_role("article", name="ann@ours.example", exact=True)
    await expect(mailbox).to_contain_text("Not ready")
    await expect(mailbox).to_contain_text("Today at most 5")
    await no_barriers(page)

    await page.get_by_label("Who writes", exact=True).fill("Ann of Acme")
    await page.get_by_label("Postal address", exact=True).fill("1 Quay, Porto")
    power = page.get_by_role("region", name="The switch", exact=True)
    await power.get_by_role("button", name="Save", exact=True).click()
    await expect(power.get_by_text("Saved.", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Switch mail on", exact=True).click()
    await page.get_by_role("button", name="Switch it on", exact=True).click()
    await expect(page.get_by_text("Mail is on: what a person approved goes out")).to_be_visible()
    await no_barriers(page, phone=True)

    await page.goto(house.screen("approvals"))
    await expect(page.get_by_text("Nothing waits for approval.")).to_be_visible()
    await page.get_by_label("To", exact=True).fill("bob@blog.example.org")
    await page.get_by_label("Subject", exact=True).fill("Your post on quays")
    await page.get_by_label("Text", exact=True).fill("Hello Bob,\n\nmay I?")
    await page.get_by_role("button", name="Put it up for approval", exact=True).click()
    card = page.get_by_role(
        "article", name="To bob@blog.example.org: Your post on quays", exact=True
    )
    await expect(card).to_contain_text("1 Quay, Porto")
    await no_barriers(page)

    await card.focus()
    await page.keyboard.press("e")
    await card.get_by_label("Subject", exact=True).fill("Your quays")
    await card.get_by_role("button", name="Save", exact=True).click()
    changed = page.get_by_role("article", name="To bob@blog.example.org: Your quays", exact=True)
    await changed.focus()
    await page.keyboard.press("a")
    await expect(page.get_by_text("Nothing waits for approval.")).to_be_visible()
    approved = await first(house.owner, "/v1/messages?state=approved")
    assert (approved["subject"], approved["attempts"]) == ("Your quays", 0)
    await no_barriers(page, phone=True)


async def test_all_that_is_shown_is_approved_at_once(house: House, page: Page) -> None:
    mailbox = (await house.owner.get("/v1/mailboxes")).json()["items"][0]["mailbox_id"]
    for name in ("cy", "di"):
        message = {"site_id": house.site_id, "mailbox_id": mailbox, "subject": "Hello", "text": "x"}
        await made(house.owner, "/v1/messages", message | {"to_email": f"{name}@{name}.example"})
    await page.goto(house.screen("approvals"))
    await page.get_by_role("button", name="Approve all 2 shown", exact=True).click()
    dialog = page.get_by_role("dialog", name="Approve 2 messages?", exact=True)
    await expect(dialog).to_contain_text("di@di.example: Hello")
    await dialog.get_by_role("button", name="Approve them", exact=True).click()
    await expect(page.get_by_text("Nothing waits for approval.")).to_be_visible()
