"""Every screen with the longest names, on a phone and a computer; by keyboard alone; and on paper."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from shared import clock
from tests.console.house import BLOGS, House, see
from tests.gateway.product import made

CONSOLE = Path(__file__).parents[2] / "services/gateway/console"
SCREENS = re.findall(r'\["(\w+)", "', (CONSOLE / "areas.js").read_text("utf-8"))
pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

LONG = "Nobreak" * 28  # 196 signs that give no place to break a line
LONG_PAGE = f"https://{'sub' * 20}.{'name' * 15}.example/{LONG}?{LONG}"

# Text and boxes that stick out to the right of the window, but for what scrolls in a box of its own.
_STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  const boxed = (one) => { for (let up = one.parentElement; up; up = up.parentElement)
    if (["auto", "scroll", "hidden"].includes(getComputedStyle(up).overflowX)) return true; return false; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  for (let one = walker.nextNode(); one && found.length < 5; one = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(one);
    const box = (one.nodeType === Node.TEXT_NODE ? range : one).getBoundingClientRect();
    if (box.width > 0 && box.right > wide + 1 && !boxed(one))
      found.push(`${(one.parentElement ?? one).outerHTML.slice(0, 90)}: ${Math.round(box.right)} of ${wide}`);
  }
  return found;
}"""
_WIDE_TABLES = """() => [...document.querySelectorAll(".scroll")]
  .filter((one) => one.scrollWidth > 1.6 * one.clientWidth)
  .map((one) => `${one.ariaLabel}: ${one.scrollWidth} of ${one.clientWidth}`)"""


async def furnish(house: House) -> None:
    """Give everything that has a name or a text of people the longest one."""
    owner = house.owner
    assert (await owner.patch(house.api, {"name": LONG}, if_match="*")).status == 200
    rows = [{"referring_url": LONG_PAGE, "target_url": f"https://acme.example/{LONG}"}]
    await made(owner, f"{house.api}/links", {"links": rows})
    await see(house, BLOGS[:6], anchor=LONG)
    placement: dict[str, Any] = {
        "site_id": house.site_id,
        "referring_url": LONG_PAGE,
        "target_url": f"https://acme.example/{LONG}",
        "anchor_text": LONG,
        "note": LONG,
        "campaign": LONG[:80],
    }
    await made(owner, "/v1/placements", placement)
    await made(owner, "/v1/vendors", {"name": LONG, "contact": LONG, "note": LONG})
    await made(owner, "/v1/users", {"email": f"{LONG[:60]}@{'a' * 60}.example"})
    later = (clock.now() + timedelta(days=9)).isoformat()
    key = {
        "name": LONG[:100],
        "scopes": ["links:read"],
        "workspace_role": "viewer",
        "expires_at": later,
    }
    await made(owner, "/v1/keys", key)
    opt_out = {"host": f"{'sub' * 20}.{'name' * 15}.example", "note": LONG}
    assert (await owner.put("/v1/opt-outs", opt_out)).status < 300
    suppressed = {"values": [f"{LONG[:60]}@{'a' * 60}.example"], "note": LONG}
    await made(owner, "/v1/suppressions", suppressed)
    await made(owner, "/v1/views", {"site_id": house.site_id, "name": LONG, "filters": {}})
    await made(owner, f"{house.api}/audits", {})


async def opened(page: Page, address: str) -> None:
    """Go to a screen and wait until all of it is there."""
    await page.goto(address)
    await expect(page.locator("h1")).to_be_visible()
    await expect(page.get_by_text(re.compile("^Loading "))).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
async def test_no_name_is_too_long_for_a_screen(house: House, page: Page, width: int) -> None:
    if width == 390:
        await furnish(house)
    await page.set_viewport_size({"width": width, "height": 900})
    links = (await house.owner.get(f"{house.api}/links?q=Nobreak")).json()["items"]
    one = [f"{house.url}/#/links/{item['id']}" for item in links[:1]]
    addresses = [house.url, f"{house.url}/#/you", *one, *map(house.screen, SCREENS)]
    faults: dict[str, Any] = {}
    for address in addresses:
        await opened(page, address)
        found = [*await page.evaluate(_STICKS_OUT), *await page.evaluate(_WIDE_TABLES)]
        if found:
            faults[address] = found
    assert not faults, faults


# Each thing that takes the focus shows it, and nothing that is clicked lies outside the reach of keys.
_UNSEEN_FOCUS = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility() && !one.disabled)
  .filter((one) => { one.focus(); const seen = getComputedStyle(one);
    return document.activeElement !== one || seen.outlineStyle === "none" || one.tabIndex > 0; })
  .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))"""


async def test_the_focus_is_seen_and_goes_through_each_screen_and_out(
    house: House, page: Page
) -> None:
    for name in SCREENS:
        await opened(page, house.screen(name))
        await page.keyboard.press("Tab")  # from here on a focus is one by keyboard
        assert await page.evaluate(_UNSEEN_FOCUS) == [], name
    await opened(page, house.screen("placements"))
    await page.evaluate("document.activeElement.blur()")
    for _ in range(300):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement === document.body"):
            break
    else:
        pytest.fail("the focus does not leave the screen")


async def test_a_screen_is_printed_without_what_is_pressed(house: House, page: Page) -> None:
    await page.emulate_media(media="print", color_scheme="dark")
    for name in ("overview", "links", "domains", "growth", "toxicity", "networks"):
        await opened(page, house.screen(name))
        for gone in ("button", "form", "nav"):
            assert await page.locator(f"{gone}:visible").count() == 0, (name, gone)
        paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(255, 255, 255)"
        cut = await page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter((one) =>"
            " getComputedStyle(one).overflowX !== 'visible').length"
        )
        assert cut == 0, name
