"""What was done within some days, as a client's report counts it: decisions, removals, disavow files."""

from datetime import timedelta

from services.toxicity import handlers
from shared import clock
from shared.db import Database
from shared.events import LinkChecked, SiteCreated
from shared.http import ServiceClient
from shared.reporting import ToxicityPart
from shared.vocabulary import LinkStatus, Role
from tests.toxicity.builders import a_change
from tests.toxicity.conftest import FARM, a_caller, call

TODAY = clock.now().date()


async def work(
    client: ServiceClient, site: SiteCreated, *, days_ago: int = 0, role: Role = Role.VIEWER
) -> ToxicityPart:
    day = TODAY - timedelta(days=days_ago)
    path = f"/internal/sites/{site.site_id}/work"
    query = f"first={day}&last={day}"
    return ToxicityPart(**await call(client, "GET", path, a_caller(site, role), query=query))


async def test_decisions_removals_and_what_became_of_them_are_counted_on_their_days(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller, path = a_caller(site), f"/v1/sites/{site.site_id}"
    body = {"site_id": str(site.site_id), "domains": ["example.net"], "decision": "ask_removal"}
    await call(client, "POST", "/v1/reviews", caller, body=body, status=201)
    log = {"domains": ["example.net"], "step": "asked", "happened_on": TODAY.isoformat()}
    await call(client, "POST", f"{path}/removals", caller, body=log, status=201)
    asked = await work(client, site)
    assert (asked.decisions, asked.asked, asked.gone) == ({"ask_removal": 1}, {"asked": 1}, 0)
    async with database.begin() as tx:
        await handlers.on_events([a_change(toxic, LinkStatus.LOST, page=FARM)], tx)
        await tx.run("UPDATE links SET changed_at = $1", clock.now())
    gone = await work(client, site)
    assert (gone.asked, gone.gone, gone.gone_named) == ({"removed": 1}, 1, ["example.net"])
    earlier = await work(client, site, days_ago=3)
    assert (earlier.decisions, earlier.asked, earlier.gone) == ({}, {}, 0)


async def test_disavow_files_are_counted_and_clients_are_told_nothing(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    async with database.begin() as tx:
        await tx.run(
            "INSERT INTO disavow_versions (site_id, version_no, workspace_id, origin, text, domains,"
            " urls, added, removed, made_by) SELECT $1, n, $2, 'built', '', n, 1, 1, 0, 'alice'"
            " FROM generate_series(1, 12) AS n",
            *(site.site_id, site.workspace_id),
        )
    found = await work(client, site)
    assert (found.versions_made, len(found.versions), found.versions[0].number) == (12, 10, 12)
    path = f"/internal/sites/{site.site_id}/work"
    query = f"first={TODAY}&last={TODAY}"
    await call(client, "GET", path, a_caller(site, Role.CLIENT), query=query, status=403)
