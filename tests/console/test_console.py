"""A newcomer in a real browser: sign in, add a site, import a file, read what became of its links."""

import asyncio
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from services.crawler.domain.evidence.verifying import verify
from tests.console.browser import careful, chromium, no_barriers, no_codes
from tests.ports import free_port
from tests.web import FakeWeb, fake_web

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "services/gateway/console"
PAGE = "http://blog.example/harbour"
BARE = "http://news.example/nothing"
TARGET = "http://shop.example/coffee"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    async with fake_web() as served:
        served.on(
            PAGE, f'<p>We like <a href="{TARGET}" rel="nofollow">the coffee shop</a> here.</p>'
        )
        served.on(
            "http://shop.example/",
            '<title>Coffee by the sea</title><meta property="og:site_name" content="Harbour Coffee">',
        )
        served.on(BARE, "<p>Nothing about anybody, only words about the weather and the sea.</p>")
        yield served


@pytest.fixture
def login(web: FakeWeb, home_folder: Path) -> Iterator[str]:
    """The one-time link of `anchorwatch all` on a fresh home, looking at the test's web."""
    command = [sys.executable, "-m", "services", "all", "--home", str(home_folder)]
    settings = {
        "ANCHORWATCH_CRAWLER_CONNECT_TO": web.connect_to,
        "ANCHORWATCH_CRAWLER_MIN_DELAY": "0",
    }
    with subprocess.Popen(
        [*command, "--port", str(free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, **settings},  # noqa: TID251 - a child inherits it
    ) as process:
        try:
            yield _login_link(process)
        finally:
            process.kill()


def _login_link(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        found = re.search(r"works once\):\s+(\S+)", line)
        if found:
            return found[1]
    raise AssertionError(f"it ended before it was ready: {said}")


@pytest.fixture
async def browser_page() -> AsyncIterator[Page]:
    """A page of headless Chromium; whatever its scripts trip over fails the test."""
    async with chromium() as browser, careful(await browser.new_page()) as page:
        yield page


async def open_share_and_end_the_evidence(page: Page) -> None:
    """Walk through the proof of a change as its owner, and by the link to share as a stranger."""
    proof = page.locator(".evidence").first
    async with page.expect_popup() as opening:
        await proof.get_by_role("link", name="Open").click()
    opened = await opening.value
    await expect(opened.locator("mark").first).to_have_text("the coffee shop")
    await opened.close()
    async with page.expect_download() as downloading:
        await proof.get_by_role("link", name="Download").click()
    file = Path(await (await downloading.value).path())
    assert verify(await asyncio.to_thread(file.read_bytes)).faults == []
    await proof.get_by_role("button", name="Share").click()
    address = await proof.get_by_label("Link to share").input_value()
    assert page.context.browser is not None
    strangers = await page.context.browser.new_context()
    stranger = await strangers.new_page()
    await stranger.goto(address)
    await expect(stranger.locator("main")).to_contain_text("This link works until")
    await proof.get_by_role("button", name="End it").click()
    await expect(proof.get_by_role("button", name="Share")).to_be_visible()
    await stranger.reload()
    await expect(stranger.locator("main")).to_contain_text("does not work, or not any more")
    await strangers.close()


async def leave_and_come_back_with_a_password(page: Page) -> None:
    """Set a password, which a one-time link does not bring, sign out, and sign in with it."""
    await page.get_by_role("link", name="You", exact=True).click()
    who = await page.get_by_text("You are signed in as").inner_text()
    email = next(word for word in who.split() if "@" in word)
    password = page.get_by_label("New password", exact=True)
    await password.fill("short")
    await page.get_by_role("button", name="Set the password", exact=True).click()
    await expect(password).to_have_attribute("aria-invalid", "true")
    await password.fill("a long walk by the harbour")
    await page.get_by_role("button", name="Set the password", exact=True).click()
    await expect(page.get_by_text("here you stay signed in")).to_be_visible()
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_label("E-mail", exact=True).fill(email)
    await page.get_by_label("Password", exact=True).fill("a long walk by the harbour")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("link", name="You", exact=True)).to_be_visible()


async def judge_places(page: Page) -> None:
    """Look at pages that could give a link, as one does before anybody is asked."""
    await page.get_by_role("link", name="Placements").click()
    await page.get_by_role("link", name="Judge a place").click()
    await page.get_by_label("Pages or domains").fill(f"{PAGE}\nnobody-there.example\n127.0.0.1")
    await page.get_by_role("button", name="Look at them").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Pages or domains").fill(f"{PAGE}\nnobody-there.example")
    await page.get_by_role("button", name="Look at them").click()
    seen = page.get_by_label(PAGE, exact=True)
    await expect(seen).to_contain_text("Look closer first", timeout=30_000)
    await expect(seen).to_contain_text("This very page links to your site already.")
    await expect(seen).to_contain_text("Would a link there pass anything?")
    await expect(page.get_by_label("nobody-there.example", exact=True)).to_contain_text(
        "Could not be looked at"
    )
    await no_barriers(page)


async def read_what_is_to_be_done(page: Page) -> None:
    await page.get_by_role("link", name="All sites", exact=True).click()
    todo = page.get_by_role("region", name="To do", exact=True)
    await expect(todo).to_contain_text("1 page of yours that has links does not answer.")
    await no_barriers(page)
    await no_codes(page)


async def make_an_audit_and_open_it(page: Page) -> None:
    await page.get_by_role("link", name="Reports").click()
    await page.get_by_role("link", name="Audits").click()
    await page.get_by_role("button", name="Make an audit").click()
    made = page.get_by_role("link", name="Audit 1")
    await expect(made).to_be_visible(timeout=30_000)
    await no_codes(page)
    async with page.expect_popup() as opening:
        await made.click()
    opened = await opening.value
    await expect(opened.locator("h1")).to_have_text("Links to shop.example")
    await expect(opened.locator("main")).to_contain_text("Where the links stand")
    await opened.close()


async def test_a_newcomer_gets_from_the_login_link_to_a_verified_link(
    login: str, browser_page: Page, tmp_path: Path
) -> None:
    page = browser_page
    file = tmp_path / "links.txt"
    file.write_text(f"{PAGE}\n{BARE}\nnot an address\n", encoding="utf-8")

    await page.goto(login)
    await page.get_by_label("Domain").fill("shop.example")
    await page.get_by_label("Brand names, with commas").fill("Coffee Shop")
    await page.get_by_role("button", name="Add the site").click()

    await page.get_by_role("button", name="Take Harbour Coffee over into brand names").click()
    await expect(page.get_by_text("“Harbour Coffee” taken over.")).to_be_visible()
    await no_codes(page)
    await follow_where_to_begin(page)
    await page.get_by_label("Drop export files here, or choose them").set_input_files(file)
    await expect(page.get_by_label("The file")).to_contain_text("Of 3 rows 2 would be taken")
    await page.get_by_role("button", name="Import this file").click()
    row = page.get_by_role("row").filter(has_text="links.txt")
    await expect(row).to_be_visible(timeout=30_000)
    await expect(row.get_by_role("cell")).to_contain_text(
        ["", "3", "2", "0", "1", "0", "", "Take back"]
    )
    await no_codes(page)

    await page.get_by_role("link", name="Links", exact=True).click()
    found = page.get_by_role("row").filter(has_text="blog.example")
    await expect(found).to_contain_text("Live", timeout=30_000)
    await expect(found).to_contain_text("the coffee shop")
    await expect(found).to_contain_text("Not followed")
    await expect(page.get_by_role("row").filter(has_text="news.example")).to_contain_text(
        "Not found", timeout=30_000
    )
    await no_codes(page)

    await page.get_by_label("State").select_option("live")
    await expect(page).to_have_url(re.compile(r"status=live"))
    await expect(page.get_by_role("row").filter(has_text="news.example")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_label("State")).to_have_value("live")
    await keep_the_view_and_remove_it(page)

    await page.get_by_role("link", name="blog.example/harbour").click()
    await expect(page.locator("main")).to_contain_text("What happened")
    await expect(page.locator(".context mark")).to_have_text("the coffee shop")
    await no_codes(page)
    await keep_something_with_the_link(page)
    await open_share_and_end_the_evidence(page)

    await page.get_by_role("link", name="All links of the site").click()
    await change_all_that_match(page)
    await page.get_by_role("link", name="Overview").click()
    await expect(page.locator(".figure").first).to_have_text("1", timeout=30_000)
    await expect(page.locator("main")).to_contain_text("Too few to judge")
    await no_codes(page)
    await make_an_audit_and_open_it(page)
    await judge_places(page)
    await read_what_is_to_be_done(page)
    await leave_and_come_back_with_a_password(page)


async def follow_where_to_begin(page: Page) -> None:
    await page.get_by_role("link", name="Overview").click()
    await page.get_by_role("link", name="How to get one from Search Console").click()
    await expect(page.get_by_role("link", name="Open Search Console")).to_be_visible()
    await page.get_by_role("link", name="Overview").click()
    await expect(page.locator("main")).to_contain_text("No link to this site is known yet.")
    await page.get_by_role("link", name="import what another tool or Search Console").click()


async def keep_something_with_the_link(page: Page) -> None:
    kept = page.locator("section", has=page.get_by_role("heading", name="Kept with it"))
    await kept.get_by_label("Tags", exact=True).fill("partner, spring")
    await kept.get_by_label("Whose work it is", exact=True).fill("Ann")
    await kept.get_by_role("button", name="Keep", exact=True).click()
    await page.reload()
    await expect(kept.get_by_label("Tags", exact=True)).to_have_value("partner, spring")
    await kept.get_by_text("Set the state by hand", exact=True).click()
    await kept.get_by_label("State to set", exact=True).select_option("lost")
    await no_barriers(page)
    await kept.get_by_role("button", name="Set it", exact=True).click()
    await expect(kept.get_by_role("alert")).to_contain_text("Say why")
    await kept.get_by_label("Why", exact=True).fill("The owner told us")
    await kept.get_by_role("button", name="Set it", exact=True).click()
    await expect(kept).to_contain_text("Set by hand to “Gone”: The owner told us")
    await kept.get_by_role("button", name="Go by what is seen again").click()
    await expect(kept.get_by_text("Set the state by hand", exact=True)).to_be_visible()


async def change_all_that_match(page: Page) -> None:
    await page.get_by_text("Tag, assign or silence these", exact=True).click()
    await page.get_by_label("Add tags", exact=True).fill("all")
    await page.get_by_label("Remove tags", exact=True).fill("partner")
    await page.get_by_role("button", name="Change these links").click()
    dialog = page.get_by_role("dialog", name="Change all links that match?")
    await expect(dialog).to_contain_text("2 links would be changed")
    await no_barriers(page)
    await dialog.get_by_role("button", name="Change them").click()
    row = page.get_by_role("row").filter(has_text="blog.example")
    await expect(row.locator(".tags")).to_have_text("all spring")
    await row.get_by_role("link", name="spring", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="news.example")).to_have_count(0)
    await page.get_by_role("link", name="Tag: spring. Show others, too").click()
    await expect(page.get_by_role("row").filter(has_text="news.example")).to_be_visible()


