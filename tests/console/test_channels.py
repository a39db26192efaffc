"""What leaves the console, in a real browser: where alerts are told and acted on, and reports for clients."""

from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from playwright.async_api import Page, expect

from services.gateway.domain.acting import Action
from shared import clock
from shared.db import Database
from shared.ids import new_id
from tests.console.browser import no_barriers
from tests.console.house import BLOGS, House, lose
from tests.gateway.product import first, made
from tests.gateway.test_presses import PUBLIC, of_discord

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


async def test_a_report_is_made_written_approved_shared_and_corrected(
    house: House, page: Page
) -> None:
    await lose(house, BLOGS[:2])
    today = clock.now().date()
    await page.goto(house.screen("reports"))
    await expect(page.get_by_text("No report yet.")).to_be_visible()
    await expect(page.get_by_text("Reports are made by hand.")).to_be_visible()
    await page.get_by_text("Other days").click()
    await page.get_by_label("First day").fill(today.isoformat())
    await page.get_by_label("Last day").fill((today + timedelta(days=9)).isoformat())
    await page.get_by_role("button", name="Make the draft").click()
    await expect(page.get_by_role("alert")).to_contain_text("These days are not over.")
    await no_barriers(page)
    await page.get_by_label("Last day").fill(today.isoformat())
    await page.get_by_role("button", name="Make the draft").click()
    await expect(page.get_by_text("Only your team sees it.")).to_be_visible()
    await expect(page.get_by_role("table")).to_contain_text("Links lost")
    await page.get_by_label("Summary").fill("A quiet day.\nTwo links went.")
    await page.get_by_role("button", name="Save what you wrote").click()
    await expect(page.get_by_label("Summary")).to_have_value("A quiet day.\nTwo links went.")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Approve it").first.click()
    dialog = page.get_by_role("dialog", name="Approve the report")
    await expect(dialog).to_contain_text("From then on it never changes")
    await dialog.get_by_role("button", name="Approve it").click()
    await page.get_by_role("button", name="Send it").click()
    dialog = page.get_by_role("dialog", name="Send the report")
    await expect(dialog).to_contain_text("Nobody gets the reports of this site by e-mail yet.")
    await dialog.get_by_role("button", name="Send it").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("This installation sends no e-mail")
    await dialog.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Make an address").click()
    address = await page.get_by_label("Address of the report").input_value()
    await no_barriers(page)
    assert page.context.browser is not None
    stranger = await page.context.browser.new_context()
    opened = await stranger.new_page()
    await opened.goto(address)
    await expect(opened.get_by_text("A quiet day.")).to_be_visible()
    await expect(opened.get_by_role("heading", name="Lost, confirmed")).to_be_visible()
    await no_barriers(opened)
    await stranger.close()
    await page.get_by_role("button", name="Make a correction").click()
    await expect(page.get_by_text("It corrects an earlier one.")).to_be_visible()
    await page.get_by_role("link", name="All reports").click()
    await expect(page.get_by_role("table", name="Reports")).to_contain_text("version 2")
    await page.get_by_label("E-mail address").fill("boss@client.example")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("This installation sends no e-mail")


