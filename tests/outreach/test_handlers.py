"""Placements follow what profile concludes and what their dates say, on a real PostgreSQL."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach import handlers
from services.outreach.jobs.notices import give_some
from shared.db import Database
from shared.events import (
    LinkScored,
    PageFacts,
    PageRead,
    PlacementEvent,
    PlacementExpiring,
    PlacementLost,
    PlacementMismatched,
    PlacementVerified,
    ReviewDecided,
    SiteCreated,
    ToxicityChanged,
)
from shared.http import ServiceClient
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import Action, Band, ContractState, LinkStatus, Reason
from tests.outreach.conftest import (
    NOON,
    PAGE,
    a_caller,
    a_conclusion,
    a_promise,
    body_of,
    published,
)

MET: dict[str, Any] = {"contract_state": ContractState.MET}
WORSE: dict[str, Any] = {
    "contract_state": ContractState.MISMATCHED,
    "contract_reasons": (Reason.NOFOLLOW_ADDED,),
}


@pytest.fixture
async def placement_id(client: ServiceClient, site: SiteCreated) -> UUID:
    answer = await client.send(
        "POST", "/v1/placements", caller=a_caller(site), body=a_promise(site)
    )
    return UUID(body_of(answer, 201)["placement_id"])


async def get(client: ServiceClient, site: SiteCreated, placement_id: UUID) -> dict[str, object]:
    answer = await client.send("GET", f"/v1/placements/{placement_id}", caller=a_caller(site))
    found: dict[str, object] = body_of(answer)
    return found


async def conclude(database: Database, *events: object) -> None:
    async with database.begin() as tx:
        await handlers.on_link_changed(events, tx)  # type: ignore[arg-type]


async def test_a_promise_goes_live_worse_and_lost_and_each_step_is_told_once(
    client: ServiceClient, database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    steps: list[tuple[LinkStatus, dict[str, Any], type[PlacementEvent], str]] = [
        (LinkStatus.LIVE, MET, PlacementVerified, "live"),
        (LinkStatus.CHANGED, WORSE, PlacementMismatched, "mismatched"),
        (LinkStatus.LOST, {"reasons": (Reason.LINK_REMOVED,)}, PlacementLost, "lost"),
    ]
    for status, given, kind, state in steps:
        event = a_conclusion(site, placement_id, status, **given)
        await conclude(database, event)
        await conclude(database, event)
        (told,) = await published(database, kind)
        assert (told.placement_id, told.link_id) == (placement_id, event.link_id)
        assert (await get(client, site, placement_id))["state"] == state
    changes = await client.send(
        "GET", f"/v1/placements/{placement_id}/changes", caller=a_caller(site)
    )
    kinds = [item["kind"] for item in body_of(changes)["items"]]
    assert sorted(kinds) == ["live", "lost", "mismatched", "promised"]


async def test_other_differences_of_a_mismatch_are_told_again(
    database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    for reasons in ((Reason.NOFOLLOW_ADDED,), (Reason.NOFOLLOW_ADDED,), (Reason.ANCHOR_CHANGED,)):
        given = {"contract_state": ContractState.MISMATCHED, "contract_reasons": reasons}
        await conclude(database, a_conclusion(site, placement_id, LinkStatus.CHANGED, **given))
    told = [event.reasons for event in await published(database, PlacementMismatched)]
    assert told == [(Reason.NOFOLLOW_ADDED,), (Reason.ANCHOR_CHANGED,)]


async def test_an_older_conclusion_changes_nothing(
    client: ServiceClient, database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    newer = a_conclusion(site, placement_id, LinkStatus.LIVE, **MET)
    older = a_conclusion(
        site, placement_id, LinkStatus.LOST, occurred_at=newer.occurred_at - timedelta(minutes=1)
    )
    await conclude(database, newer)
    await conclude(database, older)
    assert (await get(client, site, placement_id))["state"] == "live"
    assert await published(database, PlacementLost) == []


async def test_a_look_that_failed_loses_no_placement(
    client: ServiceClient, database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    await conclude(database, a_conclusion(site, placement_id, LinkStatus.LIVE, **MET))
    unknown = a_conclusion(
        site, placement_id, LinkStatus.UNKNOWN, reasons=(Reason.BLOCKED_BY_WALL,)
    )
    await conclude(database, unknown)
    assert (await get(client, site, placement_id))["state"] == "live"


async def test_a_recovered_link_is_verified_again(
    client: ServiceClient, database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    for status, given in ((LinkStatus.LIVE, MET), (LinkStatus.LOST, {}), (LinkStatus.LIVE, MET)):
        await conclude(database, a_conclusion(site, placement_id, status, **given))
    assert len(await published(database, PlacementVerified)) == 2
    found = await get(client, site, placement_id)
    assert (found["state"], found["lost_at"]) == ("live", None)


async def test_links_without_a_placement_are_none_of_our_business(
    database: Database, site: SiteCreated
) -> None:
    await conclude(
        database,
        a_conclusion(site, None, LinkStatus.LIVE, **MET),
        a_conclusion(site, new_id(), LinkStatus.LIVE, **MET),
    )
    assert await published(database, PlacementVerified) == []


async def test_the_page_and_the_score_of_a_placement_are_shown(
    client: ServiceClient, database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    event = a_conclusion(site, placement_id, LinkStatus.LIVE, **MET)
    await conclude(database, event)
    facts = PageFacts(
        url=PAGE,
        final_url=PAGE,
        referring_domain="example.org",
        host="blog.example.org",
        http_status=200,
        title="A post",
        outlinks_external=7,
        emails=("ed@example.org",),
    )
    read = PageRead(
        page_id=page_id(PAGE), page_key=page_id(PAGE), facts_seq=1, read_at=NOON, facts=facts
    )
    scored = LinkScored(
        link_id=event.link_id,
        scored_seq=2,
        band=Band.WATCH,
        action=Action.WATCH,
        model="m",
        sentence="Worth a look: a link in the footer",
    )
    older = scored.model_copy(update={"scored_seq": 1, "sentence": "old"})
    async with database.begin() as tx:
        await handlers.on_page_read([read], tx)
        await handlers.on_link_scored([scored, older], tx)
        await handlers.on_link_scored([older], tx)
    found = await get(client, site, placement_id)
    assert (found["page_title"], found["page_outlinks"]) == ("A post", 7)
    assert found["page_contacts"] == ["ed@example.org"]
    assert found["toxicity_sentence"] == "Worth a look: a link in the footer"


async def test_decisions_and_crossed_bands_stand_in_the_history(
    client: ServiceClient, database: Database, site: SiteCreated, placement_id: UUID
) -> None:
    event = a_conclusion(site, placement_id, LinkStatus.LIVE, **MET)
    await conclude(database, event)
    decided = ReviewDecided(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        review_id=new_id(),
        decision="ask_removal",
        domains=("example.org",),
        decided_by="Bob",
    )
    crossed = ToxicityChanged(link_id=event.link_id, from_band=Band.OK, to_band=Band.REVIEW)
    async with database.begin() as tx:
        await handlers.on_review_decided([decided], tx)
        await handlers.on_toxicity_changed([crossed], tx)
    answer = await client.send(
        "GET", f"/v1/placements/{placement_id}/changes", caller=a_caller(site)
    )
    kinds = {item["kind"]: item for item in body_of(answer)["items"]}
    assert kinds["review"]["actor"] == "Bob"
    assert "_" not in kinds["toxicity"]["sentence"]


async def promise(client: ServiceClient, site: SiteCreated, **given: object) -> UUID:
    body = a_promise(site, **given)
    answer = await client.send("POST", "/v1/placements", caller=a_caller(site), body=body)
    return UUID(body_of(answer, 201)["placement_id"])


async def test_an_end_that_comes_near_is_told_seven_and_two_days_before(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    until = NOON.date() + timedelta(days=20)
    await promise(client, site, until_on=until.isoformat())
    for days in (0, 12, 13, 14, 15, 17, 18, 19, 20, 21):
        await give_some(database, now=NOON + timedelta(days=days))
    assert [event.until_on for event in await published(database, PlacementExpiring)] == [until] * 2
    async with database.begin() as tx:
        kinds = await tx.fetch("SELECT kind FROM placement_changes ORDER BY change_id")
    assert [row["kind"] for row in kinds].count("expired") == 1


async def test_a_promise_that_was_never_kept_is_overdue_once(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    late = await promise(client, site, go_live_on="2026-11-01", target_url="acme.example")
    await promise(client, site, go_live_on="2026-12-01")
    assert await give_some(database, now=NOON) == 1
    assert await give_some(database, now=NOON) == 0
    answer = await client.send("GET", "/v1/placements", caller=a_caller(site), query="overdue=true")
    items = body_of(answer)["items"]
    assert [UUID(item["placement_id"]) for item in items] == [late]
    assert items[0]["words"]["label"] == "Overdue"
