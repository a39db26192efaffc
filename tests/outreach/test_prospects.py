"""Prospects and contacts in the database: each once, moved with a history, and never taken back by chance."""

from itertools import pairwise
from uuid import UUID

from services.outreach.domain.contact import ContactState, FoundBy
from services.outreach.domain.prospect import BY_ITSELF, Stage
from services.outreach.store import contacts, prospects
from services.outreach.store.contacts import Contact
from services.outreach.store.prospects import Prospect
from shared.db import Tx
from shared.events import SiteCreated
from shared.ids import new_id
from tests.outreach.conftest import NOON


def a_prospect(site: SiteCreated, domain: str = "blog.example.org") -> Prospect:
    assert site.workspace_id is not None
    assert site.site_id is not None
    return Prospect(
        prospect_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        domain=domain,
        source="list",
        created_by="Alice",
        created_at=NOON,
        stage_at=NOON,
    )


def a_contact(workspace_id: UUID, email: str | None = "Ann@blog.example.org") -> Contact:
    return Contact(
        contact_id=new_id(),
        workspace_id=workspace_id,
        domain="blog.example.org",
        email=email,
        source_url="https://blog.example.org/contact",
        source_at=NOON,
        found_by=FoundBy.PAGE,
        created_by="",
        created_at=NOON,
    )


async def test_a_domain_is_a_prospect_of_a_site_once(tx: Tx, site: SiteCreated) -> None:
    first, again = a_prospect(site), a_prospect(site)
    assert await prospects.add_prospects(tx, [first, again]) == {first.prospect_id}
    assert await prospects.add_prospects(tx, [again]) == set()
    assert await prospects.get_prospects(tx, first.workspace_id, [first.prospect_id]) == {
        first.prospect_id: first
    }
    assert await prospects.get_prospects(tx, new_id(), [first.prospect_id]) == {}


async def test_moves_are_kept_and_nothing_but_a_person_moves_back(
    tx: Tx, site: SiteCreated
) -> None:
    one = a_prospect(site)
    await prospects.add_prospects(tx, [one])
    ids = [one.prospect_id]
    for stage in (Stage.CONTACTED, Stage.AGREED):
        moves = await prospects.set_stage(tx, one.workspace_id, ids, stage, "It went on.")
        assert [move.prospect_id for move in moves] == ids
    assert await prospects.set_stage(tx, one.workspace_id, ids, Stage.CONTACTED, "Late.") == []
    assert await prospects.set_stage(tx, new_id(), ids, Stage.BLOCKED, "Another's.") == []
    moves = await prospects.set_stage(
        tx, one.workspace_id, ids, Stage.CONTACTED, "A slip.", "Alice", by_person=True
    )
    assert [move.before for move in moves] == [Stage.AGREED]
    found = await prospects.get_prospects(tx, one.workspace_id, ids)
    assert (found[one.prospect_id].stage, found[one.prospect_id].status) == ("contacted", "A slip.")
    history = await prospects.list_history(tx, one.prospect_id, before=None, limit=10)
    assert [(row["from_stage"], row["to_stage"], row["actor"]) for row in history] == [
        ("agreed", "contacted", "Alice"),
        ("contacted", "agreed", ""),
        ("discovered", "contacted", ""),
    ]


def test_what_happens_by_itself_only_goes_on() -> None:
    way = [Stage.DISCOVERED, Stage.QUALIFIED, Stage.CONTACTED, Stage.ENGAGED, Stage.AGREED]
    for before, after in pairwise(way):
        assert before in BY_ITSELF[after]
        assert after not in BY_ITSELF[before]
    assert set(BY_ITSELF) == set(Stage)
    assert all(stage not in before for stage, before in BY_ITSELF.items())


async def test_a_contact_is_known_once(tx: Tx) -> None:
    workspace_id = new_id()
    first, again = a_contact(workspace_id), a_contact(workspace_id, "ANN+x@blog.example.org")
    form, twice = a_contact(workspace_id, None), a_contact(workspace_id, None)
    added = await contacts.add_contacts(tx, [first, again, form, twice])
    assert len(added) == 2
    kept = await contacts.get_contacts(tx, workspace_id, added)
    assert {one.email is None for one in kept.values()} == {True, False}
    assert await contacts.get_contacts(tx, new_id(), added) == {}
    bounced = ContactState.BOUNCED
    key = "ann@blog.example.org"
    assert await contacts.set_state(tx, workspace_id, key, bounced, now=NOON)
    assert not await contacts.set_state(tx, new_id(), key, bounced, now=NOON)
    (found,) = (await contacts.list_by_domains(tx, workspace_id, ["blog.example.org"])).values()
    assert {one.state for one in found if one.email} == {bounced}
