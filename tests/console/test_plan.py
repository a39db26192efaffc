"""The plan for new links and its briefs, as an editor works with them in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.console.browser import no_barriers
from tests.console.house import House

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
