"""What tests of sequences begin with: a mailbox, people to write to, and a sequence of two steps."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.outreach.domain.contact import FoundBy
from services.outreach.store import contacts, messages, prospects
from services.outreach.store.contacts import Contact
from services.outreach.store.prospects import Prospect
from shared import clock
from shared.db import Database, Tx
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from tests.outreach.conftest import a_caller, body_of
from tests.outreach.mail import a_mailbox, switch

ANN = "ann@blog.example"
STEPS: list[dict[str, Any]] = [
    {"subject": "Roses on {{domain}}", "body": "Hello {{firstname}}, about {{topic}}."},
    {"delay_days": 4, "thread": "reply", "body": "Did you read of {{topic}}?"},
]


async def send(
    client: ServiceClient, method: str, path: str, site: SiteCreated, body: Any = None, **given: Any
) -> Any:
    """Call a route as an editor of the site, or as who is given."""
    caller = given.pop("caller", None) or a_caller(site)
    status = given.pop("status", 200)
    answer = await client.send(method, path, caller=caller, body=body, **given)
    return body_of(answer, status)


async def a_sequence(
    client: ServiceClient, database: Database, site: SiteCreated, **given: Any
) -> dict[str, Any]:
    """Make a sequence of two steps that writes from a mailbox of its own."""
    async with database.begin() as tx:
        await switch(tx, site.workspace_id)
        mailbox_id = await a_mailbox(tx, site, address=f"{new_id().hex}@ours.example")
    body = {
        "site_id": str(site.site_id),
        "name": "Roses",
        "mailbox_id": str(mailbox_id),
        "method": "Guest_Post",
        "campaign": "Spring",
        "steps": STEPS,
    }
    made: dict[str, Any] = await send(
        client, "POST", "/v1/sequences", site, body | given, status=201
    )
    return made


async def a_person(
    tx: Tx, site: SiteCreated, email: str | None, domain: str = "", **given: Any
) -> Contact:
    """Write somebody down, and the domain as a prospect of the site."""
    assert site.workspace_id is not None
    assert site.site_id is not None
    now = clock.now()
    values: dict[str, Any] = {
        "contact_id": new_id(),
        "workspace_id": site.workspace_id,
        "domain": domain or (email or "").partition("@")[2],
        "email": email,
        "name": "Ann Lee",
        "source_url": "https://blog.example/contact",
        "found_by": FoundBy.PAGE,
        "created_by": "Alice",
        "created_at": now,
    }
    contact = Contact(**values | given)
    await contacts.add_contacts(tx, [contact])
    prospect = Prospect(
        prospect_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        domain=contact.domain,
        source="list",
        created_by="Alice",
        created_at=now,
        stage_at=now,
    )
    await prospects.add_prospects(tx, [prospect])
    return contact


def rows_of(*people: Contact, **variables: str) -> dict[str, Any]:
    return {
        "rows": [{"contact_id": str(one.contact_id)} for one in people],
        "variables": {"topic": "roses"} | variables,
    }


async def became(
    tx: Tx, enrollment_id: str | UUID, state: str, *, days_ago: int = 0, because: str = ""
) -> None:
    """Let the newest message of an enrollment have come to a state, as the sender would."""
    [message] = (await messages.list_by_enrollment(tx, [UUID(str(enrollment_id))])).values()
    await tx.run(
        "UPDATE messages SET state = $2, sent_at = CASE WHEN $2 = 'sent' THEN $3::timestamptz END,"
        " because = $4, approved_by = $5, approved_hash = body_hash WHERE message_id = $1",
        message[-1].message_id,
        state,
        clock.now() - timedelta(days=days_ago),
        because or None,
        new_id(),
    )


async def comes_in(tx: Tx, enrollment_id: UUID | None, kind: str, **given: Any) -> None:
    """Write an inbound mail down as its reader does."""
    [first, *_] = await tx.fetch("SELECT * FROM messages WHERE step_no = 1")
    values = {
        "inbound_id": new_id(),
        "workspace_id": first["workspace_id"],
        "mailbox_id": first["mailbox_id"],
        "uidvalidity": 1,
        "uid": await tx.fetch_value("SELECT count(*) FROM inbound_messages"),
        "digest": new_id().hex,
        "message_id": first["message_id"],
        "thread_id": first["message_id"],
        "site_id": first["site_id"],
        "contact_id": first["contact_id"],
        "prospect_id": first["prospect_id"],
        "enrollment_id": enrollment_id,
        "match": "strong",
        "from_email": ANN,
        "from_name": "Ann",
        "address_key": ANN,
        "subject": "Re",
        "text": "x",
        "received_at": clock.now(),
        "kind": kind,
        "sentence": "x",
    } | given
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    statement = f"INSERT INTO inbound_messages ({', '.join(values)}) VALUES ({places})"
    await tx.run(statement, *values.values())
