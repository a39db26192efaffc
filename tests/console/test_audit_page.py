"""An audit's page in a real browser without a network: nothing loads, and everybody can read it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import which

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from services.profile.domain.report import Brand, html_of
from tests.profile.report_sample import a_report
from tests.profile.test_audit_forms import PNG

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def offline() -> AsyncIterator[Page]:
    """A page of headless Chromium that reaches nothing, on a phone's width and up."""
    program = os.environ.get("ANCHORWATCH_TEST_CHROMIUM") or which("chromium")  # noqa: TID251 - which browser
    assert program, "no chromium: run tests/ensure-chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = await browser.new_context(offline=True)
        yield await context.new_page()
        await browser.close()


@pytest.mark.parametrize("width", [390, 1200])
async def test_the_page_opens_offline_and_has_no_barrier(
    offline: Page, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "audit.html"
    path.write_text(html_of(a_report(), Brand("Northwind", PNG)), encoding="utf-8")
    asked: list[str] = []
    said: list[str] = []
    offline.on("request", lambda request: asked.append(request.url))
    offline.on("console", lambda message: said.append(message.text))
    await offline.set_viewport_size({"width": width, "height": 900})

    await offline.goto(path.as_uri())
    await offline.locator("summary").click()

    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []
    assert await offline.locator("h1").inner_text() == "Links to harbour-coffee.example"
    wide = await offline.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    found = await Axe().run(offline)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
