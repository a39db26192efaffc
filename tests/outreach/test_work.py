"""What was done within some days, as a client's report counts it: agreed links, messages, answers; no names."""

from datetime import date, timedelta
from uuid import UUID

from services.outreach import handlers
from services.outreach.domain.inbound.verdict import Match
from services.outreach.store import messages
from shared import clock
from shared.access import is_hidden_field
from shared.db import Database, Tx
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.reporting import OutreachPart
from shared.vocabulary import ContractState, LinkStatus, Role
from tests.outreach.conftest import PAGE, a_caller, a_conclusion, a_promise, body_of
from tests.outreach.mail import a_draft, ready_to_send

TODAY = clock.now().date()


async def work(client: ServiceClient, site: SiteCreated, day: date = TODAY) -> OutreachPart:
    answer = await client.send(
        "GET",
        f"/internal/sites/{site.site_id}/work",
        query=f"first={day}&last={day}",
        caller=a_caller(site, Role.VIEWER),
    )
    return OutreachPart(**body_of(answer))


async def test_agreed_links_messages_and_answers_are_counted_on_their_days(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    body = a_promise(site)
    made = await client.send("POST", "/v1/placements", caller=a_caller(site), body=body)
    placement = body_of(made, 201)
    live = a_conclusion(
        site,
        placement["placement_id"],
        LinkStatus.LIVE,
        contract_state=ContractState.MET,
        check_seq=1,
    )
    mailbox_id = await ready_to_send(database, site)
    async with database.begin() as tx:
        await handlers.on_link_changed([live], tx)
        await tx.run("UPDATE placements SET first_live_at = $1", clock.now())
        sent = await _send(tx, site, mailbox_id, count=3)
        for message_id, kind, intent in (
            (sent[0], "human", "interested"),
            (sent[0], "human", "question"),
            (sent[1], "auto_reply", None),
        ):
            await _answer(tx, site, mailbox_id, message_id, kind, intent)
    found = await work(client, site)
    assert (found.agreed, found.verified, found.verified_named[0].referring_url) == (1, 1, PAGE)
    # Two answers in one conversation are one that was answered; a robot answered none.
    assert (found.sent, found.answered, found.interested, found.undelivered) == (3, 1, 1, 0)
    before = await work(client, site, TODAY - timedelta(days=3))
    assert (before.agreed, before.verified, before.sent, before.answered) == (0, 0, 0, 0)
    names = {*OutreachPart.model_fields, *type(found.verified_named[0]).model_fields}
    assert [name for name in names if is_hidden_field(name)] == []


async def _send(tx: Tx, site: SiteCreated, mailbox_id: UUID, *, count: int) -> list[UUID]:
    """Have messages gone out, to as many people."""
    drafts = [
        a_draft(site, mailbox_id, to_email=f"bob{number}@blog.example.org")
        for number in range(count)
    ]
    ids = await messages.add_messages(tx, drafts)
    await tx.run(
        "UPDATE messages SET state = 'sent', approved_by = $1, approved_hash = body_hash, sent_at = now()",
        new_id(),
    )
    return ids


async def _answer(
    tx: Tx, site: SiteCreated, mailbox_id: UUID, message_id: UUID, kind: str, intent: str | None
) -> None:
    """Note something that came back to a message."""
    values = {
        "inbound_id": new_id(),
        "workspace_id": site.workspace_id,
        "mailbox_id": mailbox_id,
        "uidvalidity": 1,
        "uid": new_id().int % 10**9,
        "digest": str(new_id()),
        "message_id": message_id,
        "thread_id": message_id,
        "site_id": site.site_id,
        "match": Match.STRONG.value,
        "from_email": "bob@x.example",
        "from_name": "Bob",
        "address_key": "bob@x.example",
        "subject": "Re",
        "text": "yes",
        "sentence": "An answer.",
        "received_at": clock.now(),
        "kind": kind,
        "intent": intent,
    }
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    columns = ", ".join(values)
    await tx.run(f"INSERT INTO inbound_messages ({columns}) VALUES ({places})", *values.values())
