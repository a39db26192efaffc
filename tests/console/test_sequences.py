"""Sequences are made of playbooks and prospects enrolled; prospects are pasted, judged and moved on; in a browser."""

from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import pytest
from playwright.async_api import Page, Route, expect

from services.outreach import handlers
from shared.db import Database
from shared.events import SiteCreated
from tests.console.browser import no_barriers
from tests.console.house import House
from tests.gateway.product import first, made
from tests.outreach.mail import a_mailbox, switch
from tests.outreach.test_judging import a_reading

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def test_mail_is_set_up_and_approved_as_it_stands(house: House, page: Page) -> None:
    await page.goto(house.screen("mailboxes"))
    await expect(page.get_by_text("nothing goes out until an owner switches it on")).to_be_visible()
    await page.get_by_label("Address", exact=True).fill("al@ours.example")
    server = (
        page.get_by_role("region").or_(page.locator("section")).filter(has_text="Add a mailbox")
    )
    await server.get_by_label("Mail server (SMTP)", exact=True).fill("mail.ours.example")
    await server.get_by_label("Password", exact=True).fill("a secret of Al")
    await server.get_by_role("button", name="Add it", exact=True).click()
    mailbox = page.get_by_role("article", name="al@ours.example", exact=True)
    await expect(mailbox).to_contain_text("Not ready")
    await expect(mailbox).to_contain_text("Today at most 5")

    await page.get_by_label("Who writes", exact=True).fill("Al of Acme")
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
    await no_barriers(page, phone=True)

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