async def keep_the_view_and_remove_it(page: Page) -> None:
    await page.get_by_text("Save this view", exact=True).click()
    await page.get_by_label("Name", exact=True).fill("Live ones")
    await page.get_by_label("For everybody who sees this site").check()
    await no_barriers(page)
    await page.get_by_role("button", name="Save", exact=True).click()
    view = page.get_by_role("list", name="Saved views").get_by_role("link", name="Live ones")
    await expect(view).to_have_attribute("aria-current", "true")
    await page.get_by_role("link", name="Everything", exact=True).click()
    await expect(page.get_by_label("State")).to_have_value("")
    await expect(page.get_by_text("Save this view", exact=True)).to_have_count(0)
    await view.press("Enter")
    await expect(page.get_by_label("State")).to_have_value("live")
    await no_barriers(page, phone=True)
    await page.get_by_role("button", name="Remove this view").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("goes from the list of everybody who sees this site")
    await dialog.get_by_role("button", name="Remove it").click()
    await expect(view).to_have_count(0)
    await expect(page.get_by_label("State")).to_have_value("")


async def test_wrong_input_says_which_field_and_what_to_do(login: str, browser_page: Page) -> None:
    await browser_page.goto(login)
    await browser_page.get_by_label("Domain").fill("http://")
    await browser_page.evaluate("() => { window.seen = true; }")
    await browser_page.get_by_role("button", name="Add the site").click()
    await expect(browser_page.get_by_role("alert")).to_be_visible()
    await no_codes(browser_page)


def test_the_vendored_files_are_the_published_ones() -> None:
    listed = dict(
        re.findall(
            r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$",
            (CONSOLE / "vendor/VENDOR.md").read_text(),
            re.MULTILINE,
        )
    )
    files = [file for file in (CONSOLE / "vendor").iterdir() if file.suffix in {".js", ".css"}]
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == listed
