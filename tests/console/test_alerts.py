"""Alerts in a real browser: the bell, the list, one alert taken note of, and the rules behind them."""

import pytest
from playwright.async_api import Page, expect

from tests.console.browser import no_barriers
from tests.console.house import BLOGS, House, lose

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def test_a_lost_link_rings_the_bell_and_is_taken_note_of(house: House, page: Page) -> None:
    await page.goto(house.screen("overview"))
    bell = page.get_by_role("navigation", name="More").get_by_role("link", name="Alerts")
    await expect(bell).to_have_text("Alerts")
    await lose(house, BLOGS[:2])
    await expect(bell).to_have_text("Alerts 2 open")

    await bell.press("Enter")
    alert = page.get_by_role("article", name=f"1 link from {BLOGS[0]} was lost", exact=True)
    await expect(alert).to_contain_text("acme.example, by the rule “Valuable links lost”.")
    await expect(alert).to_contain_text("Warning")
    await no_barriers(page, phone=True)

    await alert.get_by_role("link", name=f"1 link from {BLOGS[0]} was lost", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(
        f"1 link from {BLOGS[0]} was lost"
    )
    row = page.get_by_role("row").filter(has_text=f"{BLOGS[0]}/post")
    await expect(row).to_contain_text("Still so")
    await expect(page.get_by_role("link", name="Go to Lost links", exact=True)).to_be_visible()
    await no_barriers(page, phone=True)

    await page.get_by_label("Note, if there is something to say").fill("Asked them on Monday.")
    await page.get_by_role("button", name="Acknowledge", exact=True).press("Enter")
    await expect(page.locator("main")).to_contain_text("Note: Asked them on Monday.")
    await expect(bell).to_have_text("Alerts 1 open")
    await page.get_by_role("link", name="See the link", exact=False).click()
    await expect(page.locator("h1")).to_contain_text(BLOGS[0])


async def test_all_of_a_list_are_acknowledged_after_it_was_said_how_many(
    house: House, page: Page
) -> None:
    await page.goto(house.screen("alerts"))
    await page.get_by_role("button", name="Acknowledge all of these", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 open alert will be acknowledged.")
    await no_barriers(page)
    await dialog.get_by_role("button", name="Acknowledge them", exact=True).click()
    await expect(page.get_by_text("Nothing that you would be told of")).to_be_visible()
    await page.get_by_label("Show", exact=True).select_option(label="Acknowledged")
    await expect(page.get_by_role("article")).to_have_count(2)


async def test_a_rule_is_tried_added_switched_off_changed_and_removed(
    house: House, page: Page
) -> None:
    await page.goto(house.screen("rules"))
    await expect(page.get_by_text("6 rules for this site.")).to_be_visible()
    await page.get_by_label("Name", exact=True).fill("Night watch")
    await page.get_by_label("A link is lost", exact=True).check()
    await page.get_by_label("Quiet from", exact=True).fill("22:00")
    await page.get_by_label("Quiet until", exact=True).fill("07:00")
    await page.get_by_label("Time zone", exact=True).select_option("Europe/Berlin")
    await page.get_by_role("button", name="What would it have raised?", exact=True).click()
    await expect(page.get_by_text("would have raised 2 alerts about 2 changes.")).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Add the rule", exact=True).click()
    rule = page.get_by_role("article", name="Night watch", exact=True)
    await expect(rule).to_contain_text(
        "When a link is lost on acme.example, show it in the console at once; a channel would be told"
        " at once, but not between 22:00 and 07:00 (Europe/Berlin)."
    )

    await rule.get_by_role("button", name="Switch off", exact=True).press("Enter")
    await expect(rule.get_by_role("button", name="Switch on", exact=True)).to_be_visible()
    await rule.get_by_text("Change it", exact=True).click()
    await expect(rule.get_by_label("Quiet from", exact=True)).to_have_value("22:00")
    await rule.get_by_label("Quiet until", exact=True).fill("")
    await rule.get_by_role("button", name="Save", exact=True).click()
    await expect(rule.get_by_role("alert")).to_contain_text("Give a time such as 22:00.")
    await rule.get_by_label("Quiet from", exact=True).fill("")
    await rule.get_by_role("button", name="Save", exact=True).click()
    await expect(rule).not_to_contain_text("but not between")
    await rule.get_by_role("button", name="Remove", exact=True).click()
    await page.get_by_role("button", name="Remove it", exact=True).click()
    await expect(rule).to_have_count(0)
