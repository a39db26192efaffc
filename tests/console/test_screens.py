"""Journeys through the console's screens in a real browser, on a product with something of everything."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.console.browser import careful, no_barriers
from tests.console.house import (
    BLOGS,
    FARMS,
    House,
    find_networks,
    find_unusual,
    kill_a_page,
    lose,
    suspect,
)
from tests.gateway.product import made

CONSOLE = Path(__file__).parents[2] / "services/gateway/console"
SCREENS = re.findall(r'\["(\w+)", "', (CONSOLE / "areas.js").read_text("utf-8"))
_PASTED = "https://blog7.example/post\thttps://acme.example/pricing\tAcme Home\nnonsense here\t\t"
# One product and one browser serve all journeys: starting them costs more than each journey.
pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def test_a_file_is_seen_mapped_imported_and_taken_back(
    house: House, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    rows = "https://one.example/a,https://acme.example/,best chairs\nnonsense,https://acme.example/,x\n"
    file.write_text(f"First,Second,Third\n{rows}", encoding="utf-8")
    await page.goto(house.screen("imports"))
    await page.get_by_label("Drop export files here, or choose them").set_input_files(file)
    await page.get_by_label("First", exact=True).select_option(label="Page that links")
    await page.get_by_label("Second", exact=True).select_option(label="Your page that is linked")
    await page.get_by_label("Third", exact=True).select_option(label="Words of the link (anchor)")
    sample = page.get_by_role("table", name="The first rows as they would be taken")
    await expect(sample.get_by_role("row").nth(1)).to_contain_text("best chairs")
    await expect(page.get_by_text("1 row that could not be used")).to_be_visible()
    await no_barriers(page)

    await page.get_by_role("button", name="Import this file").click()
    row = page.get_by_role("row").filter(has_text="mine.csv")
    await expect(row).to_contain_text("Table of links")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="1 could not be used").click()
    errors = Path(await (await coming.value).path())
    assert "nonsense" in errors.read_text(encoding="utf-8")  # noqa: ASYNC240 - a file of 200 bytes
    remembered = page.get_by_role("row").filter(has_text="First, Second, Third")
    await page.reload()
    await expect(remembered).to_be_visible()
    await no_barriers(page, phone=True)

    await row.get_by_role("button", name="Take back").press("Enter")
    dialog = page.get_by_role("dialog", name="Take mine.csv back?")
    await expect(dialog).to_contain_text("1 link known from nowhere else")
    await no_barriers(page)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await row.get_by_role("button", name="Take back").click()
    await dialog.get_by_role("button", name="Take it back").click()
    await expect(row).to_have_count(0)
    found = (await house.owner.get(f"{house.api}/links?q=one.example")).json()
    assert found["items"] == []

    await remembered.get_by_role("button", name="Forget").click()
    await expect(remembered).to_have_count(0)


async def test_the_review_goes_by_keys_and_by_selection_and_back(house: House, page: Page) -> None:
    await find_networks(house)
    await page.goto(house.screen("overview"))
    await page.get_by_role("link", name="worth a look").click()
    first, second = (
        page.get_by_role("article", name=name) for name in ("farm0.example", "farm1.example")
    )
    await expect(first).to_contain_text("One of several domains of surely one owner")
    await no_barriers(page, phone=True)
    await page.get_by_label("Reason, kept with the decision").fill("A link farm")
    await first.focus()
    await page.keyboard.press("d")
    await expect(first).to_contain_text("Decided: Disavow")
    await expect(page.locator("article:focus")).to_be_visible()
    await expect(first).not_to_be_focused()
    decided = page.get_by_role("row").filter(has_text="A link farm")
    await expect(decided).to_contain_text("Disavow")
    await first.focus()
    await page.keyboard.press("u")
    await expect(decided).to_contain_text("Undone by")

    await page.get_by_label("Decide about").select_option("domain")
    await page.get_by_label("Select https://farm0.example/post").check()
    await page.get_by_label("Select https://farm1.example/post").check()
    bulk = page.get_by_role("group", name="With what is selected")
    await bulk.get_by_role("button", name="Disavow").click()
    dialog = page.get_by_role("dialog", name="Disavow: 2 selected")
    await expect(dialog).to_contain_text("all links of 2 domains")
    await dialog.get_by_role("button", name="Disavow").click()
    await expect(second).to_contain_text("Decided: Disavow (the whole domain)")
    await no_barriers(page)
    found = (await house.owner.get(f"{house.api}/decisions")).json()["items"]
    assert sorted(found[0]["domains"]) == ["farm0.example", "farm1.example"]


async def test_a_disavow_file_is_taken_in_mended_built_and_restored(
    house: House, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "disavow.txt"
    file.write_text("domain: http://www.blog5.example/x\ncom\n", encoding="utf-8")
    await page.goto(house.screen("disavow"))
    await expect(page.get_by_role("heading", name="Does this site need one? No")).to_be_visible()
    await page.get_by_label("Disavow file", exact=True).set_input_files(file)
    await expect(page.get_by_text("1 domain and 0 pages would be kept")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("button", name="Keep this list").click()
    good = page.get_by_role("table", name="Good domains that the file throws away")
    await expect(good).to_contain_text("domain:blog5.example")
    await page.get_by_role("button", name="Take it out").click()
    await page.get_by_role("button", name="Make that version").click()
    versions = page.get_by_role("table", name="Versions of the file")
    await expect(versions.get_by_role("row").nth(1)).to_contain_text("Entries taken out")

    await page.get_by_text("Record why, or why not").click()
    await page.get_by_label("Links that were bought, exchanged or made").fill("A farm, in 2025")
    await page.get_by_role("button", name="Record", exact=True).click()
    await expect(
        page.get_by_role("heading", name="Does this site need one? Perhaps")
    ).to_be_visible()
    decision = {"site_id": house.site_id, "domains": ["farm2.example"], "decision": "disavow"}
    await made(house.owner, "/v1/reviews", decision)
    await page.get_by_role("button", name="Show what would change").click()
    await expect(page.get_by_text("Would come in")).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Build this version").click()
    await expect(
        page.get_by_text("What holds it back").or_(page.get_by_text("Built as version"))
    ).to_be_visible()
    await versions.get_by_role("row").last.get_by_role("button", name="Restore").click()
    await expect(page.get_by_role("dialog")).to_contain_text("No version is lost")
    await page.get_by_role("button", name="Restore it").click()
    await expect(versions.get_by_role("row").nth(1)).to_contain_text("Restored")
    async with page.expect_download() as coming:
        await versions.get_by_role("link", name="Download").first.click()
    assert (await coming.value).suggested_filename.startswith("disavow-")


async def test_lost_links_are_asked_for_and_dead_pages_get_rules(house: House, page: Page) -> None:
    await lose(house, BLOGS[:2])
    await kill_a_page(house)
    await page.goto(house.screen("recoveries"))
    item = page.get_by_role("article", name="blog0.example/post")
    await expect(item).to_contain_text("We bought our chairs from Acme Home and would do so again.")
    await expect(item).to_contain_text("A draft comes on")
    await no_barriers(page)
    await item.get_by_role("button", name="Note that I asked").click()
    await expect(item).to_contain_text("Asked on")
    await (
        page.get_by_role("article", name="blog1.example/post")
        .get_by_role("button", name="Let it go")
        .click()
    )
    await page.get_by_label("Show").select_option("dismissed")
    await expect(page.get_by_role("article")).to_contain_text(["blog1.example/post"])

    await page.get_by_role("link", name="Redirects").click()
    dead = page.get_by_role("table", name="Dead pages")
    await expect(dead).to_contain_text("https://acme.example/pricing")
    await page.get_by_text("Name pages of yours that answer").click()
    await page.get_by_label("Addresses, one on a line").fill("https://acme.example/prices")
    await page.get_by_role("button", name="Take these pages").click()
    await expect(dead).to_contain_text("/prices")
    await page.get_by_label("Also where more than one page may fit (takes the best)").check()
    await page.get_by_role("button", name="Show the rules").click()
    await expect(page.get_by_label("Rules", exact=True)).to_have_value(re.compile("/prices"))
    await no_barriers(page)


async def test_growth_networks_and_alarms_show_their_evidence(house: House, page: Page) -> None:
    await find_unusual(house)
    await find_networks(house)
    await suspect(house)
    await page.goto(house.screen("growth"))
    await expect(page.get_by_text("14 domains stopped linking")).to_be_visible()
    await page.get_by_label("By", exact=True).select_option("week")
    await page.get_by_label("Of", exact=True).select_option("domains")
    await expect(page.get_by_text("0 links died")).to_be_visible()
    await no_barriers(page)

    await page.goto(house.screen("networks"))
    network = page.get_by_role("article", name="Network of farm0.example")
    drawing = network.get_by_role("img", name=re.compile("Drawing: 5 domains and 10 ties"))
    await expect(drawing.locator("circle")).to_have_count(5)
    await drawing.locator("circle").first.click()
    await expect(network).to_contain_text("is tied to 4 of them")
    await network.get_by_text("Every tie as a list (10)").click()
    await expect(network.get_by_role("table", name="What ties two domains")).to_contain_text(
        "money0"
    )
    await no_barriers(page)
    await network.get_by_role("button", name="Ignore").click()
    await page.get_by_role("dialog").get_by_role("button", name="Ignore").click()
    await expect(network).to_contain_text("Decided for 5 domains: Ignore")

    await page.goto(house.screen("attacks"))
    await expect(page.get_by_role("article")).to_contain_text("31 of 40 new domains look bad")
    await no_barriers(page)
    await page.get_by_role("link", name="Summary").click()
    await expect(page.get_by_text("See the evidence")).to_be_visible()
    await page.get_by_role("button", name="Show what would change").click()
    await expect(page.get_by_role("dialog")).to_contain_text("links were looked at")
    await page.get_by_role("button", name="Judge them anew").click()
    await expect(page.get_by_text("Judging anew: Done")).to_be_visible()
    await no_barriers(page)


async def test_sources_are_connected_compared_and_taken_along(
    house: House, page: Page, tmp_path: Path
) -> None:
    await page.goto(house.screen("connectors"))
    await page.get_by_label("API key").fill("short")
    await page.get_by_label("Most units in a month").fill("100")
    await page.get_by_role("button", name="Set it up").click()
    wrong = page.get_by_label("API key")
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    await expect(wrong).to_be_focused()
    await wrong.fill("a-key-of-tests")
    await page.get_by_role("button", name="Set it up").click()
    mine = page.get_by_role("region", name="Ahrefs")
    await expect(mine).to_contain_text("of 100")
    await mine.get_by_role("button", name="Pull now").click()
    told = page.get_by_role("dialog")
    await expect(told.get_by_role("alert")).to_be_visible()  # not even the first call fits
    await expect(told.get_by_role("button", name="Pull", exact=True)).to_be_disabled()
    await no_barriers(page)
    await told.get_by_role("button", name="Cancel").click()

    file = tmp_path / "rival.csv"
    head = "Referring page URL,Target URL,Anchor,First seen,Domain rating"
    file.write_text(f"{head}\nhttps://a.example/,https://rival.example/,x,2026-01-01,30\n", "utf-8")
    await page.goto(house.screen("competitors"))
    await page.get_by_label("Whose links").fill("acme.example")
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Read the file").click()
    await expect(page.get_by_text("is your own site").first).to_be_visible()
    await page.get_by_label("Whose links").fill("rival.example")
    await page.get_by_role("button", name="Read the file").click()
    gap = page.get_by_role("table", name="Domains that link to competitors")
    await expect(gap).to_contain_text("a.example")
    await no_barriers(page, phone=True)

    await page.goto(house.screen("coverage"))
    await expect(page.get_by_text("Nothing to compare yet")).to_be_visible()
    await no_barriers(page)
    await page.goto(house.screen("exports"))
    await page.get_by_label("State").select_option("live")
    await page.get_by_role("button", name="Make the address").click()
    address = await page.get_by_label("Address", exact=True).input_value()
    assert "status=live" in address
    await no_barriers(page)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Download").click()
    assert (await coming.value).suggested_filename.endswith(".csv")


async def test_sites_are_asked_by_hand_and_a_slip_is_taken_back(house: House, page: Page) -> None:
    wish = {"site_id": house.site_id, "domains": ["farm3.example"], "decision": "ask_removal"}
    await made(house.owner, "/v1/reviews", wish)
    await page.goto(house.screen("removals"))
    item = page.get_by_role("article", name="farm3.example")
    await item.get_by_text("Letter to copy").click()
    await expect(item.get_by_label("Letter to farm3.example")).to_have_value(re.compile("Hello"))
    await item.get_by_role("button", name="I asked").click()
    await expect(item).to_contain_text("Asked on")
    await no_barriers(page)
    await item.get_by_role("button", name="Take that back").click()
    await expect(item).to_contain_text("nobody has been asked yet")

    await page.get_by_role("link", name="Skip to the content").press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await expect(page).to_have_url(house.screen("removals"))
    await expect(item).to_be_visible()
    await page.get_by_role("link", name="Attacks").press("Enter")
    await expect(page.get_by_role("heading", name="Suspected attacks")).to_be_visible()
    await expect(page).to_have_title("Attacks · acme.example · Anchorwatch")


async def test_domains_pages_and_anchors_open_their_links(house: House, page: Page) -> None:
    await page.goto(house.screen("overview"))
    await page.get_by_role("link", name="Gone, 30 days").click()
    await expect(page.get_by_role("link", name=re.compile("Gone since: "))).to_be_visible()
    await page.goto(house.screen("overview"))
    await page.get_by_role("link", name="Count for SEO").click()
    await page.get_by_role("link", name="Counts for SEO: yes. Show others, too").click()
    await expect(page).not_to_have_url(re.compile("counts"))
    await page.goto(house.screen("overview"))
    await page.locator("main").get_by_role("link", name="Referring domains").click()
    listed = page.get_by_role("table", name="Referring domains")
    await expect(listed.get_by_role("row")).to_have_count(1 + len(BLOGS) + len(FARMS))
    await no_barriers(page)
    await page.get_by_role("link", name="Your pages").click()
    await expect(page.get_by_role("table", name="Your pages")).to_contain_text(
        "acme.example/pricing"
    )
    await page.get_by_role("link", name="Anchors").click()
    anchor = page.get_by_role("row").filter(has_text="online casino")
    await expect(anchor).to_contain_text("spam word: casino")
    await no_barriers(page)
    await anchor.get_by_role("link").click()
    found = page.get_by_role("table", name="Links that match the filters")
    await expect(found.get_by_role("row")).to_have_count(1 + len(FARMS))
    await page.get_by_role("link", name="Value").click()
    await expect(page.get_by_text("in ordinary followed links")).to_be_visible()
    await no_barriers(page)


async def test_a_list_is_looked_at_kept_and_removed(
    house: House, page: Page, tmp_path: Path
) -> None:
    file = tmp_path / "bad.txt"
    file.write_text("bad.example\nnot a domain at all\n", "utf-8")
    await page.goto(house.screen("lists"))
    await page.get_by_label("File", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Look at it").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Name", exact=True).fill("Bad ones")
    await page.get_by_role("button", name="Look at it").click()
    await expect(page.get_by_text("1 domain would be kept")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("button", name="Keep this list").click()
    kept = page.get_by_role("row").filter(has_text="Bad ones")
    await kept.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Remove it").click()
    await expect(kept).to_have_count(0)


async def test_a_site_is_set_up_by_hand_where_nobody_can_look(house: House, page: Page) -> None:
    await page.goto(house.screen("start"))
    await page.get_by_role("button", name="Look at my home page and sitemap").click()
    await expect(page.get_by_role("alert")).to_be_visible()  # no crawler runs in this house
    await page.get_by_label("Add to keywords").fill("garden chairs")
    await page.get_by_label("Add to keywords").press("Enter")
    await expect(page.get_by_text("“garden chairs” taken over.")).to_be_visible()
    await no_barriers(page)
    await page.get_by_role("button", name="Take garden chairs out of keywords").click()
    await expect(page.get_by_text("“garden chairs” taken out.")).to_be_visible()


async def test_a_person_who_may_only_look_at_one_site_gets_no_button_that_is_refused(
    house: House, signed_in: BrowserContext
) -> None:
    charlie = await made(house.owner, "/v1/users", {"email": "charlie@example.com"})
    grant = {"actor_id": charlie["id"], "site_id": house.site_id, "role": "viewer"}
    await made(house.owner, "/v1/grants", grant)
    door = await made(house.owner, f"/v1/users/{charlie['id']}/login-links", None)
    assert signed_in.browser is not None
    context = await signed_in.browser.new_context()
    opened = await context.new_page()
    async with careful(opened) as page:
        await page.goto(house.url + door["path"])
        await expect(page.get_by_role("heading", name="Sites")).to_be_visible()
        for name in SCREENS:
            await page.goto(house.screen(name))
            await expect(page.locator("h1")).to_be_visible()
            await expect(page.get_by_role("alert")).to_have_count(0)
        await page.goto(house.screen("reviews"))
        await expect(page.get_by_text("You may look at this site")).to_be_visible()
        await expect(page.get_by_role("button", name="Keep")).to_have_count(0)
        await page.goto(house.screen("imports"))
        await expect(page.get_by_role("heading", name="Earlier imports")).to_be_visible()
        await expect(page.get_by_text("Remembered columns")).to_have_count(0)

        await made(house.owner, "/v1/grants", {**grant, "role": "client"})
        await page.reload()
        areas = page.get_by_role("navigation", name="Site").get_by_role("link")
        await expect(areas).to_have_text(["Overview", "Links", "Reports"])
        for name in (
            "overview",
            "links",
            "domains",
            "targets",
            "anchors",
            "value",
            "audits",
            "reports",
        ):
            await page.goto(house.screen(name))
            await expect(page.locator("h1")).to_be_visible()
            await expect(page.get_by_role("alert")).to_have_count(0)
    await context.close()


async def test_what_was_agreed_is_pasted_held_and_cancelled(house: House, page: Page) -> None:
    await page.goto(house.screen("placements"))
    await page.get_by_label("Table", exact=True).fill(_PASTED)
    await page.get_by_role("button", name="Look at it").click()
    await expect(page.locator("main")).to_contain_text(re.compile("cannot be.*nonsense", re.DOTALL))
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Write down the right rows").click()
    item = page.get_by_role("article", name="blog7.example/post")
    await expect(item).to_contain_text("“Acme Home”")
    await item.get_by_text("Change what was agreed").click()
    await item.get_by_label("Price").fill("a lot")
    await item.get_by_role("button", name="Save").click()
    await expect(item.get_by_label("Price")).to_have_attribute("aria-invalid", "true")
    await item.get_by_label("Price").fill("120.50")
    await item.get_by_label("Currency").fill("EUR")
    await item.get_by_role("button", name="Save").click()
    await expect(item).to_contain_text("120.50 EUR")
    await item.get_by_text("What happened").click()
    newest = item.locator(".timeline").get_by_role("listitem").first
    await expect(newest).to_contain_text("The terms were changed.")
    await item.get_by_role("button", name="Cancel it").click()
    await page.get_by_role("button", name="Cancel the placement").click()
    await expect(item).to_contain_text("Somebody on your team cancelled it.")
    await page.get_by_label("Show").select_option("overdue")
    await expect(page.get_by_text("None is like that.")).to_be_visible()

    await page.get_by_role("link", name="Vendors").click()
    await page.get_by_label("Name", exact=True).fill("Harbour Press")
    await page.get_by_role("button", name="Write it down").click()
    vendor = page.get_by_role("article", name="Harbour Press")
    await expect(vendor).to_contain_text("nothing can be said of how they keep their word")
    await no_barriers(page)
    await page.get_by_role("link", name="Never written to").click()
    await page.get_by_label("Addresses or domains").fill("no@press.example\nquiet.example")
    await page.get_by_role("button", name="Never write to them").click()
    await expect(page.get_by_role("article", name="quiet.example")).to_be_visible()
    await no_barriers(page)


async def test_people_keys_and_limits_are_set_by_an_owner(house: House, page: Page) -> None:
    await page.goto(house.screen("people"))
    await page.get_by_label("E-mail address").fill("dana@example.com")
    await page.get_by_role("button", name="Write them down").click()
    dana = page.get_by_role("article", name="dana@example.com")
    await expect(dana.get_by_label("On this site")).to_have_value("client")
    await dana.get_by_role("button", name="Make a login link").click()
    door = dana.get_by_label("Login link for dana@example.com")
    await expect(door).to_have_value(re.compile("/login"))
    await dana.get_by_label("On this site").select_option("editor")
    await expect(dana.get_by_text("It holds at once")).to_be_visible()
    await no_barriers(page, phone=True)
    await dana.get_by_role("button", name="Keep out").click()
    await page.get_by_role("button", name="Keep them out").click()
    await expect(dana).to_contain_text("kept out since")

    await page.get_by_role("link", name="API keys").click()
    await page.get_by_label("What it is for").fill("a dashboard")
    await page.get_by_label("See links").check()
    await page.get_by_role("button", name="Make the key").click()
    await expect(page.get_by_role("textbox", name="The key")).to_have_value(re.compile(r"\w{20,}"))
    await no_barriers(page)
    made = page.get_by_role("row").filter(has_text="a dashboard")
    await made.get_by_role("button", name="Revoke").click()
    await page.get_by_role("button", name="Revoke it").click()
    await expect(made).to_contain_text("Revoked on")

    await page.get_by_role("link", name="Webhooks").click()
    await page.get_by_label("What it is for").fill("our ticket desk")
    await page.get_by_label("Address", exact=True).fill("http://desk.example/in")
    await page.get_by_label("Link lost:").check()
    await page.get_by_role("button", name="Add it").click()
    await expect(page.get_by_text("This address cannot get messages")).to_be_visible()
    await page.get_by_label("Address", exact=True).fill("https://desk.example/in")
    await page.get_by_role("button", name="Add it").click()
    await expect(page.get_by_role("textbox", name="The secret")).to_have_value(re.compile("whsec_"))
    desk = page.get_by_role("article", name="our ticket desk")
    await expect(desk).to_contain_text("Nothing was sent yet")
    await desk.get_by_text("Messages", exact=True).click()
    await expect(desk).to_contain_text("No message yet")
    await no_barriers(page, phone=True)
    await desk.get_by_role("button", name="Switch off").click()
    await expect(desk.get_by_text("switched off", exact=True)).to_be_visible()
    await no_barriers(page)
    await desk.get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Remove it").click()
    await expect(page.get_by_text("Nobody is told yet")).to_be_visible()

    await page.get_by_role("link", name="Never asked").click()
    await page.get_by_label("Host").fill("quiet.example")
    await page.get_by_role("button", name="Leave it alone").click()
    await expect(page.get_by_role("article", name="quiet.example")).to_contain_text("never asked")
    await page.get_by_role("link", name="Cost of looking").click()
    await page.get_by_label("Requests", exact=True).fill("500")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Today's budget is not used up")).to_be_visible()
    await no_barriers(page)
