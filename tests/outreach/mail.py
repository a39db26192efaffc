"""What tests of outgoing mail begin with: a workspace that may send, a mailbox, and messages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.outreach.domain.messages import Draft
from services.outreach.store import claiming, decisions, messages
from services.outreach.store.claiming import Turn
from shared.db import Database, Tx
from shared.events import SiteCreated
from shared.ids import new_id

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
"""A Tuesday."""
KEY = b"a key of the tests"
MAILBOX = {
    "address": "ann@ours.example",
    "sender_name": "Ann",
    "smtp_host": "mail.ours.example",
    "smtp_port": 587,
    "smtp_security": "starttls",
    "username": "ann",
    "sealed_password": "sealed",
    "zone": "UTC",
    "opens": time(8, 30),
    "closes": time(17),
    "daily_cap": 30,
    "hourly_cap": 8,
    "state": "ready",
    "next_at": NOON,
    "counts_from": NOON,
}


async def switch(tx: Tx, workspace_id: UUID | None, *, on: bool = True) -> None:
    await tx.run(
        "INSERT INTO outreach_settings (workspace_id, sending, sender_name, postal_address, switched_by)"
        " VALUES ($1, $2, 'Ann of Acme', '1 Quay, Porto', 'Olive')"
        " ON CONFLICT (workspace_id) DO UPDATE SET sending = excluded.sending",
        workspace_id,
        on,
    )


async def a_mailbox(tx: Tx, site: SiteCreated, **given: Any) -> UUID:
    mailbox_id = new_id()
    values = MAILBOX | {
        "mailbox_id": mailbox_id,
        "workspace_id": site.workspace_id,
        "created_by": new_id(),
        **given,
    }
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await tx.run(f"INSERT INTO mailboxes ({', '.join(values)}) VALUES ({places})", *values.values())
    return mailbox_id


def a_draft(site: SiteCreated, mailbox_id: UUID, **given: Any) -> Draft:
    assert site.workspace_id is not None
    assert site.site_id is not None
    values: dict[str, Any] = {
        "workspace_id": site.workspace_id,
        "site_id": site.site_id,
        "mailbox_id": mailbox_id,
        "to_email": "bob@blog.example.org",
        "subject": "Your post on quays",
        "text": "Hello Bob,\n\nmay I?\n",
        "due_at": NOON - timedelta(minutes=1),
    }
    return Draft(**values | given)


async def an_approved(tx: Tx, site: SiteCreated, mailbox_id: UUID, **given: Any) -> UUID:
    """Write a message down and have a person approve it."""
    assert site.workspace_id is not None
    [message_id] = await messages.add_messages(tx, [a_draft(site, mailbox_id, **given)])
    row = await row_of(tx, message_id)
    approved = await decisions.approve(
        tx,
        {message_id: row["body_hash"]},
        workspace_id=site.workspace_id,
        by=new_id(),
        by_name="Olive",
        now=NOON,
    )
    assert [one.message_id for one in approved] == [message_id]
    return message_id


async def a_turn(tx: Tx, now: datetime = NOON) -> Turn:
    lease = timedelta(minutes=5)
    return await claiming.claim_due(tx, now=now, worker="here", lease=lease, key=KEY)


async def row_of(tx: Tx, message_id: UUID) -> Mapping[str, Any]:
    return dict((await tx.fetch("SELECT * FROM messages WHERE message_id = $1", message_id))[0])


async def ready_to_send(database: Database, site: SiteCreated, **given: Any) -> UUID:
    """Switch mail on in the site's workspace; returns a mailbox that may send."""
    async with database.begin() as tx:
        await switch(tx, site.workspace_id)
        return await a_mailbox(tx, site, **given)


@asynccontextmanager
async def undone(tx: Tx) -> AsyncIterator[None]:
    """Take back what happens inside: many cases on one database."""
    with suppress(_Undone):
        async with tx.savepoint():
            yield
            raise _Undone


class _Undone(Exception):  # noqa: N818 - no error
    pass
