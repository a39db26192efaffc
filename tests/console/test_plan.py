"""The plan for new links and its briefs, and what links cost, as an editor works with them in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.console.browser import no_barriers
from tests.console.house import House
from tests.gateway.product import made
from tests.waiting import eventually

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def test_links_are_planned_and_a_brief_goes_from_its_slot_to_a_placement(
    house: House, page: Page
) -> None:
    await page.goto(house.screen("plan"))
    await expect(page.get_by_text("There is no plan yet.")).to_be_visible()
    await page.get_by_label("Months", exact=True).fill("2")
    await page.get_by_role("button", name="Show what would be planned").click()
    await expect(page.get_by_role("heading", name="What would be planned")).to_be_visible()
    await page.get_by_role("button", name="Make this plan").click()
    slots = page.get_by_role("table", name="Open slots")
    await expect(slots).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_label("The site that would link", exact=True).fill("blog7.example")
    await page.get_by_role("button", name="Suggest the words").click()
    await expect(page.get_by_text("Links from blog7.example", exact=True)).to_be_visible()

    prospects = {"text": "press.example\nquiet.example"}
    await made(house.owner, f"{house.api}/prospects", prospects)
    found = (await house.owner.get(f"{house.api}/prospects")).json()["items"]
    ids = [one["prospect_id"] for one in found if one["domain"] == "press.example"]
    move = {"prospect_ids": ids, "stage": "qualified"}
    await house.owner.send("PATCH", f"{house.api}/prospects", move)
    await page.get_by_role("button", name="Give slots to prospects", exact=True).click()
    dialog = page.get_by_role("dialog", name="Give slots to prospects?", exact=True)
    await expect(dialog).to_contain_text("1 prospect would take a slot.")
    await dialog.get_by_role("button", name="Give them", exact=True).click()
    await slots.get_by_role("link", name="press.example", exact=True).click()
    await expect(page.get_by_text("In the plan:", exact=False)).to_be_visible()
    await page.get_by_role("button", name="Free its slot", exact=True).click()
    await expect(page.get_by_text("It has no slot of the plan.", exact=False)).to_be_visible()
    await page.get_by_role("button", name="Take the slot that fits best", exact=True).click()
    await expect(page.get_by_text("In the plan:", exact=False)).to_be_visible()
    await page.goto(house.screen("plan"))

    await slots.get_by_role("button").first.click()
    await expect(page.get_by_role("heading", name="Accepted when")).to_be_visible()
    await page.get_by_text("Change it", exact=True).click()
    await page.get_by_label("What the link says", exact=True).fill("Acme Home")
    await page.get_by_label("Site that carries the link", exact=True).fill("press.example")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("main")).to_contain_text("says “Acme Home”")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Approve it").click()
    await page.get_by_text("Write down the placement", exact=True).click()
    await page.get_by_role("button", name="Write it down").click()
    await expect(page.get_by_role("link", name="See its placement")).to_be_visible()
    await no_barriers(page)
    found = (await house.owner.get(f"{house.api}/plan/slots?state=promised")).json()["items"]
    assert [one["referring_domain"] for one in found] == ["press.example"]
    await page.get_by_role("link", name="All briefs", exact=True).click()
    await expect(page.get_by_role("table", name="Briefs")).to_contain_text("press.example")
    await no_barriers(page, phone=True)


async def test_what_is_paid_and_owed_in_return_is_kept(house: House, page: Page) -> None:
    terms = {
        "referring_url": "https://blog8.example/post",
        "price": {"amount": "120.50", "currency": "EUR"},
    }
    await made(house.owner, "/v1/placements", {"site_id": house.site_id, **terms})
    await page.goto(house.screen("placements"))
    item = page.get_by_role("article", name="blog8.example/post")
    await item.get_by_text("Money").click()
    await item.get_by_text("Write a payment down").click()
    await expect(item.get_by_label("Amount")).to_have_value("120.50")
    await item.get_by_label("To be paid by").fill("2026-01-31")
    await item.get_by_role("button", name="Write it down").click()
    await expect(item).to_contain_text("120.50 EUR was to be paid by 31 Jan 2026")
    await no_barriers(page)
    await page.get_by_role("link", name="Owed").click()
    await expect(page.locator(".figures")).to_contain_text("120.50 EUR")
    await page.get_by_role("button", name="All shown were paid today").click()
    await expect(page.get_by_role("dialog")).to_contain_text("1 payment would be written down")
    await page.get_by_role("button", name="Yes, all were paid").click()
    await expect(page.get_by_text("No payment is like that.")).to_be_visible()
    await page.get_by_label("Show").select_option("paid")
    await expect(page.get_by_role("article", name="120.50 EUR, blog8.example")).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_role("link", name="Links in return").click()
    await expect(page.locator("main")).to_contain_text("are known to be linked back")
    await page.get_by_label("Your page", exact=True).fill("https://acme.example/partners")
    await page.get_by_label("Their page that it links to").fill("https://blog8.example/")
    await page.get_by_label("Marked as").select_option("followed")
    await page.get_by_role("button", name="Write it down").click()
    both = page.get_by_role("article", name="blog8.example")
    await expect(both).to_contain_text("You owe them 1, 0 seen as agreed; of theirs to you, 1 of 1")
    await expect(both).to_contain_text("Not seen yet")
    await no_barriers(page, phone=True)


async def test_what_is_kept_is_set_after_a_look_at_what_goes(house: House, page: Page) -> None:
    await page.goto(house.screen("retention"))
    mail = page.get_by_role("article", name="Mail that was written")
    await expect(mail).to_contain_text("usually 1,095")
    await no_barriers(page, phone=True)
    await mail.get_by_label("Days").fill("5")
    await page.get_by_role("button", name="Look what this deletes").click()
    dialog = page.get_by_role("dialog", name="Keep it for these times?")
    await expect(dialog).to_contain_text("Mail that was written: give 30 to 3,650 days.")
    await page.keyboard.press("Escape")
    await mail.get_by_label("Days").fill("365")
    await page.get_by_role("button", name="Look what this deletes").click()
    await expect(dialog).to_contain_text("Nothing is that old yet")
    await no_barriers(page)
    await dialog.get_by_role("button", name="Save these times").click()
    await expect(page.get_by_text("Saved. It holds in every service")).to_be_visible()
    await expect(dialog).to_be_hidden()  # behind it nothing takes what is typed
    await page.get_by_label("Why nothing of this site may go").fill("A lawsuit")
    await page.get_by_role("button", name="Hold this site").click()
    await expect(page.get_by_role("button", name="Lift the hold")).to_be_visible()
    await page.get_by_label("E-mail address").fill("nobody@rose.example")
    await page.get_by_role("button", name="Show what is kept").click()
    await expect(page.get_by_text("Nothing is kept about this address.")).to_be_visible()
    await page.get_by_role("button", name="Erase").click()
    await expect(page.get_by_role("dialog", name="Erase this person?")).to_contain_text(
        "Nothing was deleted."
    )
    await no_barriers(page)


async def test_copies_are_compared_and_a_difference_is_said(house: House, page: Page) -> None:
    await page.goto(house.screen("copies"))
    await expect(page.get_by_role("heading", name="Self-check")).to_be_visible()
    await page.get_by_role("button", name="Compare now").click()
    await expect(page.get_by_text("It is being compared.")).to_be_visible()

    async def is_compared() -> bool:
        return (await house.owner.get("/v1/self-check")).json()["checked_at"] is not None

    await eventually(is_compared, within=60, what="the copies are compared")
    await page.get_by_role("button", name="Look again").click()
    # The crawler of this house does not listen, so it watches nothing.
    row = page.get_by_role("row").filter(has_text="The crawler watches 0 of")
    await expect(row).to_contain_text("differs")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Send copies again").click()
    dialog = page.get_by_role("dialog", name="Send all copies again?")
    await expect(dialog).to_contain_text("A rebuild would send")
    await page.keyboard.press("Escape")
    await page.goto(house.screen("overview"))
    await expect(page.get_by_text("Some figures may be behind.")).to_be_visible()
    await no_barriers(page)
