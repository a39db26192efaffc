"""Where alerts are told, as an owner sets it up in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.console.browser import no_barriers
from tests.console.house import House

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def test_a_channel_is_set_up_changed_and_removed(house: House, page: Page) -> None:
    await page.goto(house.screen("channels"))
    await expect(page.get_by_text("There is none yet: alerts stay in the console.")).to_be_visible()
    await page.get_by_label("By", exact=True).select_option(label="Telegram")
    await expect(page.get_by_text("Ask @BotFather for a new bot")).to_be_visible()
    await expect(page.get_by_label("Chat", exact=True)).to_be_visible()
    await page.get_by_label("By", exact=True).select_option(label="Slack")
    add = page.locator("section").filter(has=page.get_by_role("heading", name="Add a channel"))
    await add.get_by_label("Name", exact=True).fill("The team")
    address = add.get_by_label("Address of the webhook", exact=True)
    await address.fill("https://desk.example/in")
    await add.get_by_role("button", name="Add it").click()
    await expect(add.get_by_text("This cannot be used.")).to_be_visible()
    await expect(address).to_have_attribute("aria-invalid", "true")
    await no_barriers(page)
    await address.fill("https://hooks.slack.com/services/T0/B0/secret")
    await add.get_by_role("button", name="Add it").click()
    team = page.get_by_role("article", name="The team")
    await expect(team).to_contain_text("Nothing was sent yet. Send a test.")
    await expect(team.get_by_text("not tried yet", exact=True)).to_be_visible()
    await team.get_by_text("Alerts told", exact=True).click()
    await expect(team).to_contain_text("No alert yet")
    await team.get_by_text("Change", exact=True).click()
    await team.get_by_label("Name", exact=True).fill("The whole team")
    await no_barriers(page, phone=True)
    await team.get_by_role("button", name="Save").click()
    team = page.get_by_role("article", name="The whole team")
    await expect(team.get_by_text("Saved.", exact=True)).to_be_visible()
    await team.get_by_role("button", name="Switch off").click()
    await expect(team.get_by_text("switched off", exact=True)).to_be_visible()
    await no_barriers(page)
    await team.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Remove it").click()
    await expect(team).to_have_count(0)
    await expect(page.get_by_text("There is none yet: alerts stay in the console.")).to_be_visible()
