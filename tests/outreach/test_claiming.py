"""What stands between an approval and the mail server: each check alone keeps a message back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.outreach.domain.message_ids import own_id
from services.outreach.store import messages
from shared.db import Tx
from shared.events import SiteCreated
from shared.ids import new_id
from tests.outreach.mail import (
    KEY,
    NOON,
    a_draft,
    a_mailbox,
    a_turn,
    an_approved,
    row_of,
    switch,
    undone,
)

Deed = Callable[[Tx, SiteCreated, UUID, UUID], Awaitable[None]]


async def sql(tx: Tx, statement: str, *args: Any) -> None:
    assert not (await tx.run(statement, *args)).endswith(" 0")


async def add_suppression(tx: Tx, site: SiteCreated, kind: str, value: str) -> None:
    await sql(
        tx,
        "INSERT INTO suppressions (suppression_id, workspace_id, kind, value, reason, created_by)"
        " VALUES ($1, $2, $3, $4, 'manual', 'Olive')",
        *(new_id(), site.workspace_id, kind, value),
    )


async def suppress_address(tx: Tx, site: SiteCreated, _: UUID, __: UUID) -> None:
    await add_suppression(tx, site, "email", "bob@blog.example.org")


async def suppress_domain(tx: Tx, site: SiteCreated, _: UUID, __: UUID) -> None:
    await add_suppression(tx, site, "domain", "example.org")


async def delete_site(tx: Tx, site: SiteCreated, _: UUID, __: UUID) -> None:
    await sql(tx, "UPDATE sites SET deleted_at = now() WHERE site_id = $1", site.site_id)


async def close_contact(tx: Tx, site: SiteCreated, _: UUID, __: UUID) -> None:
    await sql(
        tx,
        "INSERT INTO contacts (contact_id, workspace_id, domain, email, address_key, found_by, state,"
        " created_by) VALUES ($1, $2, 'example.org', 'bob@blog.example.org', 'bob@blog.example.org',"
        " 'person', 'left', 'Olive')",
        *(new_id(), site.workspace_id),
    )


async def switch_off(tx: Tx, site: SiteCreated, _: UUID, __: UUID) -> None:
    await switch(tx, site.workspace_id, on=False)


async def forget_settings(tx: Tx, site: SiteCreated, _: UUID, __: UUID) -> None:
    await sql(tx, "DELETE FROM outreach_settings")


async def pause_mailbox(tx: Tx, _: SiteCreated, mailbox_id: UUID, __: UUID) -> None:
    await sql(tx, "UPDATE mailboxes SET state = 'paused' WHERE mailbox_id = $1", mailbox_id)


async def not_due(tx: Tx, _: SiteCreated, __: UUID, message_id: UUID) -> None:
    later = NOON + timedelta(minutes=1)
    await sql(tx, "UPDATE messages SET due_at = $2 WHERE message_id = $1", message_id, later)


async def of_another_workspace(tx: Tx, _: SiteCreated, __: UUID, message_id: UUID) -> None:
    statement = "UPDATE messages SET workspace_id = $2 WHERE message_id = $1"
    await sql(tx, statement, message_id, new_id())


async def test_what_may_not_go_is_not_claimed(tx: Tx, site: SiteCreated) -> None:
    await switch(tx, site.workspace_id)
    mailbox_id = await a_mailbox(tx, site)
    message_id = await an_approved(tx, site, mailbox_id)
    deeds: dict[Deed, str] = {
        suppress_address: "cancelled",
        suppress_domain: "cancelled",
        delete_site: "cancelled",
        close_contact: "cancelled",
        switch_off: "approved",
        forget_settings: "approved",
        pause_mailbox: "approved",
        not_due: "approved",
        of_another_workspace: "approved",
    }
    for deed, state in deeds.items():
        async with undone(tx):
            await deed(tx, site, mailbox_id, message_id)
            assert (await a_turn(tx)).claimed == (), deed
            row = await row_of(tx, message_id)
            assert (row["state"], row["attempts"]) == (state, 0), deed
            assert (row["because"] is None) == (state == "approved"), deed


async def test_a_message_is_claimed_once_and_knows_its_id_before_it_goes(
    tx: Tx, site: SiteCreated
) -> None:
    await switch(tx, site.workspace_id)
    message_id = await an_approved(tx, site, await a_mailbox(tx, site))

    first, second = await a_turn(tx), await a_turn(tx, NOON + timedelta(hours=2))

    assert [one.message_id for one in first.claimed] == [message_id]
    assert second.claimed == ()
    row = await row_of(tx, message_id)
    assert (row["state"], row["attempts"]) == ("sending", 1)
    assert own_id(row["rfc_message_id"], key=KEY) == message_id


async def test_a_mailbox_keeps_to_its_window(tx: Tx, site: SiteCreated) -> None:
    await switch(tx, site.workspace_id)
    early = NOON - timedelta(days=1)
    mailbox_id = await a_mailbox(tx, site, next_at=early)
    await an_approved(tx, site, mailbox_id, due_at=early)
    saturday = NOON.replace(day=7)
    for now in (NOON.replace(hour=7), NOON.replace(hour=18), saturday):
        async with undone(tx):
            assert (await a_turn(tx, now)).claimed == ()
            [row] = await tx.fetch("SELECT next_at FROM mailboxes")
            assert row["next_at"] > now
    assert len((await a_turn(tx, NOON)).claimed) == 1


async def test_a_new_mailbox_sends_five_on_its_first_day(tx: Tx, site: SiteCreated) -> None:
    await switch(tx, site.workspace_id)
    mailbox_id = await a_mailbox(tx, site, hourly_cap=60)
    for number in range(7):
        await an_approved(tx, site, mailbox_id, to_email=f"bob@blog{number}.example")

    turns = [await a_turn(tx, NOON + timedelta(minutes=2 * number)) for number in range(7)]

    assert [len(turn.claimed) for turn in turns] == [1, 1, 1, 1, 1, 0, 0]
    [row] = await tx.fetch("SELECT next_at FROM mailboxes")
    assert row["next_at"].date() == NOON.date() + timedelta(days=1)


async def test_one_conversation_begins_with_a_domain_in_a_day(tx: Tx, site: SiteCreated) -> None:
    await switch(tx, site.workspace_id)
    one = await a_mailbox(tx, site, next_at=NOON - timedelta(minutes=1))
    other = await a_mailbox(tx, site, address="al@ours.example")
    first = await an_approved(tx, site, one)
    second = await an_approved(tx, site, other, to_email="eve@www.example.org")

    turn = await a_turn(tx)

    assert [claim.message_id for claim in turn.claimed] == [first]
    assert turn.kept_back == {"one conversation a day": 1}
    row = await row_of(tx, second)
    assert row["state"] == "approved"
    assert row["due_at"] > NOON


async def test_a_follow_up_waits_for_what_it_follows(tx: Tx, site: SiteCreated) -> None:
    await switch(tx, site.workspace_id)
    mailbox_id = await a_mailbox(tx, site)
    first = await an_approved(tx, site, mailbox_id, due_at=NOON + timedelta(hours=1))
    second = await an_approved(tx, site, mailbox_id, parent_message_id=first)

    assert (await a_turn(tx)).kept_back == {"too early": 1}

    await tx.run(
        "UPDATE messages SET state = 'sent', rfc_message_id = '<1@x>' WHERE message_id = $1", first
    )
    later = NOON + timedelta(hours=2)
    assert [claim.message_id for claim in (await a_turn(tx, later)).claimed] == [second]
    assert (await row_of(tx, second))["thread_ids"] == ["<1@x>"]


async def test_the_database_lets_nothing_out_without_an_approval(tx: Tx, site: SiteCreated) -> None:
    [unread] = await messages.add_messages(tx, [a_draft(site, new_id())])
    approved = await an_approved(tx, site, await a_mailbox(tx, site))
    for message_id, change in (
        (unread, "state = 'approved'"),
        (unread, "state = 'sending'"),
        (unread, "state = 'sent'"),
        (approved, "body_hash = 'of another text'"),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            async with tx.savepoint():
                await tx.run(f"UPDATE messages SET {change} WHERE message_id = $1", message_id)


async def test_what_is_on_its_way_is_not_cancelled(tx: Tx, site: SiteCreated) -> None:
    assert site.workspace_id is not None
    await switch(tx, site.workspace_id)
    mailbox_id, enrollment_id = await a_mailbox(tx, site), new_id()
    gone = await an_approved(tx, site, mailbox_id, enrollment_id=enrollment_id, step_no=1)
    await a_turn(tx)
    step = a_draft(site, mailbox_id, enrollment_id=enrollment_id, step_no=2)
    [waiting] = await messages.add_messages(tx, [step])
    assert await messages.add_messages(tx, [step]) == []  # each step once

    count = await messages.cancel_open(
        tx, site.workspace_id, enrollment_ids=[enrollment_id], because="They answered."
    )

    assert count == 1
    found = await messages.list_by_enrollment(tx, [enrollment_id])
    assert [(one.message_id, one.state) for one in found[enrollment_id]] == [
        (gone, "sending"),
        (waiting, "cancelled"),
    ]
