"""A list of links is of one moment, whatever happens while it is read."""

import asyncio

from services.profile.domain.site import Site
from shared.db import Database
from tests.http import Http
from tests.profile.conftest import add_link


async def test_a_link_that_changes_while_the_list_is_read_is_still_in_it_once(
    alice: Http, home: Site, database: Database
) -> None:
    """It was missing from time to time: first among those without a value, then among those with one."""
    async with database.begin() as tx:
        links = [await add_link(tx, home, page=f"https://host{n}.example/post") for n in range(3)]
    done = asyncio.Event()

    async def change() -> None:
        column = "CASE WHEN first_seen_at IS NULL THEN now() END"
        while not done.is_set():
            async with database.begin() as tx:
                await tx.run(
                    f"UPDATE links SET first_seen_at = {column} WHERE link_id = $1", links[-1]
                )

    async with asyncio.TaskGroup() as group:
        group.create_task(change())
        for _ in range(60):
            page = (await alice.get(f"/v1/sites/{home.site_id}/links?sort=-first_seen_at")).json()
            assert sorted(link["id"] for link in page["items"]) == sorted(map(str, links))
        done.set()
