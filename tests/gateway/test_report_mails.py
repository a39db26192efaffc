"""Reports by e-mail: only to who wants them, only what a person approved, to each at most once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import Response

from services.gateway import handlers
from services.gateway.adapters.postman import Postman
from services.gateway.domain.attempts import Ending
from services.gateway.domain.report_mails import MAX_ASKED, MailState
from services.gateway.store import keeping, report_mails
from shared import clock
from shared.erasing import Person
from shared.events import ReportReady
from shared.ids import new_id
from shared.mail_server import MailSecurity, MailServer
from shared.mime import new_letter
from shared.reporting import MailedReport
from shared.vocabulary import Role
from tests.gateway.conftest import House
from tests.gateway.pressing import signed_in
from tests.gateway.test_mail import a_person, keep_out, server_of
from tests.http import Http
from tests.mailroom import Mailroom, mailroom
from tests.waiting import eventually

BOSS, ANN, CY = "boss@client.example", "ann@ours.example", "cy@ours.example"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="


class Reports:
    """Reports as profile has them, as small as can be."""

    def __init__(self, house: House, site_id: UUID) -> None:
        self.house, self.site_id = house, site_id
        self.printed = 0
        self.has_browser = True
        self.known: dict[UUID, dict[str, Any]] = {}
        app = house.profile.app
        app.get("/v1/reports/{report_id}")(self._get)
        app.post("/internal/reports/{report_id}/mail")(self._mail)

    def add(self, **given: Any) -> UUID:
        report_id = new_id()
        plain = {"state": "approved", "approved_unread": False, "replaced_by": None}
        self.known[report_id] = {"site_id": str(self.site_id), **plain, **given}
        return report_id

    async def _get(self, report_id: UUID, format: str = "json") -> Any:  # noqa: A002 - its name
        if report_id not in self.known:
            return Response('{"detail":"There is no such report."}', status_code=404)
        if format == "json":
            return self.known[report_id]
        if not self.has_browser:
            return Response("{}", status_code=501)
        self.printed += 1
        return Response(b"%PDF-1.4 of it", media_type="application/pdf")

    async def _mail(self) -> MailedReport:
        return MailedReport(
            domain="alice.example",
            label="October 2026",
            summary="A <b>good</b> month.",
            figures=["Links: 12 (from 10)"],
            brand_name="Northwind, Studio",
            brand_logo=PIXEL,
            file_name="report-alice",
            path="/shared/reports/abc",
            expires_at=clock.now() + timedelta(days=90),
        )


@pytest.fixture
async def room() -> AsyncIterator[Mailroom]:
    async with mailroom() as made:
        yield made


@pytest.fixture
async def reports(start_house: Callable[..., Any], room: Mailroom) -> Reports:
    house: House = await start_house(**server_of(room))
    return Reports(house, await house.a_site())


@pytest.fixture
async def owner(reports: Reports) -> Http:
    return await signed_in(reports.house)


def readers_path(reports: Reports) -> str:
    return f"/v1/sites/{reports.site_id}/report-readers"


async def add(reports: Reports, owner: Http, email: str) -> dict[str, Any]:
    answer = await owner.post(readers_path(reports), {"email": email})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


async def send(owner: Http, report_id: UUID) -> int:
    answer = await owner.post(f"/v1/reports/{report_id}/mails", {})
    assert answer.status == 202, answer.body
    queued: int = answer.json()["queued"]
    return queued


async def log(owner: Http, report_id: UUID) -> list[tuple[str, str]]:
    items = (await owner.get(f"/v1/reports/{report_id}/mails")).json()["items"]
    return sorted((one["email"], one["state"]) for one in items)


async def logged(owner: Http, report_id: UUID, *wanted: tuple[str, str]) -> None:
    async def reached() -> bool:
        return await log(owner, report_id) == sorted(wanted)

    await eventually(reached, what=f"mails are {wanted}")


async def mail_to(room: Mailroom, address: str, number: int = 1) -> Any:
    async def came() -> bool:
        return len(room.to(address)) == number

    await eventually(came, what=f"{number} mails to {address}")
    return room.to(address)[-1]


def url_in(mail: Any, purpose: str) -> str:
    text: str = mail.get_body(("plain",)).get_content()
    line = next(one for one in text.splitlines() if one.startswith(purpose))
    return line.partition("https://watch.example")[2]


async def answer(house: House, path: str, body: bytes) -> Any:
    form = house.nobody.sending(content_type="application/x-www-form-urlencoded")
    return await form.send("POST", path, body)


async def test_an_outside_address_gets_reports_once_it_said_yes_until_it_says_no(
    reports: Reports, owner: Http, room: Mailroom
) -> None:
    house = reports.house
    added = await add(reports, owner, BOSS.upper())
    assert (added["standing"], added["email"]) == ("asked", BOSS)
    asking = await mail_to(room, BOSS)
    assert str(asking["From"]) == "Anchorwatch <watch@ours.example>"
    report_id = reports.add()
    assert await send(owner, report_id) == 0, "it said nothing yet"
    yes = url_in(asking, "Yes")
    page = await house.nobody.get(yes)
    assert (page.status, "Yes, send them" in page.body.decode()) == (200, True)
    assert (await owner.get(readers_path(reports))).json()["items"][0]["standing"] == "asked"
    assert (await answer(house, yes, b"answer=yes")).status == 200

    assert await send(owner, report_id) == 1
    await logged(owner, report_id, (BOSS, "delivered"))
    mail = await mail_to(room, BOSS, 2)
    assert mail["From"].addresses[0].display_name == "Northwind, Studio"
    assert "October 2026" in mail["Subject"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",)).get_content()
    assert "https://watch.example/shared/reports/abc" in text
    assert "Links: 12 (from 10)" in text
    html = mail.get_body(("html",)).get_content()
    assert "&lt;b&gt;good" in html
    assert 'src="cid:logo"' in html
    kinds = [part.get_content_type() for part in mail.walk()]
    assert "image/gif" in kinds
    [pdf] = [part for part in mail.iter_attachments() if part.get_filename() == "report-alice.pdf"]
    assert pdf.get_content().startswith(b"%PDF")
    assert await send(owner, report_id) == 0, "nobody gets the same report twice"

    leave = mail["List-Unsubscribe"].strip("<>").removeprefix("https://watch.example")
    assert (await house.nobody.get(leave)).status == 200
    left = await answer(house, leave, b"List-Unsubscribe=One-Click")
    assert "no reports" in left.body.decode()
    other = reports.add()
    assert await send(owner, other) == 0
    refused = await owner.post(readers_path(reports), {"email": BOSS})
    assert (refused.status, refused.json()["code"]) == (409, "wants-none")
    assert (await answer(house, leave, b"answer=yes")).status == 200
    assert await send(owner, other) == 1
    # Not the last letter, of which not all bits count.
    forged = leave[:-6] + ("A" if leave[-6] != "A" else "B") + leave[-5:]
    assert (await house.nobody.get(forged)).status == 404


async def test_people_of_the_workspace_get_what_they_may_see_and_others_nothing(
    reports: Reports, owner: Http, room: Mailroom
) -> None:
    reports.has_browser = False
    ann, cy = await a_person(reports.house, ANN, None), await a_person(reports.house, CY)
    await add(reports, owner, ANN)
    await add(reports, owner, CY)
    await keep_out(reports.house, cy)
    first = reports.add()
    assert await send(owner, first) == 2
    await logged(owner, first, (ANN, "withheld"), (CY, "withheld"))
    grant = {"actor_id": ann["id"], "site_id": str(reports.site_id), "role": Role.CLIENT}
    assert (await reports.house.alice.post("/v1/grants", grant)).status == 201
    second = reports.add()
    await send(owner, second)
    await logged(owner, second, (ANN, "delivered"), (CY, "withheld"))
    mail = await mail_to(room, ANN)
    assert "cannot print" in mail.get_body(("plain",)).get_content()
    assert not list(mail.iter_attachments())


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"state": "draft"}, "draft"),
        ({"approved_unread": True}, "unread"),
        ({"replaced_by": str(new_id())}, "corrected"),
    ],
)
async def test_only_what_a_person_approved_is_sent_and_only_by_a_person(
    reports: Reports, owner: Http, given: dict[str, Any], code: str
) -> None:
    path = f"/v1/reports/{reports.add(**given)}/mails"
    refused = await owner.post(path, {})
    assert (refused.status, refused.json()["code"]) == (409, code)
    assert (await reports.house.alice.post(path, {})).status == 403
    by_key = await reports.house.alice.post(readers_path(reports), {"email": BOSS})
    assert (by_key.status, by_key.json()["code"]) == (403, "person-required")


async def test_an_address_is_not_asked_without_end(reports: Reports, owner: Http) -> None:
    reader = await add(reports, owner, BOSS)
    path = f"{readers_path(reports)}/{reader['id']}/confirmations"
    asked = [(await owner.post(path)).status for _ in range(MAX_ASKED)]
    assert asked == [*[201] * (MAX_ASKED - 1), 409]
    assert (await owner.delete(f"{readers_path(reports)}/{reader['id']}")).status == 204
    assert (await owner.post(readers_path(reports), {"email": BOSS})).status == 409


async def test_a_schedule_has_a_report_sent_once_a_person_approved_it(
    reports: Reports, owner: Http, room: Mailroom
) -> None:
    await add(reports, owner, await _alice(owner))
    for sends, state, wanted in ((False, "approved", 0), (True, "draft", 0), (True, "approved", 1)):
        report_id = reports.add()
        event = ReportReady(
            workspace_id=reports.house.workspace_id,
            site_id=reports.site_id,
            report_id=report_id,
            number=1,
            state=state,
            starts_on="2026-10-01",
            ends_on="2026-10-31",
            title="The report for October 2026 is approved",
            sends=sends,
            deliver_at=clock.now(),
            path="/",
        )
        async with reports.house.db.begin() as tx:
            await handlers.on_told([event, event], tx)
        assert len(await log(owner, report_id)) == wanted


async def _alice(owner: Http) -> str:
    email: str = (await owner.get("/v1/users")).json()["items"][0]["email"]
    return email


async def test_what_was_handed_over_by_somebody_who_died_never_goes_again(
    reports: Reports, owner: Http, room: Mailroom
) -> None:
    await add(reports, owner, await _alice(owner))
    report_id = reports.add()
    async with reports.house.db.begin() as tx:
        await report_mails.add_reports(
            tx,
            report_id,
            site_id=reports.site_id,
            workspace_id=reports.house.workspace_id,
            asked_by="Alice",
            now=clock.now() + timedelta(hours=1),
        )
        await tx.run(
            "UPDATE report_mails SET state = $1, leased_until = now() - interval '1 second'",
            MailState.ON_ITS_WAY,
        )
        await report_mails.wake(tx)
    await logged(owner, report_id, (await _alice(owner), "unknown"))
    [mail] = (await owner.get(f"/v1/reports/{report_id}/mails")).json()["items"]
    assert "not known whether it arrived" in mail["sentence"]
    assert await send(owner, report_id) == 0
    assert room.got == []


@pytest.mark.parametrize(
    ("lines", "in_doubt"),
    [
        ([b"220 x", b"250 x", b"250 ok", b"250 ok", b"354 go"], True),
        ([b"220 x", b"250 x", b"250 ok"], False),
        ([b"220 x", b"250 x", b"250 ok", b"250 ok", b"354 go", b"451 later"], False),
    ],
)
async def test_whether_a_mail_may_have_been_taken_is_told_from_where_the_server_fell_silent(
    lines: list[bytes], in_doubt: bool
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, line in enumerate(lines):
            if number:
                await reader.readuntil(b"\r\n.\r\n" if lines[number - 1][:3] == b"354" else b"\r\n")
            writer.write(line + b"\r\n")
            await writer.drain()
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        postman = Postman(MailServer("127.0.0.1", port, MailSecurity.NONE), "w@ours.example")
        letter = new_letter("Hello", "<p>Hello</p>")
        attempt = await postman.send_once(letter, to=BOSS)
    assert attempt.ending is not Ending.TAKEN
    assert attempt.in_doubt is in_doubt


async def test_an_erased_address_is_no_reader_any_more(reports: Reports, owner: Http) -> None:
    await add(reports, owner, BOSS)
    async with reports.house.db.begin() as tx:
        person = Person(reports.house.workspace_id, BOSS)
        assert keeping.PEOPLE.finds is not None
        assert keeping.PEOPLE.deletes is not None
        found = await keeping.PEOPLE.finds(tx, person)
        assert [one["site_label"] for one in found["report_readers"]] == ["alice.example"]
        await tx.run("SELECT set_config('anchorwatch.keeping', 'on', true)")
        gone = await keeping.PEOPLE.deletes(tx, person)
    assert gone["report_readers"] == 1
    assert (await owner.get(readers_path(reports))).json()["items"] == []
