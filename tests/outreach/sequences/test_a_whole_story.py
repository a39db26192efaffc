"""From a domain on a list to a link that is there: found, written to, answered, agreed, verified.

The mail servers are real ones on loopback; the clock is a Tuesday to come, for nothing goes out at night.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach import handlers
from services.outreach.adapters.carrier import Carrier
from services.outreach.adapters.inbox import Postbox
from services.outreach.domain.mailboxes import MAIL_PORTS, bound_to
from services.outreach.jobs.reading import Reader, read_mail
from services.outreach.jobs.sending import Sender, send_some
from services.outreach.jobs.sequencing import move_some
from shared import clock
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.vault import Vault
from shared.vocabulary import ContractState, LinkStatus, Role
from shared.wall import Guard, parse_routes
from tests.mailroom import Mailroom, mailroom
from tests.outreach.conftest import a_caller, a_conclusion, add_site
from tests.outreach.imap import PASSWORD, USER, ImapServer
from tests.outreach.inbound.mails import letter
from tests.outreach.mail import KEY, ready_to_send
from tests.outreach.sequences.house import STEPS, send
from tests.waiting import eventually

VAULT = Vault(lambda: ["a master key of the tests, long enough"])
ANN = "ann@blog.example"
OLD = letter("An old mail of somebody else", sender="Zoe <zoe@other.example>")
PAGE = "https://blog.example/roses"


def a_tuesday_to_come() -> datetime:
    today = clock.now().date()
    day = today + timedelta(days=7 + (1 - today.weekday()) % 7)
    return datetime.combine(day, time(12), tzinfo=UTC)


@dataclass
class Story:
    """Alice works on a site; her mailbox lies on servers of the test."""

    client: ServiceClient
    database: Database
    site: SiteCreated
    room: Mailroom
    inbox: ImapServer
    now: datetime = field(default_factory=a_tuesday_to_come)

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        alice = replace(a_caller(self.site, Role.OWNER, workspace=True), is_person=True)
        path, _, query = path.partition("?")
        given = {"caller": alice, "status": status, "query": query, "headers": {"If-Match": "*"}}
        return await send(self.client, method, path, self.site, body, **given)

    async def prospect(self) -> Any:
        return (await self.ask("GET", f"/v1/sites/{self.site.site_id}/prospects"))["items"][0]

    async def go_on(self) -> None:
        await move_some(self.database, now=self.now)

    async def send_mail(self) -> None:
        sender = Sender(
            carrier=Carrier(self._guard(), VAULT),
            key=KEY,
            public_url="https://watch.example",
            lease=timedelta(minutes=5),
            now=lambda: self.now,
        )
        await send_some(self.database, sender)

    async def read_mail(self, inbound: int) -> None:
        """Run the reader of mailboxes until so many mails are taken."""
        stop = asyncio.Event()
        reader = Reader(
            open_with=lambda pool: Postbox(self._guard(), VAULT, pool),
            key=KEY,
            rest=timedelta(minutes=1),
            now=lambda: self.now,
        )

        async def are_taken() -> bool:
            async with self.database.begin() as tx:
                read = await tx.fetch_value("SELECT count(read_at) FROM mailbox_readings")
                taken = await tx.fetch_value("SELECT count(*) FROM inbound_messages")
            return bool(read and taken == inbound)

        async with asyncio.TaskGroup() as group:
            group.create_task(read_mail(self.database, reader, 0.05, stop))
            try:
                await eventually(are_taken, what="the mailbox is read")
            finally:
                stop.set()
        self.now += timedelta(hours=1)

    def _guard(self) -> Guard:
        smtp = f"mail.ours.example:587=127.0.0.1:{self.room.port}"
        imap = f"imap.ours.example:143=127.0.0.1:{self.inbox.port}"
        return Guard(ports=MAIL_PORTS, routes=parse_routes(f"{smtp},{imap}"))


@pytest.fixture
async def story(client: ServiceClient, database: Database) -> AsyncIterator[Story]:
    site = await add_site(database)
    mailbox_id = await ready_to_send(
        database,
        site,
        smtp_security="none",
        imap_host="imap.ours.example",
        imap_port=143,
        imap_security="none",
        username=USER,
    )
    async with database.begin() as tx:
        sealed = VAULT.seal(PASSWORD, bound_to=bound_to(mailbox_id))
        await tx.run("UPDATE mailboxes SET sealed_password = $1", sealed)
    inbox = ImapServer(mails={1: OLD})
    async with mailroom() as room, inbox.running():
        yield Story(client, database, site, room, inbox)


async def enrol_ann(story: Story) -> str:
    """Find a prospect, write its contact down and enrol her; returns the enrollment."""
    of_site = f"/v1/sites/{story.site.site_id}/prospects"
    await story.ask("POST", of_site, {"text": "blog.example"}, 201)
    prospect_id = (await story.prospect())["prospect_id"]
    person = {"email": ANN, "name": "Ann Lee"}
    await story.ask("POST", f"/v1/prospects/{prospect_id}/contacts", person, 201)
    mailbox = (await story.ask("GET", "/v1/mailboxes"))["items"][0]
    plan = {"site_id": str(story.site.site_id), "name": "Roses", "campaign": "Spring"}
    plan |= {"mailbox_id": mailbox["mailbox_id"], "method": "guest post"}
    made = await story.ask("POST", "/v1/sequences", {**plan, "steps": STEPS}, 201)
    rows = {"rows": [{"prospect_id": prospect_id}], "variables": {"topic": "roses"}}
    done = await story.ask("POST", f"/v1/sequences/{made['sequence_id']}/enrollments", rows)
    enrollment_id: str = done["accepted"][0]["enrollment_id"]
    return enrollment_id


async def test_a_prospect_becomes_a_link_that_is_there(story: Story) -> None:
    enrollment = f"/v1/enrollments/{await enrol_ann(story)}"
    await story.read_mail(inbound=0)
    await story.go_on()
    await story.send_mail()
    assert story.room.got == []  # nobody approved anything yet

    [waiting] = (await story.ask("GET", "/v1/messages?state=pending_approval"))["items"]
    assert (waiting["subject"], waiting["to_email"]) == ("Roses on blog.example", ANN)
    read = {"messages": [{"message_id": waiting["message_id"], "hash": waiting["hash"]}]}
    assert (await story.ask("POST", "/v1/messages/approve", read))["refused"] == []
    await story.send_mail()
    [mail] = story.room.to(ANN)
    await story.go_on()
    assert (await story.prospect())["stage"] == "contacted"
    assert (await story.ask("GET", enrollment))["sent_steps"] == 1
    story.now += timedelta(days=7)
    await story.go_on()
    open_states = "/v1/messages?state=pending_approval,approved"
    assert len((await story.ask("GET", open_states))["items"]) == 1  # the reminder

    answer = f"Message-ID: <1@blog.example>\nIn-Reply-To: {mail['Message-ID']}"
    sender = f"Ann Lee <{ANN}>"
    story.inbox.deliver(letter("Yes, send me the text.", sender=sender, headers=answer))
    await story.read_mail(inbound=1)
    await story.go_on()
    over = await story.ask("GET", enrollment)
    assert (over["state"], over["because"]) == ("replied", "They answered.")
    assert (await story.ask("GET", open_states))["items"] == []
    assert (await story.prospect())["stage"] == "engaged"

    terms = {"site_id": str(story.site.site_id), "referring_url": PAGE}
    placement = await story.ask("POST", "/v1/placements", terms, 201)
    assert (placement["method"], placement["campaign"]) == ("guest post", "Spring")
    seen = a_conclusion(
        story.site,
        UUID(placement["placement_id"]),
        LinkStatus.LIVE,
        contract_state=ContractState.MET,
        referring_url=PAGE,
        referring_domain="blog.example",
    )
    async with story.database.begin() as tx:
        await handlers.on_link_changed([seen], tx)
    path = f"/v1/placements/{placement['placement_id']}"
    assert (await story.ask("GET", path))["state"] == "live"
    assert (await story.prospect())["stage"] == "placed"
    sequence = await story.ask("GET", f"/v1/sequences/{over['sequence_id']}")
    funnel = sequence["funnel"]
    assert [funnel[step]["count"] for step in ("replied", "agreed", "placed")] == [1, 1, 1]
