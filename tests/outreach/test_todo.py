"""Placements that are overdue or end soon, as the work list counts them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared import clock
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
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


async def test_what_waits_for_a_word_is_named_with_who_may_say_it(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    editor = replace(a_caller(site), is_person=True)
    brief_id = new_id()
    async with database.begin() as tx:
        await tx.run(
            "INSERT INTO briefs (brief_id, workspace_id, site_id, referring_domain, target_url, target_key,"
            " anchor_text, content, created_by) SELECT id, $2, $3, 'blog.example', 'https://acme.example/',"
            " id, text, '{}', 'Alice' FROM (VALUES ($1::uuid, 'Roses'), ($4, NULL)) AS b(id, text)",
            *(brief_id, site.workspace_id, site.site_id, new_id()),
        )
        await tx.run(
            "INSERT INTO plan_slots (slot_id, site_id, number, version_no, month, due_on, target_url,"
            " target_key, anchor_group) SELECT gen_random_uuid(), $1, n, 1, current_date,"
            " current_date + (n - 2) * 9, 'https://acme.example/', gen_random_uuid(), 'branded'"
            " FROM generate_series(1, 4) AS n",
            site.site_id,
        )
    found = body_of(await client.send("GET", "/internal/approvals", caller=editor))
    shown = {one["kind"]: one for one in found}
    assert set(shown) == {"brief", "plan"}
    assert shown["brief"]["title"] == "Roses — for blog.example"
    assert shown["brief"]["place"] == f"briefs?brief={brief_id}"
    assert shown["plan"]["title"] == "2 links are due within a week, or late"
    assert all(one["may"] for one in found)

    viewer = a_caller(site, Role.VIEWER)
    of_viewer = body_of(await client.send("GET", "/internal/approvals", caller=viewer))
    assert [one["may"] for one in of_viewer] == [False, False]
    of_client = await client.send("GET", "/internal/approvals", caller=a_caller(site, Role.CLIENT))
    assert body_of(of_client) == []
    async with database.begin() as tx:
        await tx.run("UPDATE briefs SET state = 'approved' WHERE brief_id = $1", brief_id)
    left = body_of(await client.send("GET", "/internal/approvals", caller=editor))
    assert [one["kind"] for one in left] == ["plan"]