async def test_reports_are_made_every_month_by_themselves_once_that_is_set(
    house: House, page: Page
) -> None:
    await page.goto(house.screen("reports"))
    await page.get_by_text("Set it up").click()
    await page.get_by_label("Day of the month").fill("31")
    await page.get_by_role("button", name="Make them by themselves").click()
    await expect(page.get_by_label("Day of the month")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Day of the month").fill("5")
    await page.get_by_role("button", name="Make them by themselves").click()
    await expect(page.get_by_text("It waits for a person to approve it.")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("button", name="By hand again").click()
    await page.get_by_role("button", name="By hand", exact=True).click()
    await expect(page.get_by_text("Reports are made by hand.")).to_be_visible()


async def test_buttons_are_switched_on_and_people_of_the_chat_may_act(
    house: House, page: Page
) -> None:
    slack = {"kind": "slack", "address": "https://hooks.slack.com/services/T0/B0/secret"}
    await made(house.owner, "/v1/channels", slack | {"name": "SEO team"})
    await page.goto(house.screen("channels"))
    team = page.get_by_role("article", name="SEO team")
    await team.get_by_text("Acting from the chat", exact=True).click()
    await expect(team).to_contain_text("Only people who said who they are may act")
    await expect(team.get_by_label("Address for the app")).to_have_value(
        f"http://127.0.0.1:8080/chat/slack/{(await first(house.owner, '/v1/channels'))['id']}"
    )
    await expect(team).to_contain_text("does not begin with https:")
    key = team.get_by_label("Signing secret of the app", exact=True)
    await key.fill("xoxb-no-secret")
    await team.get_by_role("button", name="Switch buttons on").click()
    await expect(key).to_have_attribute("aria-invalid", "true")
    await no_barriers(page, phone=True)
    await key.fill("0123456789abcdef" * 2)
    await team.get_by_role("button", name="Switch buttons on").click()
    await expect(team).to_contain_text("Messages carry buttons.")
    await team.get_by_label("People of this chat may act without saying who they are").click()
    await expect(team).to_contain_text("Whoever is in the chat may act")
    await team.get_by_role("button", name="Switch buttons off").click()
    await expect(team).to_contain_text("Messages carry addresses that lead to a page.")
    await expect(page.get_by_text("Nobody has said yet who they are in a chat.")).to_be_visible()


async def tell(house: House, url: str, channel_id: str, alert_id: str) -> UUID:
    """Write down that a channel was told of an alert, as if its provider had taken the message."""
    notice_id = new_id()
    database = Database(url, schema="gateway", pool_size=2)
    try:
        async with database.begin() as tx:
            await tx.run(
                "INSERT INTO notices (notice_id, channel_id, event_id, alert_id, site_id, severity, title,"
                " path, can_act, state, deliver_at, next_at) VALUES ($1, $2, $1, $4, $3, 'warning',"
                " 'A link was lost', '/alerts/' || $4::uuid, true, 'delivered', now(), now())",
                *(notice_id, UUID(channel_id), UUID(house.site_id), UUID(alert_id)),
            )
    finally:
        await database.close()
    return notice_id


async def test_what_is_pressed_in_a_chat_is_done_by_whoever_said_signed_in_who_they_are(
    house: House, page: Page, module_url: str
) -> None:
    hook = {"kind": "discord", "address": "https://discord.com/api/webhooks/1/secret"}
    channel = await made(house.owner, "/v1/channels", hook | {"name": "Desk"})
    buttons = f"/v1/channels/{channel['id']}/buttons"
    assert (await house.owner.put(buttons, {"app_key": PUBLIC})).status == 200
    alert = await first(house.owner, "/v1/alerts?state=open")
    notice_id = await tell(house, module_url, channel["id"], alert["id"])
    offering = house.owner.app.state.messenger.offering(is_pressed=True)

    async def press() -> str:
        user = {"user": {"id": "5", "username": "ana"}}
        token = offering.one(Action.ACKNOWLEDGE, notice_id).token
        body = orjson.dumps({"type": 3, "data": {"custom_id": token}, "member": user})
        headers = of_discord(body, at=int(clock.now().timestamp()))
        url = f"{house.url}/chat/discord/{channel['id']}"
        answer = await page.request.post(url, data=body, headers=headers)
        assert answer.status == 200
        content: str = (await answer.json())["data"]["content"]
        return content

    link = (await press()).partition("/#/connect/")[2].partition(">")[0]
    await page.goto(f"{house.url}/#/connect/{link}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Is this you in Discord?")
    await expect(page.locator("main")).to_contain_text("will act on alerts as owner@anchorwatch")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Yes, that is me").click()
    await expect(page.get_by_text("Go back to the chat and press once more.")).to_be_visible()
    assert (await press()).startswith("Acknowledged by Owner")
    assert (await house.owner.get(f"/v1/alerts/{alert['id']}")).json()["state"] == "acknowledged"

    token = offering.one(Action.CHECK, notice_id).token
    await page.goto(f"{house.url}/act/{token}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check again")
    await expect(page.locator("main")).to_contain_text("will be looked at again, as soon as")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Check again", exact=True).press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("1 link is looked at again")

    await page.goto(f"{house.url}/#/you")
    await expect(page.get_by_text("“ana” in Discord is owner@anchorwatch.local")).to_be_visible()
    await page.get_by_role("button", name="Make a code for Telegram").click()
    await expect(page.get_by_text("Write this to the bot")).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="End it for ana").click()
    await expect(page.get_by_text("No chat knows you yet.")).to_be_visible()
