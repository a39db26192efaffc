"""What outreach keeps for how long, its copies of others and theirs of it, and what it keeps of people."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.outreach.domain.suppression import normal_address
from services.outreach.store import people, placements, publishing
from shared import clock
from shared.catalogue import Tie
from shared.copies import START, Mirror, Snapshots, face_of
from shared.db import Tx
from shared.erasing import People, Person
from shared.shelves import Shelf

TIES = (
    Tie("send_attempts", "message_id", "messages", "message_id"),
    Tie("mailbox_readings", "mailbox_id", "mailboxes", "mailbox_id"),
)
_LIVING = "site_id IN (SELECT site_id FROM sites WHERE deleted_at IS NULL)"

_IN_FORCE = """
    EXISTS (SELECT FROM placements p WHERE p.workspace_id = {m}.workspace_id AND p.cancelled_at IS NULL
        AND (p.until_on IS NULL OR p.until_on >= current_date) AND p.referring_domain IN (
            {m}.recipient_domain, (SELECT domain FROM prospects q WHERE q.prospect_id = {m}.prospect_id)))
"""

SHELVES = (
    Shelf(
        kind="mail",
        table="messages",
        moment="coalesce(t.sent_at, t.updated_at, t.created_at)",
        where="t.state IN ('sent', 'rejected', 'cancelled')"
        " AND (t.subject <> '' OR t.text <> '' OR t.to_name IS NOT NULL)"
        f" AND NOT {_IN_FORCE.format(m='t')}",
        empties="subject = '', text = '', to_name = NULL, emptied_at = now()",
    ),
    Shelf(
        kind="inbound_mail",
        table="inbound_messages",
        moment="t.received_at",
        where="t.handled_at IS NOT NULL AND (t.subject <> '' OR t.text <> '' OR t.from_name <> '')"
        " AND NOT EXISTS (SELECT FROM messages m WHERE m.message_id = t.message_id"
        f" AND {_IN_FORCE.format(m='m')})",
        empties="subject = '', text = '', from_name = '', sentence = '', emptied_at = now()",
    ),
    Shelf(
        kind="domain_facts",
        table="readings",
        moment="coalesce(t.read_at, t.failed_at)",
        where="NOT EXISTS (SELECT FROM prospects p WHERE p.domain = t.domain)",
    ),
    Shelf(
        kind="domain_facts",
        table="surveyed_pages",
        moment="t.read_at",
        where="NOT EXISTS (SELECT FROM opportunity_pages p WHERE p.site_id = t.site_id"
        " AND p.page_key = t.page_key)",
    ),
)


async def page_of_terms(
    tx: Tx, workspace_id: UUID, site_id: UUID | None, after: UUID | None, limit: int
) -> Snapshots:
    """Return the terms of the next placements, cancelled ones, too."""
    found = await placements.list_after(
        tx, workspace_id, site_id=site_id, after=after or START, limit=limit
    )
    events = [publishing.updated_event(one) for one in found]
    return Snapshots(events, found[-1].placement_id if len(found) == limit else None)


async def _delete(tx: Tx, person: Person) -> Mapping[str, int]:
    """Erase whoever is not one of our own; of those only their name goes."""
    key = normal_address(person.address)
    if key is None or person.is_user:
        return {}
    return await people.erase_person(
        tx, person.workspace_id, key, actor=person.asked_by, now=clock.now()
    )


async def _find(tx: Tx, person: Person) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    key = normal_address(person.address)
    return {} if key is None else await people.export_person(tx, person.workspace_id, key)


# A mailbox is the workspace's own, whoever's name is in its address.
# Whom never to write to stays so, though a user of that address leaves.
PEOPLE = People(
    deletes=_delete,
    finds=_find,
    ties=TIES,
    known=frozenset(
        {("suppressions", "value"), ("contacts", "email"), ("contacts", "address_key")}
    ),
    apart=frozenset({"mailboxes"}),
)

MIRROR = Mirror(
    pages={"terms": page_of_terms},
    owned={
        (service, "terms"): face_of(
            "placements",
            "concat_ws('|', placement_id, terms_seq, cancelled_at IS NOT NULL)",
            where=f"workspace_id = $1 AND {_LIVING}",
        )
        for service in ("profile", "toxicity")
    },
    held={
        "sites": face_of(
            "sites",
            "concat_ws('|', site_id, version_no, domain, array_to_string(hosts, ' '),"
            " array_to_string(brands, '~'), array_to_string(keywords, '~'),"
            " array_to_string(competitors, '~'))",
            where="workspace_id = $1 AND deleted_at IS NULL",
        ),
        "retention": face_of(
            "retention",
            "concat_ws('|', version_no, days, held_sites)",
            where="workspace_id = $1",
            site="workspace_id",
        ),
    },
)
