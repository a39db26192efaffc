"""Headless Chromium for the console's tests: what its scripts trip over fails the test that saw it."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from shutil import which

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

# What a code looks like: words of small letters tied together with underscores.
CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")

# How long a condition is waited for; the browser shares its two cores with the other half of the suite.
_PATIENCE_MS = 20_000
expect.set_options(timeout=_PATIENCE_MS)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    program = os.environ.get("ANCHORWATCH_TEST_CHROMIUM") or which("chromium")  # noqa: TID251 - which browser
    assert program, "no chromium: run tests/ensure-chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def careful(page: Page) -> AsyncIterator[Page]:
    """Watch a page: whatever its scripts trip over is a fault of the console."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
    yield page
    assert not troubles, troubles


def is_trouble(said: ConsoleMessage) -> bool:
    """An answer 4xx or 503 is shown to the person; what our scripts or the policy trip over is not."""
    shown = "status of 4" in said.text or "status of 503" in said.text
    return said.type == "error" and not shown


async def no_codes(page: Page) -> None:
    """No raw code may stand on a screen (seams.md 36); addresses and file names are no codes."""
    text = await page.locator("main").inner_text()
    found = [one for one in CODE.findall(text) if not one.endswith(("_csv", "links_txt"))]
    shown = [one for one in found if not one.startswith("aw_")]  # how a key begins is no code
    assert not shown, f"codes on the screen: {shown}"


async def no_barriers(page: Page, *, phone: bool = False) -> None:
    """Everybody can use the screen as it stands: no code, axe finds nothing, and it fits a phone."""
    await no_codes(page)
    await _ask_axe(page)
    await page.set_viewport_size({"width": 390, "height": 900})
    # A chart is drawn anew for the width, a moment after it changed.
    await page.wait_for_function("document.documentElement.scrollWidth <= 390")
    if phone:  # rows are blocks there
        await _ask_axe(page)
    await page.set_viewport_size({"width": 1280, "height": 900})


async def _ask_axe(page: Page) -> None:
    found = await Axe().run(page)
    barriers = [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]
    assert not barriers, barriers
