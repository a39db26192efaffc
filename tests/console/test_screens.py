"""Journeys through the console's screens in a real browser, on a product with something of everything."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from shared.db import Database
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from tests.conftest import TEMPLATE, run_sql
from tests.console.browser import careful, chromium, no_barriers
from tests.console.house import House, a_house, find_networks
from tests.gateway.product import made

# One product and one browser serve all journeys: starting them costs more than each journey.
pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def module_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield postgres.url(name)
    run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(module_url: str) -> AsyncIterator[House]:
    opened: list[Database] = []

    def open_database(service: str) -> Database:
        opened.append(Database(module_url, schema=service, pool_size=5))
        return opened[-1]

    async with a_house(open_database) as running:
        yield running
    for database in opened:
        await database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def signed_in(house: House) -> AsyncIterator[BrowserContext]:
    async with chromium() as browser:
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(house.login)
        await expect(page.get_by_role("heading", name="Sites")).to_be_visible()
        await page.close()
        yield context


@pytest_asyncio.fixture(loop_scope="module")
async def page(signed_in: BrowserContext) -> AsyncIterator[Page]:
    opened = await signed_in.new_page()
    async with careful(opened) as watched:
        yield watched
    await opened.close()


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
    await expect(page.get_by_text("1 rows could not be used")).to_be_visible()
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
    await no_barriers(page)

    await row.get_by_role("button", name="Take back").press("Enter")
    dialog = page.get_by_role("dialog", name="Take mine.csv back?")
    await expect(dialog).to_contain_text("1 links were known from nowhere else")
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
    await page.goto(house.screen("reviews"))
    first, second = (
        page.get_by_role("article", name=name) for name in ("farm0.example", "farm1.example")
    )
    await expect(first).to_contain_text("One of several domains of surely one owner")
    await no_barriers(page)
    await page.get_by_label("Reason, kept with the decision").fill("A link farm")
    await first.focus()
    await page.keyboard.press("d")
    await expect(first).to_contain_text("Decided: Disavow")
    focused = page.locator("article:focus")
    await expect(focused).to_be_visible()
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
    await expect(page.get_by_text("1 domains and 0 pages would be kept")).to_be_visible()
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
    await no_barriers(page)
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
