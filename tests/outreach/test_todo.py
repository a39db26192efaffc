"""Placements that are overdue or end soon, as the work list counts them."""

from datetime import timedelta
from typing import Any

from shared import clock
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, a_promise, body_of


async def promise(client: ServiceClient, site: SiteCreated, number: int, **given: Any) -> None:
    dates = {
        name: (clock.now().date() + timedelta(days=days)).isoformat()
        for name, days in given.items()
    }
    page = f"https://blog{number}.example/post"
    body = a_promise(site, referring_url=page, **dates)
    answer = await client.send("POST", "/v1/placements", caller=a_caller(site), body=body)
    body_of(answer, 201)


async def test_what_is_overdue_and_what_ends_soon_is_counted(
    client: ServiceClient, site: SiteCreated
) -> None:
    await promise(client, site, 1, go_live_on=-1)
    await promise(client, site, 2, go_live_on=-9, until_on=5)
    await promise(client, site, 3, go_live_on=0, until_on=30)
    await promise(client, site, 4)
    answer = await client.send("GET", "/internal/todo", caller=a_caller(site, Role.VIEWER))
    found = {one["kind"]: one["count"] for one in body_of(answer)}
    assert found == {"placement_overdue": 2, "placement_expiring": 1}
    of_client = await client.send("GET", "/internal/todo", caller=a_caller(site, Role.CLIENT))
    assert body_of(of_client) == []
