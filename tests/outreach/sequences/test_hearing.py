"""What comes in stops sequences, or makes them wait, each mail once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.outreach.domain.contact import ContactState
from services.outreach.domain.inbound.verdict import InboundKind
from services.outreach.domain.sequences.enrollment import News
from services.outreach.domain.sequences.hearing import Heard, news_of, wait_until
from services.outreach.jobs.hearing import hear
from services.outreach.jobs.sequencing import move_some
from services.outreach.store import messages
from shared import clock
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from tests.outreach.mail import undone
from tests.outreach.sequences.house import (
    ANN,
    a_person,
    a_sequence,
    became,
    comes_in,
    rows_of,
    send,
)

NOON = datetime(2026, 11, 6, 12, 0, tzinfo=UTC)
"""A Friday."""


def heard(kind: str, **given: Any) -> Heard:
    values: dict[str, Any] = {
        "kind": InboundKind(kind),
        "auto_kind": None,
        "from_email": ANN,
        "from_key": ANN,
        "hard": False,
        "bounce_reason": None,
        "resume_on": None,
        "received_at": NOON,
        "contact": ContactState.OK,
    }
    return Heard(**values | given)


def of(email: str) -> dict[str, str]:
    return {"from_email": email, "from_key": email}


@pytest.mark.parametrize(
    ("mail", "news"),
    [
        (heard("human"), News.REPLY),
        (heard("human", **of("bob@blog.example")), News.COLLEAGUE_REPLY),
        (heard("human", **of("ann.at.home@post.example")), News.REPLY),
        (heard("unsubscribe"), News.UNSUBSCRIBE),
        (heard("unsubscribe", **of("bob@news.blog.example")), News.COLLEAGUE_REPLY),
        (heard("complaint", contact=ContactState.UNSUBSCRIBED), News.COMPLAINT),
        (heard("complaint"), None),
        (heard("bounce", hard=True), News.HARD_BOUNCE),
        (heard("bounce", bounce_reason="mailboxfull"), News.SOFT_BOUNCE),
        (heard("bounce", bounce_reason="blocked"), None),
        (heard("auto_reply", auto_kind="ooo"), News.AWAY),
        (heard("auto_reply", auto_kind="gone"), News.GONE),
        (heard("dsn_delayed"), None),
        (heard("dsn_delivered"), None),
        (heard("noreply"), None),
    ],
)
def test_what_a_mail_means_for_who_was_written_to(mail: Heard, news: News | None) -> None:
    assert news_of(mail, address_key=ANN, domain="blog.example") is news


def test_no_step_goes_out_before_the_day_after_the_return_or_three_working_days() -> None:
    zone = ZoneInfo("Europe/Berlin")
    away = heard("auto_reply", resume_on=date(2026, 12, 1))
    until = wait_until(away, News.AWAY, zone=zone)
    assert until == datetime(2026, 12, 2, 0, 0, tzinfo=zone)
    assert wait_until(heard("auto_reply"), News.AWAY, zone=zone) is None
    soft = wait_until(heard("bounce"), News.SOFT_BOUNCE, zone=zone)
    assert soft == NOON + timedelta(days=5)


@pytest.fixture
async def enrolled(client: ServiceClient, database: Database, site: SiteCreated) -> UUID:
    """Ann was written to, and the message of the second step waits for approval."""
    made = await a_sequence(client, database, site)
    async with database.begin() as tx:
        ann = await a_person(tx, site, ANN)
    path = f"/v1/sequences/{made['sequence_id']}/enrollments"
    done = await send(client, "POST", path, site, rows_of(ann))
    enrollment_id = UUID(done["accepted"][0]["enrollment_id"])
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        await became(tx, enrollment_id, "sent", days_ago=10)
    await move_some(database, now=clock.now())
    return enrollment_id


CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("human", {"intent": "interested"}, "replied", "cancelled"),
    (
        "human",
        of("bob@blog.example") | {"address_key": "bob@blog.example"},
        "company_replied",
        "cancelled",
    ),
    ("bounce", {"hard": True}, "bounced", "cancelled"),
    ("unsubscribe", {}, "unsubscribed", "cancelled"),
    ("auto_reply", {"auto_kind": "gone"}, "cancelled", "cancelled"),
    ("auto_reply", {"auto_kind": "ooo"}, "active", "pending_approval"),
    ("dsn_delivered", {}, "active", "pending_approval"),
    ("noreply", {}, "active", "pending_approval"),
]


async def test_what_comes_in_stops_the_sequence_or_does_not(
    database: Database, enrolled: UUID
) -> None:
    async with database.begin() as tx:
        for kind, given, state, message in CASES:
            given = {key: one for key, one in given.items() if key != "from_key"}  # noqa: PLW2901
            async with undone(tx):
                await comes_in(tx, enrolled, kind, **given)
                assert await hear(tx, now=clock.now()) == 1
                assert await hear(tx, now=clock.now()) == 0
                [row] = await tx.fetch("SELECT state, intent, because FROM enrollments")
                assert row["state"] == state, kind
                assert row["intent"] == given.get("intent")
                thread = (await messages.list_by_enrollment(tx, [enrolled]))[enrolled]
                assert [one.state for one in thread] == ["sent", message], kind


async def test_an_absence_moves_what_is_written_already_and_a_third_soft_bounce_ends_it(
    database: Database, enrolled: UUID
) -> None:
    async with database.begin() as tx:
        await comes_in(tx, enrolled, "auto_reply", auto_kind="ooo", resume_on=date(2099, 1, 1))
        await hear(tx, now=clock.now())
        due_at = await tx.fetch_value("SELECT due_at FROM messages WHERE step_no = 2")
        assert due_at == datetime(2099, 1, 2, tzinfo=UTC)
        for state in ("active", "active", "bounced"):
            await comes_in(tx, enrolled, "bounce", bounce_reason="mailboxfull")
            await hear(tx, now=clock.now())
            assert await tx.fetch_value("SELECT state FROM enrollments") == state


async def test_an_answer_to_an_older_message_stops_who_is_written_to_there_now(
    database: Database, enrolled: UUID
) -> None:
    async with database.begin() as tx:
        await comes_in(
            tx,
            None,
            "human",
            from_email="bob@blog.example",
            address_key="bob@blog.example",
        )
        await hear(tx, now=clock.now())
        assert await tx.fetch_value("SELECT state FROM enrollments") == "company_replied"
