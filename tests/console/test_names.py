"""The console reads names of hosts as the rest of the house does."""

from pathlib import Path

import pytest

from tests.console.browser import chromium
from tests.shared.test_hostnames import READ_AS

_NAMES = Path(__file__).parents[2] / "services/gateway/console/names.js"


@pytest.mark.timeout(180)
async def test_names_are_read_as_their_owners_write_them() -> None:
    script = f"{_NAMES.read_text('utf-8')}\nwindow.hostName = hostName;"
    async with chromium() as browser:
        page = await browser.new_page()
        await page.add_script_tag(content=script, type="module")
        read = await page.evaluate("(kept) => kept.map(window.hostName)", list(READ_AS))
        (entry,) = await page.evaluate("() => ['domain:xn--mnchen-3ya.de'].map(window.hostName)")
    assert read == list(READ_AS.values())
    assert entry == "domain:münchen.de"
