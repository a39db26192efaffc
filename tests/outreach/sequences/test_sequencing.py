"""Sequences go on by themselves up to a message that waits for a person, and stop when they must."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach.jobs.sequencing import go_on, move_some
from services.outreach.store import enrollments, messages
from shared import clock
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from tests.outreach.mail import a_turn, undone
from tests.outreach.sequences.house import a_person, a_sequence, became, rows_of, send

DAY = timedelta(days=1)


@pytest.fixture
async def enrolled(client: ServiceClient, database: Database, site: SiteCreated) -> UUID:
    """Ann of blog.example is in a sequence of two steps."""
    made = await a_sequence(client, database, site)
    async with database.begin() as tx:
        ann = await a_person(tx, site, "ann@blog.example")
    path = f"/v1/sequences/{made['sequence_id']}/enrollments"
    done = await send(client, "POST", path, site, rows_of(ann))
    return UUID(done["accepted"][0]["enrollment_id"])


async def states(database: Database) -> list[tuple[str, int, int | None]]:
    async with database.begin() as tx:
        rows = await tx.fetch("SELECT state, step_no, open_step_no FROM enrollments")
    return [(row["state"], row["step_no"], row["open_step_no"]) for row in rows]


async def stages(database: Database) -> list[str]:
    async with database.begin() as tx:
        return [row["stage"] for row in await tx.fetch("SELECT stage FROM prospects")]


async def letters(database: Database, enrollment_id: UUID) -> list[Any]:
    async with database.begin() as tx:
        return (await messages.list_by_enrollment(tx, [enrollment_id]))[enrollment_id]


async def test_each_step_waits_for_a_person_and_silence_ends_it(
    client: ServiceClient, database: Database, site: SiteCreated, enrolled: UUID
) -> None:
    now = clock.now()
    for _ in range(3):
        await move_some(database, now=now)
    [first] = await letters(database, enrolled)
    assert (first.state, first.subject, first.text, first.to_name) == (
        "pending_approval",
        "Roses on blog.example",
        "Hello Ann, about roses.",
        "Ann Lee",
    )
    async with database.begin() as tx:
        await became(tx, enrolled, "sent", days_ago=10)
    await move_some(database, now=now)
    agreed = {"site_id": str(site.site_id), "referring_domain": "blog.example"}
    placed = await send(client, "POST", "/v1/placements", site, agreed, status=201)
    assert (placed["method"], placed["campaign"]) == ("guest post", "Spring")
    first, second = await letters(database, enrolled)
    assert (second.state, second.subject, second.parent_message_id) == (
        "pending_approval",
        "Re: Roses on blog.example",
        first.message_id,
    )
    assert await states(database) == [("active", 1, 2)]
    async with database.begin() as tx:
        await became(tx, enrolled, "sent")
    await move_some(database, now=now)
    assert await states(database) == [("active", 2, None)]
    async with database.begin() as tx:
        await tx.run("UPDATE prospects SET stage = 'contacted'")
    await move_some(database, now=now + 8 * DAY)
    assert await states(database) == [("finished", 2, None)]
    assert await stages(database) == ["unresponsive"]


async def test_a_message_is_written_a_day_ahead_and_no_earlier(
    database: Database, enrolled: UUID
) -> None:
    now = clock.now()
    await move_some(database, now=now)
    async with database.begin() as tx:
        await became(tx, enrolled, "sent")
    await move_some(database, now=now)
    async with database.begin() as tx:
        next_at = await tx.fetch_value("SELECT next_at FROM enrollments")
    assert timedelta(days=4) <= next_at - now < timedelta(days=7)
    await move_some(database, now=next_at - DAY - timedelta(minutes=1))
    assert len(await letters(database, enrolled)) == 1
    await move_some(database, now=next_at - DAY)
    assert (await letters(database, enrolled))[1].due_at == next_at


async def test_a_refused_message_ends_it_and_a_first_one_that_is_taken_out_does_so(
    client: ServiceClient, database: Database, site: SiteCreated, enrolled: UUID
) -> None:
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        await became(tx, enrolled, "rejected", because="550 no such user")
    await move_some(database, now=clock.now())
    assert await states(database) == [("bounced", 0, None)]
    found = await send(client, "GET", f"/v1/enrollments/{enrolled}", site)
    assert (found["words"]["label"], found["because"]) == (
        "Could not be delivered",
        "550 no such user",
    )
    assert await stages(database) == ["discovered"]


async def test_a_later_step_that_is_taken_out_asks_and_is_left_out(
    client: ServiceClient, database: Database, site: SiteCreated, enrolled: UUID
) -> None:
    now = clock.now()
    await move_some(database, now=now)
    async with database.begin() as tx:
        await became(tx, enrolled, "sent", days_ago=10)
    await move_some(database, now=now)
    async with database.begin() as tx:
        await became(tx, enrolled, "cancelled", because="Skipped by Alice.")
    await move_some(database, now=now)
    path = f"/v1/enrollments/{enrolled}"
    found = await send(client, "GET", path, site)
    assert (found["state"], found["because"]) == (
        "paused",
        "The message of step 2 was cancelled. Skipped by Alice.",
    )
    await move_some(database, now=now + 30 * DAY)
    assert await states(database) == [("paused", 2, None)]
    await send(client, "POST", f"{path}/resume", site, {})
    await move_some(database, now=now + 30 * DAY)
    assert await states(database) == [("finished", 2, None)]


CHANGES = {
    "UPDATE contacts SET state = 'unsubscribed'": ("unsubscribed", "asked not to be"),
    "DELETE FROM contacts": ("cancelled", "The contact was removed."),
    "UPDATE mailboxes SET removed_at = now()": ("paused", "The mailbox is gone."),
    "UPDATE sites SET deleted_at = now()": ("cancelled", "The sequence was removed."),
    "UPDATE contacts SET name = NULL": ("paused", "no value for “firstname”"),
}


async def test_what_changed_since_somebody_was_enrolled_counts(
    database: Database, enrolled: UUID
) -> None:
    async with database.begin() as tx:
        for deed, (state, because) in CHANGES.items():
            async with undone(tx):
                await tx.run(deed)
                assert await go_on(tx, now=clock.now()) == 1
                [row] = await tx.fetch("SELECT state, because FROM enrollments")
                assert row["state"] == state
                assert because in row["because"]
                assert await tx.fetch("SELECT FROM messages") == []


async def test_two_replicas_take_different_rows_and_a_broken_turn_leaves_nothing(
    database: Database, enrolled: UUID
) -> None:
    now = clock.now()
    async with database.begin() as one, database.begin() as other:
        assert len(await enrollments.claim_due(one, now=now, lead=DAY, limit=10)) == 1
        assert await enrollments.claim_due(other, now=now, lead=DAY, limit=10) == []
    assert await letters(database, enrolled) == []
    await move_some(database, now=now)
    assert len(await letters(database, enrolled)) == 1


async def test_nothing_goes_out_for_who_is_paused_or_over(
    database: Database, enrolled: UUID
) -> None:
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        await became(tx, enrolled, "approved")
        await tx.run("UPDATE messages SET due_at = now() - interval '1 year'")
        for state, then in (("paused", "approved"), ("replied", "cancelled")):
            async with undone(tx):
                await tx.run("UPDATE enrollments SET state = $1", state)
                assert (await a_turn(tx)).claimed == ()
                assert await tx.fetch_value("SELECT state FROM messages") == then
        assert len((await a_turn(tx)).claimed) == 1
