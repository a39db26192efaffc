"""One product and one browser for all journeys of a module: starting them costs more than each journey."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from shared.db import Database
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from tests.conftest import TEMPLATE, run_sql
from tests.console.browser import careful, chromium
from tests.console.house import House, a_house


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