async def test_a_mailbox_is_signed_in_to_at_its_provider(house: House, page: Page) -> None:
    """The way to the provider and back; what it says there is not agreed to."""
    await page.goto(house.screen("mailboxes"))
    apps = page.get_by_role("region", name="Sign-in at providers", exact=True)
    await apps.get_by_text("Google (Gmail, Workspace)").click()
    await expect(apps.get_by_text("/signed-in/google")).to_be_visible()
    await apps.get_by_label("Client id", exact=True).first.fill("an-id")
    await apps.get_by_label("Client secret", exact=True).first.fill("a-secret")
    await apps.get_by_role("button", name="Save the app", exact=True).first.click()
    await expect(apps.get_by_text("registered", exact=True)).to_be_visible()

    add = page.locator("section").filter(has_text="Add a mailbox")
    await add.get_by_label("Signs in", exact=True).select_option("google")
    await add.get_by_label("Address", exact=True).fill("gil@ours.example")
    await add.get_by_role("button", name="Add it", exact=True).click()
    mailbox = page.get_by_role("article", name="gil@ours.example", exact=True)
    await expect(mailbox).to_contain_text("Nobody signed in at Google yet.")
    await expect(mailbox).to_contain_text("smtp.gmail.com")
    await no_barriers(page, phone=True)

    asked: list[str] = []

    async def back(route: Route) -> None:
        state = parse_qs(urlsplit(route.request.url).query)["state"][0]
        asked.append(state)
        said = urlencode({"state": state, "error": "access_denied", "authuser": "0"})
        await route.fulfill(
            status=302, headers={"Location": f"{house.url}/signed-in/google?{said}"}
        )

    await page.route("https://accounts.google.com/**", back)
    await mailbox.get_by_role("button", name="Sign in at Google", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("so nothing changed")
    assert len(asked) == 1
    assert asked[0] not in page.url
    await no_barriers(page, phone=True)
    await page.get_by_role("link", name="Back to the mailboxes", exact=True).click()
    await expect(mailbox).to_contain_text("Nobody signed in at Google yet.")
    found = (await house.owner.get("/v1/mailboxes")).json()["items"]
    [gil] = [one for one in found if one["address"] == "gil@ours.example"]
    owner = house.owner.sending(if_match="*")
    assert (await owner.delete(f"/v1/mailboxes/{gil['mailbox_id']}")).status == 204


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


async def test_what_waits_on_all_sites_is_read_and_approved_in_one_place(
    house: House, page: Page
) -> None:
    mailbox = (await house.owner.get("/v1/mailboxes")).json()["items"][0]["mailbox_id"]
    message = {
        "site_id": house.site_id,
        "mailbox_id": mailbox,
        "subject": "Tides",
        "text": "Hi Eva",
    }
    await made(house.owner, "/v1/messages", message | {"to_email": "eva@eva.example"})
    await page.goto(house.screen("overview"))
    await page.get_by_role("navigation", name="More").get_by_role("link", name="Approvals").click()
    waiting = page.get_by_role(
        "article", name="Message to another site: Tides — to eva@eva.example", exact=True
    )
    await expect(waiting).to_contain_text("It goes out exactly as it stands")
    await no_barriers(page, phone=True)
    await waiting.focus()
    await page.keyboard.press("o")
    letter = waiting.get_by_role("article", name="To eva@eva.example: Tides", exact=True)
    await expect(letter).to_contain_text("Hi Eva")
    await no_barriers(page)
    await letter.get_by_role("button", name="Approve", exact=True).click()
    await expect(waiting).to_have_count(0)
    approved = (await house.owner.get("/v1/messages?state=approved")).json()["items"]
    assert "Tides" in [one["subject"] for one in approved]


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

    await two_texts_are_tried(page)
    for domain in ("rose.example", "form.example"):
        await page.get_by_role("checkbox", name=domain).check()
    together = page.get_by_role("group", name="For all of them", exact=True)
    for name in ("page", "broken", "ours", "offer"):
        await together.get_by_label(name, exact=True).fill(f"https://rose.example/{name}")
    await no_barriers(page)
    await page.get_by_role("button", name="Enrol 2 prospects", exact=True).click()
    dialog = page.get_by_role("dialog", name="Write to them?", exact=True)
    await expect(dialog).to_contain_text("1 person would be enrolled: ann@rose.example")
    await expect(dialog).to_contain_text("weekends", ignore_case=True)
    await expect(dialog).to_contain_text("No address that could be written to is known.")
    await dialog.get_by_role("button", name="Enrol them", exact=True).click()
    ann = page.get_by_role("article", name="ann@rose.example", exact=True)
    await expect(ann.get_by_text("Under way", exact=True)).to_be_visible()
    await ann.get_by_role("button", name="Stop", exact=True).click()
    await expect(ann.get_by_text("Stopped by your team", exact=True)).to_be_visible()
    await no_barriers(page, phone=True)


async def two_texts_are_tried(page: Page) -> None:
    await page.get_by_text("Change the steps", exact=True).click()
    await page.get_by_role("button", name="Try another text in step 1", exact=True).click()
    await page.get_by_label("Subject of step 1, text B", exact=True).fill("{{broken}} is gone")
    await page.get_by_label("Message of step 1, text B", exact=True).fill("Shorter, {{page}}.")
    await page.get_by_label("Weight of step 1, text B", exact=True).fill("3")
    await no_barriers(page)
    await page.get_by_role("button", name="Save the steps", exact=True).click()
    tried = page.get_by_role("region", name="Text B of step 1", exact=True)
    await expect(tried).to_contain_text("Goes to 3 of 4")
    brought = page.get_by_role("table", name="Texts of step 1", exact=True)
    await expect(brought).to_contain_text("0 of 0, too few to say.")
    await expect(page.get_by_text("Too early to say", exact=False).first).to_be_visible()
    await page.get_by_text("How it reads", exact=True).click()
    await page.get_by_role("button", name="Show it", exact=True).click()
    shown = page.get_by_role("article", name="Step 1, text B, as it reads", exact=True)
    await expect(shown).to_contain_text("Shorter, {{page}}.")
    await expect(page.get_by_text("at the earliest, if the first one goes today")).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Stop text B", exact=True).click()
    await page.get_by_role("button", name="Stop it", exact=True).click()
    await expect(brought).to_contain_text("Stopped")


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
