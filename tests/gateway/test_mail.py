"""E-mail to our own users: to each on their own, only what they may see, over TLS, and only when set up."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import pytest

from services.gateway.app import create_app
from services.gateway.settings import Settings
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.settings import SettingsError
from shared.vocabulary import Role
from tests.gateway.chats import (
    a_channel,
    an_alert,
    in_states,
    later,
    raise_all,
    shown,
    time_passes,
    told,
    tried,
)
from tests.gateway.conftest import SECRET, House
from tests.gateway.receiver import MASTER_KEY
from tests.mailroom import PASSWORD, USER, Mailroom, mailroom
from tests.web import Authority

ANN, BEN, CY = "ann@ours.example", "ben@ours.example", "cy@ours.example"


@pytest.fixture
async def room() -> AsyncIterator[Mailroom]:
    async with mailroom() as made:
        yield made


def server_of(room: Mailroom, **given: Any) -> dict[str, Any]:
    return {
        "smtp_host": "localhost",
        "smtp_port": room.port,
        "smtp_from": "watch@ours.example",
        "smtp_security": "none",
        "public_url": "https://watch.example",
        "master_key": MASTER_KEY,
        **given,
    }


@pytest.fixture
async def posted(start_house: Callable[..., Any], room: Mailroom) -> House:
    started: House = await start_house(**server_of(room))
    return started


async def a_person(house: House, email: str, role: Role | None = Role.VIEWER) -> dict[str, Any]:
    answer = await house.alice.post("/v1/users", {"email": email, "workspace_role": role})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


async def keep_out(house: House, person: dict[str, Any]) -> None:
    path = f"/v1/users/{person['id']}"
    assert (await house.alice.patch(path, {"disabled": True}, if_match="*")).status == 200


async def test_an_alert_reaches_every_person_in_a_mail_of_their_own(
    posted: House, room: Mailroom
) -> None:
    await a_person(posted, ANN)
    await a_person(posted, BEN)
    channel = await a_channel(posted, "email", emails=[ANN, BEN.upper(), ANN])
    assert channel["emails"] == [ANN, BEN]
    await raise_all(posted, [an_alert(posted, channel["id"], title="Gone:\r\nBcc: x@evil.example")])
    await in_states(posted, channel, "delivered", "delivered")

    assert sorted(people for people, _ in room.got) == [[ANN], [BEN]]
    [mail] = room.to(ANN)
    assert (mail["To"], mail["From"]) == (ANN, "Anchorwatch <watch@ours.example>")
    assert (mail["Subject"], mail["Bcc"]) == ("Gone: Bcc: x@evil.example", None)
    body = mail.get_body(("plain",))
    assert body is not None
    assert "https://watch.example/#/alerts/1" in body.get_content()
    assert mail["Message-ID"] != room.to(BEN)[0]["Message-ID"]
    assert sorted(one["email"] for one in await told(posted, channel)) == [ANN, BEN]
    assert (await told(posted, channel))[0]["sentence"].startswith("Taken (SMTP 250)")


async def test_a_digest_tells_each_person_of_the_sites_that_they_may_see(
    posted: House, room: Mailroom
) -> None:
    mine, other = await posted.a_site(), await posted.a_site("other.example")
    await a_person(posted, ANN)
    ben = await a_person(posted, BEN, None)
    grant = {"actor_id": ben["id"], "site_id": str(mine), "role": "viewer"}
    assert (await posted.alice.post("/v1/grants", grant)).status == 201
    cy = await a_person(posted, CY, None)
    client = {"actor_id": cy["id"], "site_id": str(mine), "role": "client"}
    assert (await posted.alice.post("/v1/grants", client)).status == 201
    channel = await a_channel(posted, "email", emails=[ANN, BEN, CY])
    await raise_all(
        posted,
        [
            an_alert(posted, channel["id"], site_id=mine, title="Of mine", deliver_at=later(1)),
            an_alert(posted, channel["id"], site_id=other, title="Of other", deliver_at=later(1)),
        ],
    )
    await time_passes(posted)
    await in_states(posted, channel, *["delivered"] * 3, *["withheld"] * 3)

    [to_ann], [to_ben] = room.to(ANN), room.to(BEN)
    assert to_ann["Subject"] == "2 alerts: 2 warnings"
    assert to_ben["Subject"] == "Of mine"
    assert "Of other" not in to_ben.as_string()
    assert room.to(CY) == []
    left_out = await told(posted, channel, "?state=withheld")
    assert {one["email"] for one in left_out} == {BEN, CY}
    assert "told nothing of this site" in left_out[0]["sentence"]


async def test_a_person_who_was_removed_gets_nothing_more(posted: House, room: Mailroom) -> None:
    ann, _ = await a_person(posted, ANN), await a_person(posted, BEN)
    channel = await a_channel(posted, "email", emails=[ANN, BEN])
    await raise_all(posted, [an_alert(posted, channel["id"], deliver_at=later(1))])
    await keep_out(posted, ann)
    body = {"emails": [BEN]}
    await time_passes(posted)
    await in_states(posted, channel, "delivered", "withheld")
    assert [people for people, _ in room.got] == [[BEN]]
    assert (await shown(posted, channel))["emails"] == [BEN]

    await raise_all(posted, [an_alert(posted, channel["id"], deliver_at=later(1))])
    await a_person(posted, CY)
    path = f"/v1/channels/{channel['id']}"
    assert (await posted.alice.patch(path, {"emails": [CY]}, if_match="*")).status == 200
    await time_passes(posted)
    await in_states(posted, channel, "delivered", *["withheld"] * 3)
    assert (await posted.alice.patch(path, body, if_match="*")).json()["emails"] == [BEN]


async def test_an_address_that_is_refused_for_good_is_not_tried_again(
    posted: House, room: Mailroom
) -> None:
    await a_person(posted, ANN)
    await a_person(posted, BEN)
    room.refusals[ANN] = "550 5.1.1 No such user: secret words of the server"
    channel = await a_channel(posted, "email", emails=[ANN, BEN])
    await raise_all(posted, [an_alert(posted, channel["id"])])
    await in_states(posted, channel, "delivered", "failed")
    [failed] = await told(posted, channel, "?state=failed")
    assert failed["email"] == ANN
    assert failed["sentence"] == (
        "Not delivered: the mail server refused the address for good (SMTP 550)."
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("451 Try later", "Not delivered: the receiver answered SMTP 451."),
        ("554 No spam", "Not delivered: the receiver answered SMTP 554."),
    ],
)
async def test_what_the_mail_server_does_not_take_now_is_tried_again(
    posted: House, room: Mailroom, answer: str, said: str
) -> None:
    await a_person(posted, ANN)
    room.answers = [answer]
    channel = await a_channel(posted, "email", emails=[ANN])
    await raise_all(posted, [an_alert(posted, channel["id"])])
    waiting = await tried(posted, channel, 1)
    assert (waiting["sentence"], waiting["last_status"]) == (said, int(answer[:3]))
    await time_passes(posted)
    await in_states(posted, channel, "delivered")


async def test_a_mail_server_that_is_away_costs_nothing_but_time(
    start_house: Callable[..., Any],
) -> None:
    async with mailroom() as gone:
        settings = server_of(gone)
    house: House = await start_house(**settings)
    await a_person(house, ANN)
    channel = await a_channel(house, "email", emails=[ANN])
    await raise_all(house, [an_alert(house, channel["id"])])
    waiting = await tried(house, channel, 1)
    assert waiting["sentence"] == "Not delivered: the mail server could not be reached."
    assert datetime.fromisoformat(waiting["next_at"]) < later(0.1)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mail_goes_encrypted(
    start_house: Callable[..., Any],
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    tls = authority.server("localhost")
    async with mailroom(tls, from_the_first_byte=security == "tls") as room:
        # aiosmtpd asks for a password on STARTTLS only.
        signing_in = {"smtp_user": USER, "smtp_password": PASSWORD} if security != "tls" else {}
        settings = server_of(room, smtp_security=security, **signing_in)
        house: House = await start_house(**settings)
        await a_person(house, ANN)
        channel = await a_channel(house, "email", emails=[ANN])
        said = (await house.alice.post(f"/v1/channels/{channel['id']}/tests")).json()
        assert (said["taken"], said["status"]) == (True, 250), said
        assert room.was_encrypted == [True]
        assert (
            PASSWORD not in (await house.alice.get(f"/v1/channels/{channel['id']}")).body.decode()
        )


async def test_a_wrong_password_and_a_strange_certificate_are_said_and_nothing_is_sent(
    start_house: Callable[..., Any], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mailroom(authority.server("localhost")) as room:
        signing_in = {"smtp_user": USER, "smtp_password": "wrong", "smtp_security": "starttls"}
        house: House = await start_house(**server_of(room, **signing_in))
        await a_person(house, ANN)
        channel = await a_channel(house, "email", emails=[ANN])
        path = f"/v1/channels/{channel['id']}/tests"
        strange = (await house.alice.post(path)).json()
        assert "encrypted connection failed" in strange["sentence"]
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        wrong = (await house.alice.post(path)).json()
        assert "it refused the user or the password" in wrong["sentence"]
        assert room.got == []


async def test_a_server_without_encryption_gets_nothing_where_it_was_asked_for(
    start_house: Callable[..., Any], room: Mailroom
) -> None:
    house: House = await start_house(**server_of(room, smtp_security="starttls"))
    await a_person(house, ANN)
    channel = await a_channel(house, "email", emails=[ANN])
    said = (await house.alice.post(f"/v1/channels/{channel['id']}/tests")).json()
    assert "does not offer what was set up" in said["sentence"]
    assert room.got == []


async def test_a_test_goes_to_one_person(posted: House, room: Mailroom) -> None:
    ann = await a_person(posted, ANN)
    await a_person(posted, BEN)
    channel = await a_channel(posted, "email", emails=[ANN, BEN])
    path = f"/v1/channels/{channel['id']}/tests"
    assert (await posted.alice.post(path)).json()["taken"] is True
    assert [people for people, _ in room.got] == [[ANN]]
    await keep_out(posted, ann)
    path = f"/v1/channels/{channel['id']}"
    await posted.alice.patch(path, {"emails": [BEN]}, if_match="*")
    ben = (await posted.alice.get("/v1/users")).json()["items"][-1]
    await keep_out(posted, ben)
    assert "name others" in (await shown(posted, channel))["sentence"]
    said = (await posted.alice.post(f"{path}/tests")).json()
    assert "none of its people" in said["sentence"]


async def test_mail_goes_to_people_of_the_workspace_only(posted: House) -> None:
    body = {"name": "x", "kind": "email", "emails": ["stranger@evil.example"]}
    answer = await posted.alice.post("/v1/channels", body)
    fault = answer.json()["errors"][0]
    assert (answer.status, fault["pointer"], fault["code"]) == (422, "/emails/0", "not-a-user")


async def test_without_a_mail_server_there_is_no_mail(house: House) -> None:
    await a_person(house, ANN)
    body = {"name": "x", "kind": "email", "emails": [ANN]}
    answer = await house.alice.post("/v1/channels", body)
    assert (answer.status, answer.json()["code"]) == (409, "no-mail-server")


async def test_a_mail_server_that_was_taken_away_is_an_attempt_that_failed(house: House) -> None:
    person = await a_person(house, ANN)
    channel = await a_channel(house)
    async with house.db.begin() as tx:
        await tx.run(
            "UPDATE channels SET kind = 'email', secret = NULL, user_ids = ARRAY[$1::uuid]",
            person["id"],
        )
    said = (await house.alice.post(f"/v1/channels/{channel['id']}/tests")).json()
    assert "no mail server set up" in said["sentence"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_from": ""}, "SMTP_FROM"),
        ({"smtp_from": "Watch <watch@ours.example>"}, "Give one e-mail address"),
        ({"smtp_password": "x"}, "SMTP_SECURITY"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(
    db_for: Callable[[str], Database], given: dict[str, Any], named: str
) -> None:
    def start() -> None:
        room = server_of(Mailroom(port=25), **given)
        settings = Settings.load({}, internal_secret=SECRET, **room)
        create_app(settings, bus=EmbeddedBus(db_for("bus")), db=db_for("gateway"), transports={})

    with pytest.raises(SettingsError, match=named):
        start()


async def test_a_reader_leaves_by_one_click_without_signing_in(
    posted: House, room: Mailroom
) -> None:
    await a_person(posted, ANN)
    await a_person(posted, BEN)
    channel = await a_channel(posted, "email", name="<b>Team</b>", emails=[ANN, BEN])
    await raise_all(posted, [an_alert(posted, channel["id"])])
    await in_states(posted, channel, "delivered", "delivered")
    [mail] = room.to(ANN)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail["List-Unsubscribe"].strip("<>")
    assert url in str(mail.get_body(("plain",)))
    path = url.removeprefix("https://watch.example")

    asked = await posted.nobody.get(path)
    assert asked.status == 200
    assert "channel “&lt;b&gt;Team&lt;/b&gt;” to ann@ours.example" in asked.body.decode()
    assert (await shown(posted, channel))["emails"] == [ANN, BEN]  # a look changes nothing
    for _ in range(2):
        left = await posted.nobody.sending(content_type="application/x-www-form-urlencoded").send(
            "POST", path, b"List-Unsubscribe=One-Click"
        )
        assert (left.status, "no more mail" in left.body.decode()) == (200, True)
    assert "no more mail" in (await posted.nobody.get(path)).body.decode()
    assert (await shown(posted, channel))["emails"] == [BEN]
    log = (await posted.alice.get("/v1/audit-log?action=channel.left")).json()["items"]
    assert [(one["actor"], one["subject"]) for one in log] == [(ANN, f"channel/{channel['id']}")]

    forged = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (forged, path[:-3], "/leave/x"):
        assert (await posted.nobody.send("POST", wrong)).status == 404
    assert (await shown(posted, channel))["emails"] == [BEN]
