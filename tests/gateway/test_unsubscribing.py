"""A reader gets no more mail by one click, from anywhere, and nobody learns which links are ours."""

from collections.abc import Callable

from services.outreach.app import create_app
from services.outreach.settings import Settings
from services.outreach.store import messages
from shared.db import Database
from shared.events import ContactUnsubscribed
from shared.http import DirectTransport, ServiceClient
from tests.fakes import RecordingBus
from tests.gateway.conftest import SECRET, House
from tests.outreach.conftest import add_site, published
from tests.outreach.mail import a_draft, a_mailbox, row_of


async def test_one_click_ends_all_mail_to_a_reader(
    house: House, db_for: Callable[[str], Database]
) -> None:
    database = db_for("outreach")
    site = await add_site(database)
    async with database.begin() as tx:
        mailbox_id = await a_mailbox(tx, site)
        drafts = [
            a_draft(site, mailbox_id),
            a_draft(site, mailbox_id, to_email="Bob+x@Blog.Example.org"),
        ]
        first, second = await messages.add_messages(tx, drafts)
        token = (await row_of(tx, first))["leave_token"]
    app = create_app(Settings.load({}, internal_secret=SECRET), bus=RecordingBus(), db=database)
    client = ServiceClient("outreach", DirectTransport(app), SECRET.encode())
    house.app.state.clients = {**house.app.state.clients, "outreach": client}
    clicking = house.nobody.sending(content_type="application/x-www-form-urlencoded")

    shown = await house.nobody.get(f"/u/{token}")
    assert (shown.status, b"<button>" in shown.body) == (200, True)
    assert shown.body == (await house.nobody.get("/u/nonsense")).body
    async with database.begin() as tx:
        assert (await row_of(tx, second))["state"] == "pending_approval"  # looking changes nothing

    answers = [
        await clicking.send("POST", f"/u/{one}", None)
        for one in (token, token, "z" * 43, "nonsense")
    ]

    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    assert b"blog.example.org" not in answers[0].body
    async with database.begin() as tx:
        states = [(await row_of(tx, one))["state"] for one in (first, second)]
        kept = await tx.fetch("SELECT value, reason FROM suppressions")
    assert states == ["cancelled", "cancelled"]
    assert [tuple(row) for row in kept] == [("bob@blog.example.org", "unsubscribed")]
    [told] = await published(database, ContactUnsubscribed)
    assert told.message_id == first
